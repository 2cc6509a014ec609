/** A set of code points: inclusive ranges, ascending, neither overlapping nor touching. */
export type CharSet = readonly (readonly [number, number])[];

const LAST = 0x10ffff;

export const EVERYTHING: CharSet = [[0, LAST]];
export const DIGIT: CharSet = [[48, 57]];
export const WORD: CharSet = [
  [48, 57],
  [65, 90],
  [95, 95],
  [97, 122],
];
export const SPACE: CharSet = [
  [9, 13],
  [32, 32],
];
export const HEX: CharSet = [
  [48, 57],
  [65, 70],
  [97, 102],
];
const ASCII: CharSet = [[0, 127]];

export function single(code: number): CharSet {
  return [[code, code]];
}

export function union(a: CharSet, b: CharSet): CharSet {
  const sorted = [...a, ...b].sort((x, y) => x[0] - y[0]);
  const made: [number, number][] = [];
  for (const [low, high] of sorted) {
    const last = made[made.length - 1];
    if (last !== undefined && low <= last[1] + 1) last[1] = Math.max(last[1], high);
    else made.push([low, high]);
  }
  return made;
}

export function complement(set: CharSet): CharSet {
  const made: [number, number][] = [];
  let next = 0;
  for (const [low, high] of set) {
    if (low > next) made.push([next, low - 1]);
    next = high + 1;
  }
  if (next <= LAST) made.push([next, LAST]);
  return made;
}

export function intersect(a: CharSet, b: CharSet): CharSet {
  return complement(union(complement(a), complement(b)));
}

export function disjoint(a: CharSet, b: CharSet): boolean {
  return intersect(a, b).length === 0;
}

export function isSubset(a: CharSet, b: CharSet): boolean {
  return intersect(a, complement(b)).length === 0;
}

/** Whether all of the set are ASCII word characters, all ASCII others, or neither. */
export function wordiness(set: CharSet): "word" | "other" | undefined {
  if (set.length === 0) return undefined;
  if (isSubset(set, WORD)) return "word";
  return isSubset(set, ASCII) && disjoint(set, WORD) ? "other" : undefined;
}

/** Text of the set in a JavaScript expression; with `most` only characters up to there count. */
export function classText(whole: CharSet, most: number = LAST): string {
  if (whole.length === 1 && whole[0]?.[0] === 0 && whole[0][1] >= most) return "[^]";
  const set = clip(whole, most);
  if (set.length === 0) return "[]";
  const first = set[0] as readonly [number, number];
  if (set.length === 1 && first[0] === first[1]) return literalText(first[0]);
  if ((set[set.length - 1] as readonly [number, number])[1] !== most) return `[${ranges(set)}]`;
  return `[^${ranges(clip(complement(set), most))}]`;
}

/** One character outside of a class. */
export function literalText(code: number): string {
  const c = String.fromCodePoint(code);
  if (/[\^$\\.*+?()[\]{}|/]/.test(c)) return `\\${c}`;
  return code < 32 || code > 126 ? hex(code) : c;
}

function clip(set: CharSet, most: number): CharSet {
  return set.filter(([low]) => low <= most).map(([low, high]) => [low, Math.min(high, most)] as const);
}

function ranges(set: CharSet): string {
  return set
    .map(([low, high]) => {
      if (low === high) return inClass(low);
      return high === low + 1 ? inClass(low) + inClass(high) : `${inClass(low)}-${inClass(high)}`;
    })
    .join("");
}

function inClass(code: number): string {
  const c = String.fromCodePoint(code);
  if (/[\^\-\\\]]/.test(c)) return `\\${c}`;
  return code < 32 || code > 126 ? hex(code) : c;
}

function hex(code: number): string {
  if (code < 0x100) return `\\x${code.toString(16).padStart(2, "0")}`;
  return code < 0x10000 ? `\\u${code.toString(16).padStart(4, "0")}` : `\\u{${code.toString(16)}}`;
}
