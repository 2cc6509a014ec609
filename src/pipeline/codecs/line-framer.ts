import type { Framer, FrameTarget } from "../../plugin/definitions.ts";

/** Longest line that is held while its end is awaited, in bytes; a longer one is given in pieces. */
const LINE_LIMIT = 10 * 1024 * 1024;

/** Cuts a stream at a delimiter; with the usual line feed a carriage return before it goes too. */
export function lineFramer(delimiter: string): Framer {
  const end = Buffer.from(delimiter);
  const dropsReturn = delimiter === "\n";
  let rest: Buffer = Buffer.alloc(0);

  function give(bytes: Buffer, start: number, stop: number, rawLength: number, emit: FrameTarget): void {
    const cut = dropsReturn && stop > start && bytes[stop - 1] === 0x0d ? stop - 1 : stop;
    emit(bytes, start, cut, rawLength, 0);
  }

  return {
    push(chunk, emit) {
      const bytes = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
      let from = 0;
      // What is left was searched before, but for a delimiter that lies across the border.
      let at = bytes.indexOf(end, Math.max(0, rest.length - end.length + 1));
      for (; at >= 0; at = bytes.indexOf(end, from)) {
        give(bytes, from, at, at + end.length - from, emit);
        from = at + end.length;
      }
      if (bytes.length - from > LINE_LIMIT) {
        emit(bytes, from, bytes.length, bytes.length - from, 1);
        from = bytes.length;
      }
      rest = Buffer.from(bytes.subarray(from));
    },
    flush(emit) {
      if (rest.length > 0) give(rest, 0, rest.length, rest.length, emit);
      rest = Buffer.alloc(0);
    },
  };
}
