import type { LedgerSnapshot } from "../../telemetry/ledger.ts";
import type { ByteRange } from "./byte-ranges.ts";

/** Name of the checkpoint, beside the segments. */
export const CHECKPOINT_NAME = "checkpoint.json";

/** A segment as a checkpoint knows it. */
export interface SegmentState {
  readonly number: number;
  /** Bytes that are on disk for certain. */
  readonly size: number;
  /** Events of these bytes. */
  readonly events: number;
  readonly acknowledgedEvents: number;
  /** What the outputs have acknowledged, and what could not be read. Sorted. */
  readonly acknowledged: readonly ByteRange[];
  /** Bytes that could not be read. */
  readonly damagedBytes: number;
}

/** What could not be read, since the queue was made. */
export interface QueueLosses {
  readonly bytes: number;
  readonly events: number;
}

/** Counts and positions of a queue, replaced together, so that an event counts with the checkpoint that acknowledges it. */
export interface QueueCheckpoint {
  readonly version: 1;
  /** The highest number that a segment has had. A segment up to it that is not listed is done with. */
  readonly head: number;
  readonly segments: readonly SegmentState[];
  /** Segments that are done with and damaged: they are kept aside, not removed. */
  readonly aside: readonly number[];
  /** By name of input. */
  readonly ledgers: Readonly<Record<string, LedgerSnapshot>>;
  readonly lost: QueueLosses;
}

/** A queue that another version has written. */
export class QueueVersion extends Error {
  constructor(path: string, version: unknown) {
    super(
      `${path} has version ${String(version)}, this antler knows version 1: let the antler that wrote it empty the queue, or move its folder away`,
    );
    this.name = "QueueVersion";
  }
}

/** A stored checkpoint, or undefined where there is none. @throws QueueVersion */
export function checkpointFrom(stored: unknown, path: string): QueueCheckpoint | undefined {
  if (stored === undefined) return undefined;
  const found = stored as Partial<QueueCheckpoint> | null;
  if (found?.version !== 1 || !Array.isArray(found.segments)) throw new QueueVersion(path, found?.version);
  return found as QueueCheckpoint;
}
