import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { realSegmentFileSystem, type SegmentFileSystem } from "../../segments/filesystem.ts";
import { SEGMENT_HEADER } from "../../segments/format.ts";
import { SegmentVersion } from "../../segments/segment-log.ts";
import { segmentFileName, segmentNumbers } from "../../segments/segment-names.ts";
import { SegmentReader } from "../../segments/segment-reader.ts";
import { BATCH_MARKER, decodeHead } from "./batch-record.ts";
import { covers } from "./byte-ranges.ts";
import { CHECKPOINT_NAME, checkpointFrom, type QueueCheckpoint, type QueueLosses } from "./queue-checkpoint.ts";
import { QueueProgress } from "./queue-progress.ts";
import { isLeftOver, recoverSegments } from "./queue-recovery.ts";

const QUIET = { info: () => undefined, warn: () => undefined, error: () => undefined };

/** What a queue's folder holds. */
export interface QueueReport {
  readonly folder: string;
  /** Bytes of all segments. */
  readonly bytes: number;
  readonly segments: number;
  /** Events of these segments. */
  readonly events: number;
  /** Of these, not acknowledged by the outputs. */
  readonly unacknowledged: number;
  /** When the oldest of them was read, epoch milliseconds. */
  readonly oldest: number | undefined;
  /** What could not be read since the queue was made. */
  readonly lost: QueueLosses;
  /** Files that were kept aside. */
  readonly aside: readonly string[];
}

/** A place of a queue that is not as it should be. */
export interface QueueFinding {
  readonly path: string;
  readonly offset: number;
  readonly bytes: number;
  /** `torn`: not written whole, at the end; `damaged`; `missing`; `checkpoint`: it cannot be read. */
  readonly kind: "torn" | "damaged" | "missing" | "checkpoint";
  readonly what: string;
}

