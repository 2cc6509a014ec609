import { FLAG_TRUNCATED } from "../event/record-batch.ts";
import type { Framer, FrameTarget } from "../plugin/definitions.ts";

/** Longest message, in bytes. A longer line is given in pieces; a greater count is no count. */
const LONGEST = 10 * 1024 * 1024;
const FIRST_HOLD = 4096;
const NOTHING: Buffer = Buffer.alloc(0);
const [LF, CR, SPACE, LESS] = [0x0a, 0x0d, 0x20, 0x3c];

/**
 * Cuts a stream of syslog messages: `83 <34>1 …` by its count of bytes, `<34>…` at its line feed; each message may have the other form.
 * Source: RFC 6587, 3.4. A count stands before a `<` only.
 */
export function syslogFramer(longest: number = LONGEST): Framer {
  /** `held[0..count)` begins with a message. */
  let held: Buffer = NOTHING;
  let count = 0;
  /** Bytes of `held` without a line feed, and those that the message has at least. */
  let searched = 0;
  let wanted = 0;
  let inLongLine = false;
  /** A line feed behind a counted message belongs to no message. */
  let afterCounted = false;
  let passed = 0;

  /** Gives whole messages; how many bytes they took. */
  function cut(bytes: Buffer, emit: FrameTarget): number {
    let from = 0;
    while (from < bytes.length) {
      if (afterCounted) {
        afterCounted = false;
        if (bytes[from] === LF) {
          passed = 1;
          from++;
          continue;
        }
      }
      const counted = inLongLine ? undefined : countAt(bytes, from, longest);
      if (counted === "more") break;
      if (counted !== undefined) {
        wanted = counted.start + counted.length - from;
        if (bytes.length - from < wanted) break;
        const end = from + wanted;
        emit(bytes, counted.start, bytes[end - 1] === LF ? end - 1 : end, wanted + passed, 0);
        from = end;
        passed = 0;
        afterCounted = true;
      } else {
        const end = bytes.indexOf(LF, from + searched);
        if (end < 0 || end - from > longest) {
          if (bytes.length - from <= longest && end < 0) {
            searched = bytes.length - from;
            break;
          }
          emit(bytes, from, from + longest, longest + passed, FLAG_TRUNCATED);
          inLongLine = true;
          from += longest;
          passed = 0;
        } else {
          line(bytes, from, end, end + 1 - from, emit);
          from = end + 1;
        }
      }
      searched = 0;
      wanted = 0;
    }
    return from;
  }

  function line(bytes: Buffer, start: number, stop: number, rawLength: number, emit: FrameTarget): void {
    const end = stop > start && bytes[stop - 1] === CR ? stop - 1 : stop;
    emit(bytes, start, end, rawLength + passed, inLongLine ? FLAG_TRUNCATED : 0);
    inLongLine = false;
    passed = 0;
  }

  function hold(bytes: Buffer): void {
    const size = count + bytes.length;
    if (size > held.length) {
      const grown = Buffer.allocUnsafe(Math.max(size, held.length * 2, FIRST_HOLD));
      held.copy(grown, 0, 0, count);
      held = grown;
    }
    bytes.copy(held, count);
    count = size;
  }

  /** What is left, in memory of its own: messages that were given may still be waiting to be copied. */
  function keep(rest: Buffer): void {
    held = NOTHING;
    count = 0;
    if (rest.length > 0) hold(rest);
  }

  return {
    push(chunk, emit) {
      if (count === 0) {
        const from = cut(chunk, emit);
        if (from < chunk.length) hold(chunk.subarray(from));
        return;
      }
      hold(chunk);
      if (count < wanted) return;
      const bytes = held.subarray(0, count);
      const from = cut(bytes, emit);
      if (from > 0) keep(bytes.subarray(from));
    },
    flush(emit) {
      const bytes = held.subarray(0, count);
      keep(NOTHING);
      const counted = countAt(bytes, 0, longest);
      // A counted message that is cut off begins behind its count.
      const start = typeof counted === "object" ? counted.start : 0;
      if (bytes.length > start) line(bytes, start, bytes.length, bytes.length, emit);
      searched = wanted = passed = 0;
      inLongLine = afterCounted = false;
    },
  };
}

/** A count with its blank, and where the message begins; "more" while that cannot be told; undefined where there is none. */
function countAt(bytes: Buffer, from: number, longest: number): { start: number; length: number } | "more" | undefined {
  let length = 0;
  let at = from;
  for (; at < bytes.length; at++) {
    const digit = (bytes[at] as number) - 0x30;
    if (!(digit >= 0 && digit <= 9)) break;
    length = length * 10 + digit;
    if (length === 0 || length > longest) return undefined;
  }
  if (at === bytes.length) return "more";
  if (at === from || bytes[at] !== SPACE) return undefined;
  if (at + 1 === bytes.length) return "more";
  return bytes[at + 1] === LESS ? { start: at + 1, length } : undefined;
}
