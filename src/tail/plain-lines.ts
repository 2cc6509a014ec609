import { isUtf8 } from "node:buffer";
import {
  FLAG_INVALID_ENCODING,
  FLAG_TRUNCATED,
  RECORD_CRC,
  RECORD_FLAGS,
  RECORD_LENGTH,
  RECORD_OFFSET_HIGH,
  RECORD_OFFSET_LOW,
  RECORD_RAW_LENGTH,
  RECORD_SOURCE,
  RECORD_START,
  RECORD_WORDS,
  type RecordBatch,
  type Source,
} from "../event/record-batch.ts";
import { tailChecksum } from "./fingerprint.ts";
import type { Chunk, FramedRecord, Framer } from "./framer.ts";
import { lineChecksum } from "./line-checksum.ts";
import { LongLine } from "./long-line.ts";

const LF = 10;
const CR = 13;
const OFFSET_UNIT = 0x1000000;

/**
 * UTF-8 lines, a record each: the hot path. A run of lines goes into the batch with one copy, line ends included, and the table
 * says where each lies. CRLF counts as a line end; NULs and invalid UTF-8 stay as they are, the latter marked.
 */
export class PlainLines implements Framer {
  readonly records: FramedRecord[] = [];
  wanted = 0;
  emitted = 0;
  readonly inEvent = false;
  readonly #maxBytes: number;
  #long: LongLine | null = null;

  constructor(messageMaxBytes: number) {
    this.#maxBytes = messageMaxBytes;
  }

  get inLine(): boolean {
    return this.#long !== null;
  }

  frame(batch: RecordBatch, source: Source, chunk: Chunk, from: number, to: number): number {
    this.wanted = 0;
    if (this.#long !== null) return this.#endLong(chunk, from, to);
    const bytes = to === chunk.bytes.length ? chunk.bytes : chunk.bytes.subarray(0, to);
    let at = from;
    if (chunk.offset + from === 0) at += byteOrderMark(bytes, from, to);
    const begin = at;
    const room = begin + batch.bytes.length - batch.used;
    const target = batch.used - begin;
    const { table, capacity, count: firstRow } = batch;
    const maxBytes = this.#maxBytes;
    let count = firstRow;
    let index = -1;
    let lineStart = from;
    // The offset in two 24-bit halves, carried along: a division per line would be a tenth of the whole cost.
    let low = (chunk.offset + from) % OFFSET_UNIT;
    let high = (chunk.offset + from - low) / OFFSET_UNIT;
    while (true) {
      const lf = bytes.indexOf(LF, at);
      if (lf < 0) break;
      const next = lf + 1;
      if (next > room || count === capacity) {
        this.wanted = next - at;
        break;
      }
      if (index < 0) index = batch.sourceIndex(source);
      let length = (lf > at && bytes[lf - 1] === CR ? lf - 1 : lf) - at;
      let flags = 0;
      if (length > maxBytes) {
        length = cutLength(bytes, at, maxBytes);
        flags = FLAG_TRUNCATED;
      }
      const row = count * RECORD_WORDS;
      table[row + RECORD_START] = target + at;
      table[row + RECORD_LENGTH] = length;
      table[row + RECORD_SOURCE] = index;
      table[row + RECORD_OFFSET_LOW] = low;
      table[row + RECORD_OFFSET_HIGH] = high;
      table[row + RECORD_RAW_LENGTH] = next - lineStart;
      table[row + RECORD_CRC] = lineChecksum(bytes, lineStart, next);
      table[row + RECORD_FLAGS] = flags;
      count++;
      low += next - lineStart;
      if (low >= OFFSET_UNIT) {
        low -= OFFSET_UNIT;
        high++;
      }
      at = next;
      lineStart = next;
    }
    batch.count = count;
    if (lineStart === from) return from;
    const run = bytes.subarray(begin, at);
    batch.bytes.set(run, batch.used);
    batch.used += run.length;
    if (!isUtf8(run)) markInvalid(batch, firstRow);
    this.emitted = at;
    return at;
  }

  #endLong(chunk: Chunk, from: number, to: number): number {
    const long = this.#long as LongLine;
    const lf = chunk.bytes.subarray(0, to).indexOf(LF, from);
    if (lf < 0) return from;
    const end = from + long.room(lf + 1 - from);
    long.add(chunk.bytes.subarray(from, end));
    this.#emit(chunk, end);
    this.wanted = 1;
    return end;
  }

  hold(chunk: Chunk, from: number, to: number): number {
    this.#long ??= new LongLine(chunk, from, this.#maxBytes);
    const end = from + this.#long.room(to - from);
    this.#long.add(chunk.bytes.subarray(from, end));
    if (this.#long.full) this.#emit(chunk, end);
    return end;
  }

  finish(chunk: Chunk, from: number, to: number): void {
    for (let at = from; at < to; ) at = this.hold(chunk, at, to);
    if (this.#long !== null) this.#emit(chunk, to);
  }

  #emit(chunk: Chunk, end: number): void {
    const long = this.#long as LongLine;
    this.#long = null;
    let bytes = long.bytes();
    const whole = bytes.length === long.rawLength;
    if (long.start === 0) bytes = bytes.subarray(byteOrderMark(bytes, 0, bytes.length));
    if (whole && bytes[bytes.length - 1] === LF) {
      bytes = bytes.subarray(0, bytes.length - (bytes[bytes.length - 2] === CR ? 2 : 1));
    }
    let flags = 0;
    if (bytes.length > this.#maxBytes || !whole) {
      bytes = bytes.subarray(0, cutLength(bytes, 0, this.#maxBytes));
      flags = FLAG_TRUNCATED;
    }
    if (!isUtf8(bytes)) flags |= FLAG_INVALID_ENCODING;
    const tail = tailChecksum(chunk.bytes, end);
    this.records.push({ bytes, start: long.start, end: long.start + long.rawLength, crc: long.crc, flags, tail });
  }
}

/** Length of a UTF-8 byte order mark at `at`: 3 or 0. */
export function byteOrderMark(bytes: Uint8Array, at: number, to: number): number {
  return to - at >= 3 && bytes[at] === 0xef && bytes[at + 1] === 0xbb && bytes[at + 2] === 0xbf ? 3 : 0;
}

/** At most `max` bytes from `at`, so that no character is cut in two. */
export function cutLength(bytes: Uint8Array, at: number, max: number): number {
  let length = max;
  while (length > 0 && length > max - 3 && ((bytes[at + length] ?? 0) & 0xc0) === 0x80) length--;
  return length;
}

function markInvalid(batch: RecordBatch, firstRow: number): void {
  for (let i = firstRow; i < batch.count; i++) {
    if (isUtf8(batch.recordBytes(i))) continue;
    const at = i * RECORD_WORDS + RECORD_FLAGS;
    batch.table[at] = (batch.table[at] as number) | FLAG_INVALID_ENCODING;
  }
}
