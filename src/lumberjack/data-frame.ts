import { Arena } from "./arena.ts";
import { EVENT_HEAD_BYTES, readU32 } from "./frames.ts";

/** Outcome of a look at a data frame that is still arriving. */
export const DATA_COMPLETE = 0;
export const DATA_TOO_LARGE = -1;

/**
 * Walks over the key/value pairs of one data frame without starting again at every chunk. Offsets are relative to the frame's start.
 */
export class DataFrameScanner {
  #next = EVENT_HEAD_BYTES;
  #left = -1;
  #inValue = false;

  /** Length of the whole frame; valid after `DATA_COMPLETE`. */
  get length(): number {
    return this.#next;
  }

  /**
   * Looks at the `have` bytes of the frame that begins at `at` (at least `EVENT_HEAD_BYTES`).
   * Gives `DATA_COMPLETE`, `DATA_TOO_LARGE`, or the number of bytes of the frame that are needed to go on.
   */
  scan(bytes: Uint8Array, at: number, have: number, maxBytes: number): number {
    if (this.#left < 0) this.#left = readU32(bytes, at + 6);
    // Every pair left takes at least its two lengths.
    if (this.#next + this.#left * 8 > maxBytes + EVENT_HEAD_BYTES) return DATA_TOO_LARGE;
    while (this.#left > 0 || this.#inValue) {
      if (have < this.#next + 4) return this.#next + 4;
      const end = this.#next + 4 + readU32(bytes, at + this.#next);
      if (end > maxBytes + EVENT_HEAD_BYTES) return DATA_TOO_LARGE;
      this.#next = end;
      if (!this.#inValue) this.#left--;
      this.#inValue = !this.#inValue;
    }
    return have < this.#next ? this.#next : DATA_COMPLETE;
  }

  reset(): void {
    this.#next = EVENT_HEAD_BYTES;
    this.#left = -1;
    this.#inValue = false;
  }
}

const CONVERTED_BYTES = 64 * 1024;

/** Turns data frames into JSON objects of strings, in memory of its own. A key that comes twice keeps its last value. */
export class DataFrameConverter {
  #arena: Arena = new Arena(Buffer.alloc(0));
  #used = 0;
  start = 0;

  get arena(): Arena {
    return this.#arena;
  }

  /** Converts the complete frame at `at`; the JSON then lies in `arena.bytes[start..end)`, and `end` is returned. */
  convert(bytes: Buffer, at: number): number {
    const pairs = readU32(bytes, at + 6);
    const fields = new Map<string, string>();
    let next = at + EVENT_HEAD_BYTES;
    const text = (): string => {
      const start = next + 4;
      next = start + readU32(bytes, next);
      return bytes.toString("utf8", start, next);
    };
    for (let i = 0; i < pairs; i++) {
      const key = text();
      fields.set(key, text());
    }
    const json = `{${Array.from(fields, ([key, value]) => `${JSON.stringify(key)}:${JSON.stringify(value)}`).join(",")}}`;
    const length = Buffer.byteLength(json);
    if (this.#used + length > this.#arena.bytes.length) {
      this.#arena = new Arena(Buffer.allocUnsafeSlow(Math.max(CONVERTED_BYTES, length)));
      this.#used = 0;
    }
    this.start = this.#used;
    this.#used += this.#arena.bytes.write(json, this.#used);
    return this.#used;
  }
}
