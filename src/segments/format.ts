import { crc32 } from "node:zlib";

/**
 * A segment file: an 8-byte header, `ANTLSEG` and the format version 1, then records one after another. A record is its length (u32,
 * little-endian), the CRC-32 of its bytes (u32, little-endian), and the bytes.
 */
export const SEGMENT_HEADER: Buffer = Buffer.from("ANTLSEG\x01", "latin1");
export const RECORD_HEADER_BYTES = 8;
/** Longest record; a length above it is damage. */
export const RECORD_LIMIT: number = 256 * 1024 * 1024;

/** A record of a payload that is given in one part or several. */
export function encodeRecord(...parts: readonly Uint8Array[]): Buffer {
  const length = parts.reduce((sum, part) => sum + part.length, 0);
  const record = Buffer.allocUnsafe(RECORD_HEADER_BYTES + length);
  let at = RECORD_HEADER_BYTES;
  for (const part of parts) {
    record.set(part, at);
    at += part.length;
  }
  record.writeUInt32LE(length, 0);
  record.writeUInt32LE(crc32(record.subarray(RECORD_HEADER_BYTES)), 4);
  return record;
}

/** What stands at `at`: a record, the end of what was written whole, or damage. */
export type ReadRecord =
  | { readonly kind: "record"; readonly payload: Buffer; readonly next: number }
  | { readonly kind: "end" }
  | { readonly kind: "damaged"; readonly next: number | undefined };

/** Reads the record at `at` of a segment's bytes. A damaged record whose length is plausible can be stepped over (`next`). */
export function readRecord(bytes: Buffer, at: number): ReadRecord {
  if (bytes.length - at < RECORD_HEADER_BYTES) return { kind: "end" };
  const length = bytes.readUInt32LE(at);
  const next = at + RECORD_HEADER_BYTES + length;
  if (length > RECORD_LIMIT) return { kind: "damaged", next: undefined };
  if (next > bytes.length) return { kind: "end" };
  const payload = bytes.subarray(at + RECORD_HEADER_BYTES, next);
  // A run of zeros, which a crash can leave at the end of a file, is no record of length 0.
  if (length === 0 || crc32(payload) !== bytes.readUInt32LE(at + 4))
    return { kind: "damaged", next: length === 0 ? undefined : next };
  return { kind: "record", payload, next };
}
