import { crc32 } from "node:zlib";
import type { ReadHandle } from "./filesystem.ts";
import { RECORD_HEADER_BYTES, RECORD_LIMIT, SEGMENT_HEADER } from "./format.ts";

/** Bytes read at a time; a longer record is read as a whole. */
const WINDOW_BYTES = 1 << 20;
/** A window that one huge record made larger than this is not kept. */
const KEPT_BYTES = 8 << 20;

/** No format will have a higher number: a byte above is damage. */
const HIGHEST_VERSION = 127;

/** What stands at a place of a segment. A payload is a view that holds until the next call. */
export type Found =
  | { readonly kind: "record"; readonly payload: Buffer; readonly next: number }
  /** Bytes that are no record, up to the next whole one or to the limit. */
  | { readonly kind: "damage"; readonly next: number }
  | { readonly kind: "end" };

/** What a segment's first bytes say. `blank`: nothing, or zeros as a crash can leave them. */
export type SegmentBeginning = "segment" | "blank" | "damaged" | { readonly version: number };

/**
 * Reads a segment's records one after another through a window of bounded size, also while it is appended to. With `marker`, the bytes
 * that every payload begins with, whole records are found again behind damage.
 */
export class SegmentReader {
  readonly #handle: ReadHandle;
  readonly #marker: Uint8Array | undefined;
  #window: Buffer = Buffer.alloc(0);
  #start = 0;
  #length = 0;

  constructor(handle: ReadHandle, marker?: Uint8Array) {
    this.#handle = handle;
    this.#marker = marker;
  }

  async beginning(limit: number): Promise<SegmentBeginning> {
    const header = Buffer.alloc(SEGMENT_HEADER.length);
    const read = await this.#handle.read(header, 0);
    const bytes = header.subarray(0, Math.min(read, limit));
    if (bytes.length < SEGMENT_HEADER.length || bytes.every((byte) => byte === 0)) return "blank";
    if (bytes.equals(SEGMENT_HEADER)) return "segment";
    const name = SEGMENT_HEADER.length - 1;
    const version = bytes[name] as number;
    const named = bytes.subarray(0, name).equals(SEGMENT_HEADER.subarray(0, name));
    return named && version > 0 && version <= HIGHEST_VERSION ? { version } : "damaged";
  }

  /** What stands at `at` of a segment that is `limit` bytes long. */
  async next(at: number, limit: number): Promise<Found> {
    if (at >= limit) return { kind: "end" };
    const payload = await this.#payload(at, limit);
    if (payload !== undefined) return { kind: "record", payload, next: at + RECORD_HEADER_BYTES + payload.length };
    return { kind: "damage", next: await this.#nextWhole(at, limit) };
  }

  close(): Promise<void> {
    return this.#handle.close();
  }

  /** The payload of a whole record at `at`. */
  async #payload(at: number, limit: number): Promise<Buffer | undefined> {
    const length = await this.#lengthAt(at, limit);
    if (length === undefined) return undefined;
    const record = await this.#bytes(at, RECORD_HEADER_BYTES + length, limit);
    if (record.length < RECORD_HEADER_BYTES + length) return undefined;
    const payload = record.subarray(RECORD_HEADER_BYTES);
    return crc32(payload) === record.readUInt32LE(4) ? payload : undefined;
  }

  /** The length that a record's header gives, if there can be such a record. A length of 0 is a run of zeros. */
  async #lengthAt(at: number, limit: number): Promise<number | undefined> {
    const header = await this.#bytes(at, RECORD_HEADER_BYTES, limit);
    if (header.length < RECORD_HEADER_BYTES) return undefined;
    const length = header.readUInt32LE(0);
    const possible = length > 0 && length <= RECORD_LIMIT && at + RECORD_HEADER_BYTES + length <= limit;
    return possible ? length : undefined;
  }

  async #nextWhole(at: number, limit: number): Promise<number> {
    // Where only the payload is damaged, the length leads to the next record.
    const length = await this.#lengthAt(at, limit);
    const following = length === undefined ? undefined : at + RECORD_HEADER_BYTES + length;
    const marker = this.#marker;
    if (marker === undefined) return following ?? limit;
    if (following !== undefined && (following === limit || (await this.#payload(following, limit)) !== undefined))
      return following;
    for (let from = at + 1; from < limit; ) {
      const bytes = await this.#bytes(from, Math.min(WINDOW_BYTES, limit - from), limit);
      const found = bytes.indexOf(marker);
      if (found < 0) {
        if (bytes.length < WINDOW_BYTES) return limit;
        from += bytes.length - marker.length + 1;
        continue;
      }
      const candidate = from + found - RECORD_HEADER_BYTES;
      if (candidate > at && (await this.#payload(candidate, limit)) !== undefined) return candidate;
      from += found + 1;
    }
    return limit;
  }

  /** `length` bytes from `at` on, fewer where the segment ends. */
  async #bytes(at: number, length: number, limit: number): Promise<Buffer> {
    const wanted = Math.min(length, limit - at);
    if (at < this.#start || at + wanted > this.#start + this.#length) {
      const size = Math.max(wanted, Math.min(WINDOW_BYTES, limit - at));
      if (this.#window.length < size || this.#window.length > KEPT_BYTES)
        this.#window = Buffer.allocUnsafeSlow(Math.max(size, WINDOW_BYTES));
      this.#start = at;
      this.#length = 0;
      this.#length = await this.#handle.read(this.#window.subarray(0, size), at);
    }
    const from = at - this.#start;
    return this.#window.subarray(from, Math.min(from + wanted, this.#length));
  }
}
