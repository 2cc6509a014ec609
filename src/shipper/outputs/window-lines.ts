import type { EncodedWindow } from "./window-sender.ts";

/** A window as lines of JSON, metadata included as Beats' own file and console outputs have it. */
export function linesOf(window: EncodedWindow): Buffer {
  const { bytes, starts, ends, count } = window;
  const lines = Buffer.allocUnsafe(linesBytes(window));
  let at = 0;
  for (let i = 0; i < count; i++) {
    at += bytes.copy(lines, at, starts[i], ends[i]);
    lines[at++] = 10;
  }
  return lines;
}

export function linesBytes({ starts, ends, count }: EncodedWindow): number {
  let size = count;
  for (let i = 0; i < count; i++) size += (ends[i] as number) - (starts[i] as number);
  return size;
}
