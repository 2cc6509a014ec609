import type { SourceRange } from "../plugin/definitions.ts";

/** Sources remembered; the ones used longest ago are forgotten first. */
const SOURCE_LIMIT = 100_000;
/** Ranges of one source; beyond, the lowest gap is closed: what lies there was acknowledged long ago. */
const RANGE_LIMIT = 256;

/** Ranges as they are stored: `file id (base64url)/generation`, and start, end, start, end … */
export type StoredRanges = Readonly<Record<string, readonly number[]>>;

/**
 * Which parts of which sources are in the store: sorted ranges that neither touch nor overlap, per file id and generation. It is what makes
 * an event that is read again after a crash known without a key.
 */
export class CommittedRanges {
  /** In the order of last use. */
  readonly #sources = new Map<string, number[]>();

  /** Whether any offset of the range may be there. */
  overlaps(range: SourceRange): boolean {
    const list = this.#sources.get(sourceKey(range.source));
    if (list === undefined) return false;
    const i = firstEndingBehind(list, range.start);
    return i < list.length && (list[i] as number) < range.end;
  }

  /** Whether all of the range is there: a record that has grown since (a line that was joined to it) is another one. */
  covers({ source, start, end }: SourceRange): boolean {
    const list = this.#sources.get(sourceKey(source));
    if (list === undefined) return false;
    const i = firstEndingBehind(list, start);
    return i < list.length && (list[i] as number) <= start && (list[i + 1] as number) >= end;
  }

  add(ranges: StoredRanges): void {
    for (const [key, added] of Object.entries(ranges)) {
      const list = this.#sources.get(key) ?? [];
      for (let i = 0; i + 1 < added.length; i += 2) insert(list, added[i] as number, added[i + 1] as number);
      while (list.length > RANGE_LIMIT * 2) list.splice(1, 2);
      this.#sources.delete(key);
      this.#sources.set(key, list);
    }
    for (const key of this.#sources.keys()) {
      if (this.#sources.size <= SOURCE_LIMIT) break;
      this.#sources.delete(key);
    }
  }

  snapshot(): StoredRanges {
    return Object.fromEntries(this.#sources);
  }
}

/** Ranges of a delivery in the form that is stored. */
export function storedRanges(ranges: readonly SourceRange[]): StoredRanges {
  const stored: Record<string, number[]> = {};
  for (const { source, start, end } of ranges) {
    const key = sourceKey(source);
    const list = stored[key] ?? [];
    list.push(start, end);
    stored[key] = list;
  }
  return stored;
}

function sourceKey(source: SourceRange["source"]): string {
  return `${Buffer.from(source.fileId).toString("base64url")}/${source.generation}`;
}

/** Index (even) of the first range whose end is greater than `offset`. */
function firstEndingBehind(list: readonly number[], offset: number): number {
  let low = 0;
  let high = list.length / 2;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((list[middle * 2 + 1] as number) > offset) high = middle;
    else low = middle + 1;
  }
  return low * 2;
}

function insert(list: number[], start: number, end: number): void {
  // Ranges that touch are joined too.
  let from = firstEndingBehind(list, start - 1);
  let to = from;
  let low = start;
  let high = end;
  while (to < list.length && (list[to] as number) <= end) {
    low = Math.min(low, list[to] as number);
    high = Math.max(high, list[to + 1] as number);
    to += 2;
  }
  from = Math.min(from, to);
  list.splice(from, to - from, low, high);
}
