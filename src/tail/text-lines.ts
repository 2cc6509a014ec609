import { crc32 } from "node:zlib";
import type { RecordBatch, Source } from "../event/record-batch.ts";
import { FLAG_INVALID_ENCODING, FLAG_MULTILINE, FLAG_TRUNCATED } from "../event/record-batch.ts";
import { isPlainUtf8, type LineEncoding, lineEncoding } from "./encoding.ts";
import { tailChecksum } from "./fingerprint.ts";
import { type Chunk, type FramedRecord, type Framer, RECORD_RAW_LIMIT } from "./framer.ts";
import { joinRun } from "./joined-run.ts";
import { ENDS_AFTER, ENDS_BEFORE } from "./line-joiner.ts";
import { LongLine } from "./long-line.ts";
import type { Multiline } from "./multiline.ts";
import { cutLength } from "./plain-lines.ts";

interface Line {
  start: number;
  end: number;
  endTail: number;
  /** CRC-32 of the raw line, and that of the event in progress continued over it. */
  crc: number;
  chained: number;
  bytes: Buffer;
  flags: number;
}

interface EventInProgress {
  readonly start: number;
  end: number;
  tail: number;
  crc: number;
  flags: number;
  lines: number;
  size: number;
  readonly parts: Buffer[];
}

/** Lines of any encoding, put together by `multiline` if there is one. Records are built one by one, but for what `joinRun` takes. */
export class TextLines implements Framer {
  readonly records: FramedRecord[] = [];
  wanted = 0;
  emitted = 0;
  readonly #maxBytes: number;
  readonly #multiline: Multiline | null;
  readonly #encodingName: string;
  #encoding: LineEncoding;
  #long: LongLine | null = null;
  #event: EventInProgress | null = null;

  /** `head`: the first bytes of the file, which may tell its byte order. */
  constructor(messageMaxBytes: number, encoding: string, head: Uint8Array, multiline: Multiline | null) {
    this.#maxBytes = messageMaxBytes;
    this.#encodingName = encoding;
    this.#encoding = lineEncoding(encoding, head);
    this.#multiline = multiline;
  }

  get inLine(): boolean {
    return this.#long !== null;
  }

  get inEvent(): boolean {
    return this.#event !== null;
  }

  frame(batch: RecordBatch, source: Source, chunk: Chunk, from: number, to: number): number {
    if (chunk.offset + from === 0) {
      this.#encoding = lineEncoding(this.#encodingName, chunk.bytes.subarray(from, Math.min(to, from + 4)));
    }
    this.wanted = 0;
    this.emitted = from;
    let at = from;
    if (this.#multiline !== null && this.#long === null && isPlainUtf8(this.#encodingName)) {
      if (this.#event !== null && !this.#endsHere(this.#multiline, this.#event, batch, source, chunk, from, to)) {
        if (this.wanted > 0) return from;
      } else {
        at = this.#joinRun(this.#multiline, batch, source, chunk, from, to);
        if (this.wanted > 0) return at;
      }
    }
    while (true) {
      const end = this.#encoding.lineEnd(chunk.bytes, at, to, chunk.offset);
      if (end < 0) return at;
      at = this.#long === null ? this.#line(chunk, at, end) : this.hold(chunk, at, end, true);
    }
  }

