import { join } from "node:path";
import { realSegmentFileSystem, type SegmentFileSystem } from "./filesystem.ts";
import { readRecord, SEGMENT_HEADER } from "./format.ts";
import { segmentFileName, segmentNumbers } from "./segment-names.ts";

/** A place in a segment log. */
export interface LogPlace {
  readonly segment: number;
  readonly offset: number;
}

/** Whether `a` lies before `b` (negative), behind it (positive), or is the same (0). */
export function comparePlaces(a: LogPlace, b: LogPlace): number {
  return a.segment - b.segment || a.offset - b.offset;
}

/** What is read, and where a reader that comes again goes on. */
export interface PlacedRecord extends LogPlace {
  readonly payload: Buffer;
  /** Behind the record. */
  readonly next: LogPlace;
}

export interface ReadOptions {
  readonly files?: SegmentFileSystem;
  /** Default: the beginning. */
  readonly from?: LogPlace;
  /** Hears of records whose checksum is wrong; they are left out. */
  readonly damaged?: (segment: number) => void;
}

/**
 * Reads a segment log, the oldest records first, without being its owner: nothing is changed, a half-written end is where it ends for now, and a
 * segment that the owner has removed meanwhile is passed over. A folder that is not there is empty.
 */
export async function* readSegments(folder: string, options: ReadOptions = {}): AsyncGenerator<PlacedRecord> {
  for (const segment of await segmentsOf(folder, options.files)) {
    if (segment >= (options.from?.segment ?? 0)) yield* readSegment(folder, segment, options);
  }
}

/** The segments of a folder, the oldest first; none when it is not there. */
export async function segmentsOf(folder: string, files: SegmentFileSystem = realSegmentFileSystem): Promise<number[]> {
  return absentAs<number[], number[]>([], segmentNumbers(files, folder));
}

/** The same for one segment. */
export async function* readSegment(
  folder: string,
  segment: number,
  options: ReadOptions = {},
): AsyncGenerator<PlacedRecord> {
  const files = options.files ?? realSegmentFileSystem;
  const bytes = await absentAs(undefined, files.read(join(folder, segmentFileName(segment))));
  if (bytes === undefined) return;
  const start = segment === options.from?.segment ? options.from.offset : 0;
  for (let at = Math.max(start, SEGMENT_HEADER.length); ; ) {
    const read = readRecord(bytes, at);
    if (read.kind === "end") return;
    if (read.kind === "record") {
      yield { payload: read.payload, segment, offset: at, next: { segment, offset: read.next } };
      at = read.next;
      continue;
    }
    options.damaged?.(segment);
    if (read.next === undefined) return;
    at = read.next;
  }
}

/** Bytes of a log's segments; 0 when there is none. */
export async function segmentBytes(folder: string, files: SegmentFileSystem = realSegmentFileSystem): Promise<number> {
  let sum = 0;
  for (const segment of await segmentsOf(folder, files)) {
    sum += await sizeOf(folder, segment, files);
  }
  return sum;
}

async function absentAs<T, D>(instead: D, found: Promise<T>): Promise<T | D> {
  try {
    return await found;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return instead;
    throw error;
  }
}

/** Behind the last byte that there is now. */
export async function logEnd(folder: string, files: SegmentFileSystem = realSegmentFileSystem): Promise<LogPlace> {
  const segment = (await segmentsOf(folder, files)).at(-1);
  if (segment === undefined) return { segment: 0, offset: 0 };
  return { segment, offset: await sizeOf(folder, segment, files) };
}

function sizeOf(folder: string, segment: number, files: SegmentFileSystem): Promise<number> {
  return absentAs(0, files.size(join(folder, segmentFileName(segment))));
}
