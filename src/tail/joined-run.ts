import { isAscii, isUtf8 } from "node:buffer";
import { FLAG_MULTILINE, type RecordBatch, type Source } from "../event/record-batch.ts";
import type { Chunk } from "./framer.ts";
import { lineChecksum } from "./line-checksum.ts";
import { ENDS_AFTER, ENDS_BEFORE } from "./line-joiner.ts";
import type { Multiline } from "./multiline.ts";
import { byteOrderMark } from "./plain-lines.ts";

const LF = 10;
const CR = 13;

/** Lines of an event that may go on: `bytes[from..to)` of the chunk, line ends included. */
export interface OpenEvent {
  readonly from: number;
  readonly to: number;
  readonly lines: number;
}

export interface JoinedRun {
  /** Index behind the last line used. */
  readonly at: number;
  /** Index behind the last record in the batch; `from` where there is none. */
  readonly emitted: number;
  readonly open: OpenEvent | undefined;
  /** Bytes that the next record needs where the batch is full; 0: all lines are used, or what comes next is for `TextLines`. */
  readonly wanted: number;
}

/**
 * Joins the lines of `chunk.bytes[from..to)` where that is simple: valid UTF-8, no CR in an event of several lines, nothing to be cut. Then an event
 * is a part of the chunk, and all of them go into the batch with one copy. It stops before the first line for which this does not hold.
 */
export function joinRun(
  batch: RecordBatch,
  source: Source,
  chunk: Chunk,
  from: number,
  to: number,
  multiline: Multiline,
  maxBytes: number,
): JoinedRun {
  const nothing: JoinedRun = { at: from, emitted: from, open: undefined, wanted: 0 };
  if (multiline.separator !== "\n") return nothing;
  const { bytes } = chunk;
  const last = to > from ? bytes.lastIndexOf(LF, to - 1) : -1;
  if (last < from || (chunk.offset + from === 0 && byteOrderMark(bytes, from, to) > 0)) return nothing;
  const lines = bytes.subarray(from, last + 1);
  const text = isAscii(lines) ? lines.toString("latin1") : undefined;
  if (text === undefined && !isUtf8(lines)) return nothing;

  const room = from + batch.bytes.length - batch.used;
  const target = batch.used - from;
  const firstRow = batch.count;
  let at = from;
  let emitted = from;
  let wanted = 0;
  // The event in progress: `bytes[begin..at)`, its text ends at `textEnd`.
  let begin = from;
  let textEnd = from;
  let joined = 0;
  const fits = (end: number): boolean => end <= room && batch.count < batch.capacity;
  const emit = (): void => {
    const index = batch.sourceIndex(source);
    const flags = joined > 1 ? FLAG_MULTILINE : 0;
    const crc = lineChecksum(bytes, begin, at);
    batch.describe(target + begin, textEnd - begin, index, chunk.offset + begin, at - begin, crc, flags);
    emitted = at;
    begin = at;
    joined = 0;
  };
  while (at <= last) {
    const lf = bytes.indexOf(LF, at);
    const next = lf + 1;
    const end = lf > at && bytes[lf - 1] === CR ? lf - 1 : lf;
    const line = text === undefined ? bytes.toString("utf8", at, end) : text.slice(at - from, end - from);
    const decision = multiline.decide(line, joined);
    if ((decision & ENDS_BEFORE) !== 0 && joined > 0) {
      if (!fits(at)) {
        wanted = at - begin;
        break;
      }
      emit();
    }
    const simple = next - begin <= maxBytes && joined < multiline.maxLines && (joined === 0 || at - 1 === textEnd);
    if (!simple) break;
    if ((decision & ENDS_AFTER) !== 0 && !fits(next)) {
      wanted = next - begin;
      break;
    }
    at = next;
    textEnd = end;
    joined++;
    if ((decision & ENDS_AFTER) !== 0) emit();
  }
  if (batch.count > firstRow) {
    batch.bytes.set(bytes.subarray(from, emitted), batch.used);
    batch.used += emitted - from;
  }
  return { at, emitted, open: joined === 0 ? undefined : { from: begin, to: at, lines: joined }, wanted };
}
