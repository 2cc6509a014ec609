import { join } from "node:path";
import type { Logger } from "../../plugin/definitions.ts";
import type { SegmentFileSystem } from "../../segments/filesystem.ts";
import { SEGMENT_HEADER } from "../../segments/format.ts";
import { DAMAGED_ENDING, type SegmentLog, SegmentVersion } from "../../segments/segment-log.ts";
import { segmentFileName, segmentNumbers } from "../../segments/segment-names.ts";
import { SegmentReader } from "../../segments/segment-reader.ts";
import { BATCH_MARKER, decodeHead } from "./batch-record.ts";
import type { ByteRange } from "./byte-ranges.ts";
import type { QueueCheckpoint, SegmentState } from "./queue-checkpoint.ts";

/** What a queue begins with. */
export interface RecoveredSegments {
  readonly segments: readonly SegmentState[];
  /** What the checkpoint has and the folder has not. */
  readonly lost: { readonly bytes: number; readonly events: number };
}

/** Whether a checkpoint has done with the segment, and only a crash has left its file. */
export function isLeftOver(number: number, checkpoint: QueueCheckpoint | undefined): boolean {
  return checkpoint !== undefined && number <= checkpoint.head && !checkpoint.segments.some((s) => s.number === number);
}

/** Ends what a crash has interrupted: files that the checkpoint has done with go, or are kept aside. */
export async function removeLeftOver(
  folder: string,
  files: SegmentFileSystem,
  checkpoint: QueueCheckpoint | undefined,
): Promise<void> {
  for (const number of await segmentNumbers(files, folder)) {
    if (!isLeftOver(number, checkpoint)) continue;
    const path = join(folder, segmentFileName(number));
    if (checkpoint?.aside.includes(number)) await files.rename(path, `${path}${DAMAGED_ENDING}`);
    else await files.remove(path);
  }
}

/** Puts the folder's segments and the last checkpoint together. Only what was written after the checkpoint is read. @throws SegmentVersion */
export async function recoverSegments(
  folder: string,
  files: SegmentFileSystem,
  found: SegmentLog["segments"],
  checkpoint: QueueCheckpoint | undefined,
  log: Logger,
): Promise<RecoveredSegments> {
  const segments: SegmentState[] = [];
  const lost = { bytes: 0, events: 0 };
  const missing = new Map((checkpoint?.segments ?? []).map((state) => [state.number, state]));
  for (const [number, size] of found) {
    const known = missing.get(number);
    missing.delete(number);
    if (isLeftOver(number, checkpoint)) continue;
    const state = known ?? {
      number,
      size: SEGMENT_HEADER.length,
      events: 0,
      acknowledgedEvents: 0,
      acknowledged: [],
      damagedBytes: 0,
    };
    const path = join(folder, segmentFileName(number));
    if (size < state.size && known !== undefined) {
      log.error("a segment of the queue is shorter than it was; what it had is lost", {
        path,
        bytes: state.size - size,
      });
      lost.bytes += state.size - size;
    }
    let events = 0;
    try {
      await checkVersion(files, path, size);
      if (size > state.size) events = await eventsOf(files, path, state.size, size);
    } catch (error) {
      // When its turn comes it is passed over.
      if ((error as NodeJS.ErrnoException).code !== "EIO") throw error;
      log.error("a segment of the queue cannot be read", { path, reason: (error as Error).message });
    }
    segments.push({ ...state, size, events: state.events + events, acknowledged: cut(state.acknowledged, size) });
  }
  for (const { number, size, events, acknowledgedEvents } of missing.values()) {
    if (events === acknowledgedEvents) continue;
    log.error("a segment of the queue is missing; what it had is lost", {
      path: join(folder, segmentFileName(number)),
      events: events - acknowledgedEvents,
    });
    lost.bytes += size;
    lost.events += events - acknowledgedEvents;
  }
  return { segments, lost };
}

/** @throws SegmentVersion */
async function checkVersion(files: SegmentFileSystem, path: string, size: number): Promise<void> {
  const reader = new SegmentReader(await files.openRead(path));
  try {
    const beginning = await reader.beginning(size);
    if (typeof beginning === "object") throw new SegmentVersion(path, beginning.version);
  } finally {
    await reader.close();
  }
}

/** Events of the whole batches between two places. */
async function eventsOf(files: SegmentFileSystem, path: string, from: number, size: number): Promise<number> {
  const reader = new SegmentReader(await files.openRead(path), BATCH_MARKER);
  try {
    let events = 0;
    for (let at = from; ; ) {
      const found = await reader.next(at, size);
      if (found.kind === "end") return events;
      if (found.kind === "record") events += countOf(found.payload);
      at = found.next;
    }
  } finally {
    await reader.close();
  }
}

/** Events of a batch; 0 where the payload is none. */
export function countOf(payload: Buffer): number {
  try {
    return decodeHead(payload).head.count;
  } catch {
    return 0;
  }
}

function cut(ranges: readonly ByteRange[], size: number): ByteRange[] {
  return ranges.filter(([from]) => from < size).map(([from, to]) => [from, Math.min(to, size)]);
}
