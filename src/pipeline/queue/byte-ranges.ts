/** From the first byte to the one behind the last. */
export type ByteRange = readonly [from: number, to: number];

/** Adds a range to sorted ranges that do not overlap, joining those that touch. */
export function addRange(ranges: ByteRange[], [from, to]: ByteRange): void {
  let at = ranges.length;
  while (at > 0 && (ranges[at - 1] as ByteRange)[0] > from) at--;
  ranges.splice(at, 0, [from, to]);
  for (let i = Math.max(0, at - 1); i < ranges.length - 1; ) {
    const [left, right] = [ranges[i] as ByteRange, ranges[i + 1] as ByteRange];
    if (right[0] > left[1]) {
      if (i > at) break;
      i++;
    } else ranges.splice(i, 2, [left[0], Math.max(left[1], right[1])]);
  }
}

/** The end of the range that `at` lies in; `at` where there is none. */
export function skipRanges(ranges: readonly ByteRange[], at: number): number {
  const range = ranges.find(([from, to]) => from <= at && at < to);
  return range === undefined ? at : range[1];
}

/** Whether `[from, to)` is covered. */
export function covers(ranges: readonly ByteRange[], from: number, to: number): boolean {
  return from >= to || ranges.some((range) => range[0] <= from && to <= range[1]);
}
