import type { BulkBody } from "./bulk-types.ts";

/** A run of operations on its way in one request. */
export interface BulkPart {
  readonly bytes: Buffer;
  /** Ends relative to `bytes`. */
  readonly ends: Int32Array;
  /** Numbers of the operations in the body. */
  readonly indexes: Int32Array;
}

/** Cuts a body into parts of `maxBytes` at most; an operation that is larger is a part of its own. */
export function splitBody(body: BulkBody, maxBytes: number): BulkPart[] {
  const { bytes, ends, count } = body;
  const whole: BulkPart = {
    bytes: bytes.subarray(0, count === 0 ? 0 : ends[count - 1]),
    ends: ends.subarray(0, count),
    indexes: Int32Array.from({ length: count }, (_none, i) => i),
  };
  if (count === 0) return [];
  if (whole.bytes.length <= maxBytes) return [whole];
  const parts: BulkPart[] = [];
  let first = 0;
  for (let i = 1; i <= count; i++) {
    if (i < count && (ends[i] as number) - startOf(whole, first) <= maxBytes) continue;
    parts.push(slicePart(whole, first, i));
    first = i;
  }
  return parts;
}

/** The operations at places `from` to `to` (excluded) of a part. */
export function slicePart(part: BulkPart, from: number, to: number): BulkPart {
  const start = startOf(part, from);
  return {
    bytes: part.bytes.subarray(start, part.ends[to - 1]),
    ends: part.ends.slice(from, to).map((end) => end - start),
    indexes: part.indexes.subarray(from, to),
  };
}

/** The operations at `places` of a part, copied together. */
export function gatherPart(part: BulkPart, places: readonly number[]): BulkPart {
  if (places.length === part.indexes.length) return part;
  const pieces = places.map((i) => part.bytes.subarray(startOf(part, i), part.ends[i]));
  let end = 0;
  return {
    bytes: Buffer.concat(pieces),
    ends: Int32Array.from(pieces, (piece) => {
      end += piece.length;
      return end;
    }),
    indexes: Int32Array.from(places, (i) => part.indexes[i] as number),
  };
}

function startOf(part: BulkPart, i: number): number {
  return i === 0 ? 0 : (part.ends[i - 1] as number);
}
