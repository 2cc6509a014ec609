import { createHash, createHmac } from "node:crypto";
import { LazyValue } from "../event/lazy-value.ts";
import type { StoredValue, Value } from "../event/value.ts";
import { WholeFloat } from "../event/whole-float.ts";
import { murmur32, murmur128 } from "./murmur-hash.ts";
import { rubyToS } from "./ruby-to-s.ts";

/** Makes a short value from a long one; the same always gives the same. @throws Error where the value has no such fingerprint */
export type Fingerprint = (value: StoredValue) => string | number;

const DIGESTS: Readonly<Record<string, string>> = {
  SHA1: "sha1",
  SHA256: "sha256",
  SHA384: "sha384",
  SHA512: "sha512",
  MD5: "md5",
};

/** Seed that Logstash's plugin gives to its 128-bit hash. */
const SEED_128 = 2n;

/**
 * The fingerprint of a method of Logstash's `fingerprint` and `anonymize`: a digest of the value's text as Ruby writes it (an HMAC with `key`), or a
 * MurmurHash3, whole numbers by their bytes, or an IPv4 address with `key` bits of it.
 */
export function fingerprintOf(method: string, key: string | undefined, base64: boolean): Fingerprint {
  const encoding = base64 ? "base64" : "hex";
  if (method === "IPV4_NETWORK") return (value) => ipv4Network(rubyToS(value), Number.parseInt(key ?? "", 10) || 0);
  if (method === "MURMUR3") return (value) => murmur32(isWhole(value) ? wholeBytes(value, 8) : textBytes(value));
  if (method === "MURMUR3_128") {
    return (value) => {
      const bytes = isWhole(value)
        ? wholeBytes(value, value >= -(2 ** 31) && value < 2 ** 31 ? 4 : 8)
        : textBytes(value);
      return murmur128(bytes, SEED_128).toString(encoding);
    };
  }
  const digest = DIGESTS[method] ?? "sha1";
  if (key === undefined) return (value) => createHash(digest).update(rubyToS(value, true)).digest(encoding);
  return (value) => createHmac(digest, key).update(rubyToS(value, true)).digest(encoding);
}

/** The fingerprint of a value, or those of a list's elements. 3.0 stays what it is, for its text is not that of 3. */
export function fingerprints(value: StoredValue, make: Fingerprint): Value {
  const plain = value instanceof LazyValue && !(value instanceof WholeFloat) ? value.materialise() : value;
  return Array.isArray(plain) ? plain.map((item) => make(item as StoredValue)) : make(plain);
}

function isWhole(value: StoredValue): value is number {
  return typeof value === "number" && Number.isInteger(value);
}

function textBytes(value: StoredValue): Buffer {
  return Buffer.from(rubyToS(value, true));
}

function wholeBytes(value: number, length: 4 | 8): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigInt64LE(BigInt.asIntN(64, BigInt(value)));
  return bytes.subarray(0, length);
}

/** An address with all but its first `bits` zero. @throws Error when it is none */
function ipv4Network(address: string, bits: number): string {
  const parts = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/.exec(address)?.slice(1).map(Number);
  if (parts === undefined || parts.some((part) => part > 255)) throw new Error(`${address} is no IPv4 address`);
  const number = parts.reduce((sum, part) => sum * 256 + part, 0);
  const size = 2 ** (32 - Math.min(32, Math.max(0, bits)));
  const network = Math.floor(number / size) * size;
  return [24, 16, 8, 0].map((shift) => Math.floor(network / 2 ** shift) % 256).join(".");
}
