import type { EventSlices } from "./events.ts";
import * as frames from "./frames.ts";

/** Bytes of `events` as JSON frames. */
export function jsonFramesBytes(events: EventSlices): number {
  let bytes = events.count * frames.EVENT_HEAD_BYTES;
  for (let i = 0; i < events.count; i++) bytes += (events.ends[i] as number) - (events.starts[i] as number);
  return bytes;
}

/** Writes `events` as JSON frames with sequences from 1 into `target` from `at`; gives the end. */
export function writeJsonFrames(events: EventSlices, target: Uint8Array, at: number): number {
  const { starts, ends, count } = events;
  // A plain view: its subarray is half as dear as a Buffer's.
  const bytes = new Uint8Array(events.bytes.buffer, events.bytes.byteOffset, events.bytes.byteLength);
  let to = at;
  for (let i = 0; i < count; i++) {
    const start = starts[i] as number;
    const end = ends[i] as number;
    const length = end - start;
    target[to] = frames.VERSION_2;
    target[to + 1] = frames.FRAME_JSON;
    frames.writeU32(target, to + 2, i + 1);
    frames.writeU32(target, to + 6, length);
    to += frames.EVENT_HEAD_BYTES;
    target.set(bytes.subarray(start, end), to);
    to += length;
  }
  return to;
}

/** Writes the heads of JSON frames into the gaps of `events`; gives all frames. */
export function frameInPlace(events: EventSlices): Uint8Array {
  const { bytes, starts, ends, count } = events;
  for (let i = 0; i < count; i++) {
    const start = starts[i] as number;
    const at = start - frames.EVENT_HEAD_BYTES;
    bytes[at] = frames.VERSION_2;
    bytes[at + 1] = frames.FRAME_JSON;
    frames.writeU32(bytes, at + 2, i + 1);
    frames.writeU32(bytes, at + 6, (ends[i] as number) - start);
  }
  return bytes.subarray((starts[0] as number) - frames.EVENT_HEAD_BYTES, ends[count - 1]);
}

/** A few buffers that are used again once they have been written to the kernel. */
export class WriteBuffers {
  readonly #free: Uint8Array[] = [];
  readonly #maxFree: number;
  readonly #maxBytes: number;

  /** Keeps up to `maxFree` buffers of up to `maxBytes`. */
  constructor(maxFree: number, maxBytes: number = 16 * 1024 * 1024) {
    this.#maxFree = maxFree;
    this.#maxBytes = maxBytes;
  }

  take(bytes: number): Uint8Array {
    const free = this.#free.pop();
    if (free !== undefined && free.length >= bytes) return free;
    // An eighth of slack, so that windows of about the same size fit the next time.
    return new Uint8Array(Buffer.allocUnsafeSlow(bytes + (bytes >>> 3)).buffer);
  }

  give(buffer: Uint8Array): void {
    if (this.#free.length < this.#maxFree && buffer.length <= this.#maxBytes) this.#free.push(buffer);
  }
}
