import { encodeRecord, readRecord, SEGMENT_HEADER } from "../segments/format.ts";
import { byPath, type KindBits, mergeKinds } from "./column-kinds.ts";
import type { StoredRanges } from "./committed-ranges.ts";

/**
 * The log beside an open slice's data: a segment file (src/segments/format.ts) whose records are JSON. A transaction counts from the moment
 * its record is on disk; what the data file has beyond `bytes` of the last one was never committed.
 */
export interface Commit {
  /** Size of the data file after this transaction, in bytes. */
  readonly bytes: number;
  /** Rows in the data file after it. */
  readonly rows: number;
  /** Longest line so far, in bytes. */
  readonly longest: number;
  /** When, epoch milliseconds. */
  readonly at: number;
  /** Kinds of values that were new to the slice. */
  readonly kinds?: KindBits;
  /** What was read for it. The first record of a slice has all ranges known before. */
  readonly ranges?: StoredRanges;
}

/** What an open slice's log says. */
export interface CommitState {
  readonly bytes: number;
  readonly rows: number;
  readonly longest: number;
  readonly firstAt: number;
  readonly lastAt: number;
  readonly kinds: KindBits;
  /** Ranges of every transaction, in order. */
  readonly ranges: readonly StoredRanges[];
  /** Where the last whole record ends: the log's own length. */
  readonly logBytes: number;
}

export const COMMIT_LOG_HEADER: Buffer = SEGMENT_HEADER;

export function encodeCommit(commit: Commit): Buffer {
  return encodeRecord(Buffer.from(JSON.stringify(commit)));
}

/** Reads a log up to its first torn or damaged record. */
export function readCommits(log: Buffer): CommitState {
  const kinds: KindBits = byPath();
  const ranges: StoredRanges[] = [];
  let last: Commit = { bytes: 0, rows: 0, longest: 0, at: 0 };
  let firstAt = 0;
  let at = SEGMENT_HEADER.length;
  if (log.subarray(0, at).equals(SEGMENT_HEADER)) {
    for (;;) {
      const record = readRecord(log, at);
      if (record.kind !== "record") break;
      last = JSON.parse(record.payload.toString()) as Commit;
      if (firstAt === 0) firstAt = last.at;
      if (last.kinds !== undefined) mergeKinds(kinds, last.kinds);
      if (last.ranges !== undefined) ranges.push(last.ranges);
      at = record.next;
    }
  } else at = 0;
  const { bytes, rows, longest } = last;
  return { bytes, rows, longest, firstAt, lastAt: last.at, kinds, ranges, logBytes: at };
}
