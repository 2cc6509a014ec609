/**
 * How many cells of a terminal a text takes. Approximate: East Asian wide and fullwidth characters and emoji take two (Unicode TR 11),
 * marks, joiners and variation selectors none.
 */
export function textWidth(text: string): number {
  if (isPlain(text)) return text.length;
  let width = 0;
  for (const { segment } of GRAPHEMES.segment(text)) width += graphemeWidth(segment);
  return width;
}

/** As much of the beginning as fits in so many cells, whole characters as people see them. */
export function cutToWidth(text: string, width: number): string {
  // A text of plain characters, as most are, needs no look at each.
  const start = text.slice(0, width);
  if (isPlain(start) && isPlain(text.charAt(width))) return start;
  let taken = 0;
  for (const { segment, index } of GRAPHEMES.segment(text)) {
    taken += graphemeWidth(segment);
    if (taken > width) return text.slice(0, index);
  }
  return text;
}

/** A text with blanks up to a width. */
export function padToWidth(text: string, width: number): string {
  return text + " ".repeat(Math.max(0, width - textWidth(text)));
}

/**
 * What a terminal may be given of a log: one line, no control characters, nothing that turns the direction of what follows, no halves of
 * surrogate pairs.
 */
export function printable(text: string): string {
  if (isPlain(text) && !text.includes("  ")) return text;
  return text
    .replace(/\s+/g, " ")
    .replace(/[\p{Cc}\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ufff9-\ufffb]|\p{Surrogate}/gu, "\ufffd");
}

const GRAPHEMES = new Intl.Segmenter("en", { granularity: "grapheme" });

function isPlain(text: string): boolean {
  return /^[\x20-\x7e]*$/.test(text);
}

function graphemeWidth(segment: string): number {
  if (/^[\p{Mark}\p{Cf}]*$/u.test(segment)) return 0;
  if (/\p{Emoji_Presentation}|\ufe0f/u.test(segment)) return 2;
  const code = segment.codePointAt(0) as number;
  return WIDE.some(([first, last]) => code >= first && code <= last) ? 2 : 1;
}

const WIDE: readonly (readonly [first: number, last: number])[] = [
  [0x1100, 0x115f],
  [0x2e80, 0x303e],
  [0x3041, 0x33ff],
  [0x3400, 0x4dbf],
  [0x4e00, 0x9fff],
  [0xa000, 0xa4cf],
  [0xa960, 0xa97f],
  [0xac00, 0xd7a3],
  [0xf900, 0xfaff],
  [0xfe30, 0xfe6f],
  [0xff01, 0xff60],
  [0xffe0, 0xffe6],
  [0x17000, 0x18cff],
  [0x1b000, 0x1b2ff],
  [0x20000, 0x3fffd],
];