/** The checkpoint of a folder, which is left as it is; `unreadable` says why there is none. @throws QueueVersion */
export async function readCheckpoint(
  folder: string,
): Promise<{ readonly checkpoint: QueueCheckpoint | undefined; readonly unreadable?: string }> {
  const path = join(folder, CHECKPOINT_NAME);
  let text: string;
  try {
    text = await readFile(path, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return { checkpoint: undefined };
    return { checkpoint: undefined, unreadable: (error as Error).message };
  }
  let stored: unknown;
  try {
    stored = JSON.parse(text);
  } catch (error) {
    return { checkpoint: undefined, unreadable: (error as Error).message };
  }
  return { checkpoint: checkpointFrom(stored, path) };
}

/** So often a queue that is at work is looked at again when a segment has gone meanwhile. */
const LOOKS = 5;

/** Looks at a queue without changing anything. `running`: its owner is at work. @throws QueueVersion, SegmentVersion */
export async function inspectQueue(
  folder: string,
  running: boolean,
  files: SegmentFileSystem = realSegmentFileSystem,
): Promise<QueueReport> {
  for (let look = 1; ; look++) {
    try {
      return await inspectOnce(folder, running, files);
    } catch (error) {
      if (!running || look === LOOKS || (error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
    }
  }
}

async function inspectOnce(folder: string, running: boolean, files: SegmentFileSystem): Promise<QueueReport> {
  const { checkpoint } = await readCheckpoint(folder);
  const sizes = await sizesOf(folder, files);
  const { segments, lost: missing } = await recoverSegments(folder, files, sizes, checkpoint, QUIET);
  // Of a queue at work a segment that is not there any more is delivered.
  const lost = running ? { bytes: 0, events: 0 } : missing;
  const progress = new QueueProgress();
  for (const state of segments) progress.add(state, true);
  const names = await files.list(folder);
  return {
    folder,
    bytes: [...sizes.values()].reduce((sum, size) => sum + size, 0),
    segments: sizes.size,
    events: segments.reduce((sum, { events }) => sum + events, 0),
    unacknowledged: progress.events,
    oldest: await oldestOf(folder, files, progress),
    lost: {
      bytes: (checkpoint?.lost.bytes ?? 0) + lost.bytes,
      events: (checkpoint?.lost.events ?? 0) + lost.events,
    },
    aside: names.filter((name) => /\.(damaged|corrupt)/.test(name)).sort(),
  };
}

/**
 * Reads everything that is not acknowledged and verifies it. `running`: the owner is at work, so that what is not whole at the very end
 * is being written. @throws QueueVersion, SegmentVersion
 */
export async function checkQueue(
  folder: string,
  running: boolean,
  files: SegmentFileSystem = realSegmentFileSystem,
): Promise<{ readonly findings: QueueFinding[]; readonly records: number }> {
  const findings: QueueFinding[] = [];
  const { checkpoint, unreadable } = await readCheckpoint(folder);
  if (unreadable !== undefined)
    findings.push({
      path: join(folder, CHECKPOINT_NAME),
      offset: 0,
      bytes: 0,
      kind: "checkpoint",
      what: `it cannot be read, so everything would be delivered again: ${unreadable}`,
    });
  const sizes = await sizesOf(folder, files);
  let records = 0;
  const last = [...sizes.keys()].at(-1);
  const known = new Map((checkpoint?.segments ?? []).map((state) => [state.number, state]));
  for (const [number, size] of sizes) {
    const state = known.get(number);
    known.delete(number);
    if (isLeftOver(number, checkpoint)) continue;
    const path = join(folder, segmentFileName(number));
    if (state !== undefined && size < state.size)
      findings.push({
        path,
        offset: size,
        bytes: state.size - size,
        kind: "missing",
        what: "the file is shorter than it was",
      });
    for await (const part of partsOf(path, size, files, running)) {
      if (part.whole) {
        records++;
        continue;
      }
      if (covers(state?.acknowledged ?? [], part.from, part.to)) continue;
      const torn = number === last && part.to === size && part.from >= (state?.size ?? 0);
      if (torn && running) continue;
      const what = torn ? "it was not written whole; its sender was never told otherwise" : "its checksum does not fit";
      findings.push({ path, offset: part.from, bytes: part.to - part.from, kind: torn ? "torn" : "damaged", what });
    }
  }
  for (const { number, size, events, acknowledgedEvents } of known.values())
    if (events > acknowledgedEvents && !running)
      findings.push({
        path: join(folder, segmentFileName(number)),
        offset: 0,
        bytes: size,
        kind: "missing",
        what: `the segment is gone, with ${events - acknowledgedEvents} events that were not delivered`,
      });
  return { findings, records };
}

async function sizesOf(folder: string, files: SegmentFileSystem): Promise<Map<number, number>> {
  const sizes = new Map<number, number>();
  for (const number of await segmentNumbers(files, folder)) {
    try {
      sizes.set(number, await files.size(join(folder, segmentFileName(number))));
    } catch (error) {
      // Its owner has just removed it.
      if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
    }
  }
  return sizes;
}

/** The parts of a segment: whole records, and what is none; none where its owner has just removed it. @throws SegmentVersion */
async function* partsOf(
  path: string,
  size: number,
  files: SegmentFileSystem,
  running: boolean,
): AsyncGenerator<{ readonly from: number; readonly to: number; readonly whole: boolean }> {
  const handle = await files.openRead(path).catch((error: unknown) => {
    if (!running || (error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
    return undefined;
  });
  if (handle === undefined) return;
  const reader = new SegmentReader(handle, BATCH_MARKER);
  try {
    const beginning = await reader.beginning(size);
    if (typeof beginning === "object") throw new SegmentVersion(path, beginning.version);
    for (let at = SEGMENT_HEADER.length; ; ) {
      const found = await reader.next(at, size);
      if (found.kind === "end") return;
      yield { from: at, to: found.next, whole: found.kind === "record" };
      at = found.next;
    }
  } finally {
    await reader.close();
  }
}

async function oldestOf(
  folder: string,
  files: SegmentFileSystem,
  progress: QueueProgress,
): Promise<number | undefined> {
  const next = progress.next({ segment: 0, offset: 0 });
  if (next === undefined) return undefined;
  const reader = new SegmentReader(await files.openRead(join(folder, segmentFileName(next.segment))), BATCH_MARKER);
  try {
    const found = await reader.next(next.offset, next.limit);
    return found.kind === "record" ? decodeHead(found.payload).head.readAt : undefined;
  } finally {
    await reader.close();
  }
}