  /** Whether the event in progress ended before the line at `from`; then it is in the batch, unless more room is `wanted`. */
  #endsHere(
    multiline: Multiline,
    event: EventInProgress,
    batch: RecordBatch,
    source: Source,
    chunk: Chunk,
    from: number,
    to: number,
  ): boolean {
    const end = this.#encoding.lineEnd(chunk.bytes, from, to, chunk.offset);
    if (end < 0 || end - from > this.#maxBytes) return false;
    const { bytes } = this.#encoding.decode(chunk.bytes.subarray(from, end), false);
    if ((multiline.decide(bytes.toString(), event.lines) & ENDS_BEFORE) === 0) return false;
    const whole = bytesOf(event);
    if (!batch.fits(whole.length)) {
      this.wanted = Math.max(1, whole.length);
      return false;
    }
    const { start, crc, flags } = event;
    batch.append(batch.sourceIndex(source), whole, 0, whole.length, start, event.end - start, crc, flags);
    this.#event = null;
    return true;
  }

  #joinRun(multiline: Multiline, batch: RecordBatch, source: Source, chunk: Chunk, from: number, to: number): number {
    const run = joinRun(batch, source, chunk, from, to, multiline, this.#maxBytes);
    this.wanted = run.wanted;
    this.emitted = run.emitted;
    if (run.open !== undefined) {
      const raw = chunk.bytes.subarray(run.open.from, run.open.to);
      const { bytes } = this.#encoding.decode(raw, false);
      this.#event = {
        start: chunk.offset + run.open.from,
        end: chunk.offset + run.open.to,
        tail: tailChecksum(chunk.bytes, run.open.to),
        crc: crc32(raw),
        flags: run.open.lines > 1 ? FLAG_MULTILINE : 0,
        lines: run.open.lines,
        size: bytes.length,
        // The chunk's bytes are overwritten by the next read.
        parts: [Buffer.from(bytes)],
      };
    }
    return run.at;
  }

  hold(chunk: Chunk, from: number, to: number, complete = false): number {
    this.#long ??= new LongLine(chunk, from, this.#maxBytes, this.#event?.crc ?? null);
    const long = this.#long;
    const end = from + long.room(to - from);
    long.add(chunk.bytes.subarray(from, end));
    if (long.full || (complete && end === to)) this.#endLong(chunk, end);
    return end;
  }

  finish(chunk: Chunk, from: number, to: number): void {
    for (let at = from; at < to; ) at = this.hold(chunk, at, to);
    if (this.#long !== null) this.#endLong(chunk, to);
    if (this.#event !== null) this.#emit();
  }

  #endLong(chunk: Chunk, end: number): void {
    const long = this.#long as LongLine;
    this.#long = null;
    this.#take(long.bytes(), long.rawLength, {
      start: long.start,
      end: long.start + long.rawLength,
      endTail: tailChecksum(chunk.bytes, end),
      crc: long.crc,
      chained: this.#event === null ? long.crc : long.chained,
    });
  }

  #line(chunk: Chunk, from: number, end: number): number {
    const raw = chunk.bytes.subarray(from, end);
    this.#take(raw, raw.length, {
      start: chunk.offset + from,
      end: chunk.offset + end,
      endTail: tailChecksum(chunk.bytes, end),
      crc: crc32(raw),
      chained: this.#event === null ? 0 : crc32(raw, this.#event.crc),
    });
    return end;
  }

  #take(raw: Buffer, rawLength: number, place: Omit<Line, "bytes" | "flags">): void {
    // A little more than may be kept is decoded, so that the line end is not what makes it too long.
    let { bytes, invalid } = this.#encoding.decode(raw.subarray(0, this.#maxBytes + 8), place.start === 0);
    let flags = invalid ? FLAG_INVALID_ENCODING : 0;
    if (rawLength > this.#maxBytes + 8 || bytes.length > this.#maxBytes) {
      bytes = bytes.subarray(0, cutLength(bytes, 0, Math.min(bytes.length, this.#maxBytes)));
      flags |= FLAG_TRUNCATED;
    }
    this.#offer({ ...place, bytes, flags });
  }

  #offer(line: Line): void {
    const multiline = this.#multiline;
    if (multiline === null) {
      this.#begin(line);
      this.#emit();
      return;
    }
    const decision = multiline.decide(line.bytes.toString(), this.#event?.lines ?? 0);
    const event = this.#event;
    if (event !== null && ((decision & ENDS_BEFORE) !== 0 || line.end - event.start > RECORD_RAW_LIMIT)) this.#emit();
    if (this.#event === null) this.#begin(line);
    else this.#join(this.#event, line, multiline);
    if ((decision & ENDS_AFTER) !== 0) this.#emit();
  }

  #begin(line: Line): void {
    this.#event = {
      start: line.start,
      end: line.end,
      tail: line.endTail,
      crc: line.crc,
      flags: line.flags,
      lines: 1,
      size: line.bytes.length,
      // The chunk's bytes are overwritten by the next read.
      parts: [this.#multiline === null ? line.bytes : Buffer.from(line.bytes)],
    };
  }

  #join(event: EventInProgress, line: Line, multiline: Multiline): void {
    event.end = line.end;
    event.tail = line.endTail;
    event.crc = line.chained;
    event.flags |= line.flags | FLAG_MULTILINE;
    event.lines++;
    if (event.lines > multiline.maxLines) {
      event.flags |= FLAG_TRUNCATED;
      return;
    }
    const text = Buffer.concat([Buffer.from(multiline.separator), line.bytes]);
    const room = this.#maxBytes - event.size;
    if (text.length > room) event.flags |= FLAG_TRUNCATED;
    const part = text.subarray(0, cutLength(text, 0, Math.min(room, text.length)));
    event.size += part.length;
    if (part.length > 0) event.parts.push(part);
  }

  #emit(): void {
    const event = this.#event as EventInProgress;
    this.#event = null;
    const { start, end, crc, flags, tail } = event;
    this.records.push({ bytes: bytesOf(event), start, end, crc, flags, tail });
  }
}

function bytesOf({ parts }: EventInProgress): Buffer {
  return parts.length === 1 ? (parts[0] as Buffer) : Buffer.concat(parts);
}
