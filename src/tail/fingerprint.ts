import { createHash } from "node:crypto";
import { crc32 } from "node:zlib";

/** Bytes at the head of a file that find it again, and bytes before an offset whose checksum proves that they are still the same. */
export const HEAD_BYTES = 1024;
export const TAIL_BYTES = 1024;

/** The first bytes of a file: how many (up to 1,024; as many as it had) and their hash. */
export interface Fingerprint {
  readonly length: number;
  /** First 16 bytes of SHA-256, hexadecimal; "" for length 0. */
  readonly hash: string;
}

export const NO_FINGERPRINT: Fingerprint = { length: 0, hash: "" };

/** Fingerprint of the first `length` bytes of `head`. */
export function fingerprintOf(head: Uint8Array, length: number = Math.min(head.length, HEAD_BYTES)): Fingerprint {
  if (length === 0) return NO_FINGERPRINT;
  const hash = createHash("sha256").update(head.subarray(0, length)).digest("hex").slice(0, 32);
  return { length, hash };
}

/** CRC-32 of the last KiB (or all) of `bytes` before `end`. */
export function tailChecksum(bytes: Uint8Array, end: number): number {
  return crc32(bytes.subarray(Math.max(0, end - TAIL_BYTES), end));
}
