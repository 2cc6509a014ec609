import { FLAG_TRUNCATED } from "../event/record-batch.ts";
import type { Framer, FrameTarget, OptionProblem } from "../plugin/definitions.ts";

/** Longest line that is held while its end is awaited, in bytes; a longer one is given in pieces. */
const LINE_LIMIT = 10 * 1024 * 1024;
const FIRST_HOLD = 64 * 1024;
const NOTHING: Buffer = Buffer.alloc(0);

/** Nothing stands between any two bytes, so no stream can be cut there. */
export function checkDelimiter(settings: { readonly delimiter: string }): OptionProblem[] {
  return settings.delimiter === "" ? [{ option: "delimiter", message: "the delimiter is empty" }] : [];
}

/**
 * Cuts a stream at a delimiter; with the usual line feed a carriage return before it goes too. A line over `limit` bytes is given in
 * pieces that all have FLAG_TRUNCATED. What has no delimiter yet is copied once, into memory that doubles.
 */
export function lineFramer(delimiter: string, limit: number = LINE_LIMIT): Framer {
  const end = Buffer.from(delimiter);
  const dropsReturn = delimiter === "\n";
  /** `held[0..count)` is the line begun. */
  let held: Buffer = NOTHING;
  let count = 0;
  let inLongLine = false;

  function give(bytes: Buffer, start: number, stop: number, rawLength: number, emit: FrameTarget): void {
    const cut = dropsReturn && stop > start && bytes[stop - 1] === 0x0d ? stop - 1 : stop;
    emit(bytes, start, cut, rawLength, inLongLine ? FLAG_TRUNCATED : 0);
    inLongLine = false;
  }

  function hold(bytes: Buffer): void {
    const wanted = count + bytes.length;
    if (wanted > held.length) {
      const grown = Buffer.allocUnsafe(Math.max(wanted, held.length * 2, FIRST_HOLD));
      held.copy(grown, 0, 0, count);
      held = grown;
    }
    bytes.copy(held, count);
    count = wanted;
  }

  /** Holds `bytes` in memory of their own: lines that were given may still be waiting to be copied. */
  function startAgain(bytes: Buffer): void {
    held = NOTHING;
    count = 0;
    if (bytes.length > 0) hold(bytes);
  }

  /** Gives the lines of `bytes`, of which `searched` bytes hold no delimiter; the start of what is left. */
  function cutLines(bytes: Buffer, searched: number, emit: FrameTarget): number {
    let from = 0;
    // A delimiter may lie across the border of what was searched.
    let at = bytes.indexOf(end, Math.max(0, searched - end.length + 1));
    for (; at >= 0; at = bytes.indexOf(end, from)) {
      if (at - from > limit) from = cutLong(bytes, from, at, emit);
      give(bytes, from, at, at + end.length - from, emit);
      from = at + end.length;
    }
    return bytes.length - from > limit ? cutLong(bytes, from, bytes.length, emit) : from;
  }

  /** Gives pieces of `limit` bytes until no more than that is left; the start of the rest. */
  function cutLong(bytes: Buffer, start: number, stop: number, emit: FrameTarget): number {
    let from = start;
    inLongLine = true;
    for (; stop - from > limit; from += limit) emit(bytes, from, from + limit, limit, FLAG_TRUNCATED);
    return from;
  }

  return {
    push(chunk, emit) {
      if (count === 0) {
        const left = cutLines(chunk, 0, emit);
        if (left < chunk.length) hold(chunk.subarray(left));
        return;
      }
      const searched = count;
      hold(chunk);
      const left = cutLines(held.subarray(0, count), searched, emit);
      if (left > 0) startAgain(held.subarray(left, count));
    },
    flush(emit) {
      const bytes = held;
      const length = count;
      startAgain(NOTHING);
      if (length > 0) give(bytes, 0, length, length, emit);
      inLongLine = false;
    },
  };
}
