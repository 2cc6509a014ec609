/** A run of so many zero bytes is no text: a file was cut while its writer went on at its old place. Shorter ones are data. */
export const HOLE_BYTES = 4096;

const ZEROS: Buffer = Buffer.alloc(HOLE_BYTES);
const LINE_FEED = 0x0a;

/** Index where a hole begins in `bytes[from..)`, at the beginning of a line; -1 where there is none. `from` is the beginning of a line. */
export function holeStart(bytes: Buffer, from: number): number {
  const found = bytes.indexOf(ZEROS, from);
  if (found < 0) return -1;
  let start = found;
  while (start > from && bytes[start - 1] === 0) start--;
  return start === from || bytes[start - 1] === LINE_FEED ? start : -1;
}

/** Index of the first byte from `from` on that is not zero; the length where all are. */
export function holeEnd(bytes: Buffer, from: number): number {
  let at = from;
  while (at + HOLE_BYTES <= bytes.length && ZEROS.compare(bytes, at, at + HOLE_BYTES) === 0) at += HOLE_BYTES;
  while (at < bytes.length && bytes[at] === 0) at++;
  return at;
}
