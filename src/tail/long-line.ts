import { crc32 } from "node:zlib";
import { type Chunk, RECORD_RAW_LIMIT } from "./framer.ts";

/** A line that comes in pieces. Holds at most `limit` bytes of it; the rest is counted and goes into the checksum only. */
export class LongLine {
  readonly start: number;
  readonly #limit: number;
  readonly #parts: Buffer[] = [];
  #held = 0;
  rawLength = 0;
  crc = 0;
  /** Checksum of an event that the line may belong to, continued over the line. */
  chained: number;
  readonly #chains: boolean;

  constructor(chunk: Chunk, at: number, limit: number, chained: number | null = null) {
    this.start = chunk.offset + at;
    this.chained = chained ?? 0;
    this.#chains = chained !== null;
    // Room for a byte order mark and a line end, so that a line of exactly the limit is not taken for a longer one.
    this.#limit = limit + 8;
  }

  /** How many of `bytes` may still belong to it. */
  room(bytes: number): number {
    return Math.min(bytes, RECORD_RAW_LIMIT - this.rawLength);
  }

  get full(): boolean {
    return this.rawLength >= RECORD_RAW_LIMIT;
  }

  add(bytes: Buffer): void {
    this.rawLength += bytes.length;
    if (this.#chains) this.chained = crc32(bytes, this.chained);
    this.crc = crc32(bytes, this.crc);
    if (this.#held >= this.#limit) return;
    const part = Buffer.from(bytes.subarray(0, this.#limit - this.#held));
    this.#parts.push(part);
    this.#held += part.length;
  }

  /** What is held, line end included unless the line was longer than that. */
  bytes(): Buffer {
    return Buffer.concat(this.#parts);
  }
}
