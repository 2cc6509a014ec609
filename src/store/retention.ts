import { rm } from "node:fs/promises";
import { type ClosedSlice, manifestPath } from "./slice-files.ts";

export interface RetentionLimits {
  /** Bytes of all closed slices. */
  readonly bytes: number;
  /** Age of the last row, counted from when it came in, in milliseconds. */
  readonly ageMs: number;
}

/** Whole slices to be removed: the oldest first, until size and age are within their limits. `now` is epoch milliseconds. */
export function expiredSlices(slices: readonly ClosedSlice[], limits: RetentionLimits, now: number): ClosedSlice[] {
  const byAge = [...slices].sort((a, b) => a.number - b.number);
  let bytes = byAge.reduce((sum, { manifest }) => sum + manifest.bytes, 0);
  const expired: ClosedSlice[] = [];
  for (const slice of byAge) {
    if (bytes <= limits.bytes && now - slice.manifest.ingestedTo <= limits.ageMs) break;
    expired.push(slice);
    bytes -= slice.manifest.bytes;
  }
  return expired;
}

/** The manifest goes first: without it the rest is no slice. */
export async function removeSlice(folder: string, slice: ClosedSlice): Promise<void> {
  await rm(manifestPath(folder, slice.number), { force: true });
  await rm(slice.path, { force: true });
}
