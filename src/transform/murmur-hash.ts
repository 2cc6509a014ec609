/**
 * MurmurHash3 by Austin Appleby, the variants x86_32 (seed 0) and x64_128 (public domain reference: SMHasher, MurmurHash3.cpp).
 */
export function murmur32(bytes: Uint8Array): number {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const whole = bytes.length & ~3;
  let hash = 0;
  for (let i = 0; i < whole; i += 4) {
    hash ^= mixed32(view.getUint32(i, true));
    hash = (Math.imul(rotate32(hash, 13), 5) + 0xe6546b64) | 0;
  }
  let tail = 0;
  for (let i = bytes.length - 1; i >= whole; i--) tail = (tail << 8) | (bytes[i] as number);
  if (bytes.length > whole) hash ^= mixed32(tail);
  hash ^= bytes.length;
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}

function mixed32(k: number): number {
  return Math.imul(rotate32(Math.imul(k, 0xcc9e2d51), 15), 0x1b873593);
}

function rotate32(x: number, bits: number): number {
  return (x << bits) | (x >>> (32 - bits));
}

const C1 = 0x87c37b91114253d5n;
const C2 = 0x4cf5ad432745937fn;

/** The two halves one behind the other, each as 8 bytes, the lowest first. */
export function murmur128(bytes: Uint8Array, seed = 0n): Buffer {
  const length = bytes.length;
  const padded = new Uint8Array((length + 15) & ~15);
  padded.set(bytes);
  const view = new DataView(padded.buffer);
  const whole = length & ~15;
  let h1 = seed;
  let h2 = seed;
  for (let i = 0; i < whole; i += 16) {
    h1 ^= mixed64(view.getBigUint64(i, true), C1, 31n, C2);
    h1 = u64(u64(rotate64(h1, 27n) + h2) * 5n + 0x52dce729n);
    h2 ^= mixed64(view.getBigUint64(i + 8, true), C2, 33n, C1);
    h2 = u64(u64(rotate64(h2, 31n) + h1) * 5n + 0x38495ab5n);
  }
  if (length > whole) {
    h2 ^= mixed64(view.getBigUint64(whole + 8, true), C2, 33n, C1);
    h1 ^= mixed64(view.getBigUint64(whole, true), C1, 31n, C2);
  }
  h1 ^= BigInt(length);
  h2 ^= BigInt(length);
  h1 = u64(h1 + h2);
  h2 = u64(h2 + h1);
  h1 = finished64(h1);
  h2 = finished64(h2);
  h1 = u64(h1 + h2);
  h2 = u64(h2 + h1);
  const digest = Buffer.alloc(16);
  digest.writeBigUInt64LE(h1, 0);
  digest.writeBigUInt64LE(h2, 8);
  return digest;
}

function u64(x: bigint): bigint {
  return BigInt.asUintN(64, x);
}

function mixed64(k: bigint, first: bigint, bits: bigint, second: bigint): bigint {
  return u64(rotate64(u64(k * first), bits) * second);
}

function rotate64(x: bigint, bits: bigint): bigint {
  return u64((x << bits) | (x >> (64n - bits)));
}

function finished64(x: bigint): bigint {
  let k = u64((x ^ (x >> 33n)) * 0xff51afd7ed558ccdn);
  k = u64((k ^ (k >> 33n)) * 0xc4ceb9fe1a85ec53n);
  return k ^ (k >> 33n);
}
