/** Characters of a source line that are shown; of a longer one the part around the place. */
const LINE_WIDTH = 120;
/** Of those, how many stand before the place. */
const BEFORE = 40;

export interface Excerpt {
  readonly text: string;
  /** What stands under the text before the carets: tabs stay tabs, so that the carets are where they belong. */
  readonly pad: string;
  readonly carets: number;
}

/** The part of a line that is shown for the characters from `start` to `end` (excluded, from 0). */
export function excerpt(line: string, start: number, end: number): Excerpt {
  let text = line;
  let first = Math.min(start, line.length);
  let last = Math.max(first + 1, Math.min(end, line.length));
  if (line.length > LINE_WIDTH) {
    const from = Math.max(0, Math.min(first - BEFORE, line.length - LINE_WIDTH));
    const to = Math.min(line.length, from + LINE_WIDTH);
    const [before, after] = [from > 0 ? "…" : "", to < line.length ? "…" : ""];
    text = before + line.slice(from, to) + after;
    first += before.length - from;
    last = Math.min(last, Math.max(to, start + 1)) + before.length - from;
  }
  const pad = text.slice(0, first).replace(/[^\t]/g, " ");
  return { text: visible(text), pad, carets: last - first };
}

/** Control characters and those that turn the direction of writing; a tab is none. */
const HIDDEN = /[\0-\x08\n-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/g;

/** A text with a sign for each character that would not be seen or would steer the terminal. Keeps the length. */
export function visible(text: string): string {
  return text.replace(HIDDEN, (character) => {
    const code = character.charCodeAt(0);
    return code < 0x20 ? String.fromCharCode(0x2400 + code) : code === 0x7f ? "\u2421" : "\ufffd";
  });
}
