import { literal } from "./column-kinds.ts";

/**
 * Words as Elasticsearch's standard analyzer makes them (Unicode Standard Annex #29, word boundaries): runs of letters, digits and underscores; a
 * point or apostrophe between letters, a colon too, or a point, comma or semicolon between digits joins. Lower case.
 * https://www.unicode.org/reports/tr29/
 */
const WORD = /(?:[\p{L}\p{M}\p{N}_]|(?<=\p{L}\p{M}*)[.:'’·](?=\p{L})|(?<=\p{N})[.,;'’](?=\p{N}))+/gu;

/** A token's longest length; longer words are cut into such pieces. */
const TOKEN_LIMIT = 255;

export function wordsOf(text: string): string[] {
  const words: string[] = [];
  for (const [word] of text.matchAll(WORD)) {
    const lower = word.toLowerCase();
    for (let i = 0; i < lower.length; i += TOKEN_LIMIT) words.push(lower.slice(i, i + TOKEN_LIMIT));
  }
  return words;
}

// The same boundaries for the engine's expressions (RE2), which have no lookaround: what stands before and behind a word is matched too.
const LETTER = "\\p{L}\\p{M}";
const ANY_WORD = "\\p{L}\\p{M}\\p{N}_";
const JOINS_LETTERS = ".:'’·";
const JOINS_DIGITS = ".,;'’";

function before(word: string): string {
  return /^\p{N}/u.test(word)
    ? `(?:^|[^${ANY_WORD}${JOINS_DIGITS}]|(?:^|[^\\p{N}])[${JOINS_DIGITS}])`
    : /^_/.test(word)
      ? `(?:^|[^${ANY_WORD}])`
      : `(?:^|[^${ANY_WORD}${JOINS_LETTERS}]|(?:^|[^${LETTER}])[${JOINS_LETTERS}])`;
}

function behind(word: string): string {
  return /\p{N}$/u.test(word)
    ? `(?:$|[^${ANY_WORD}${JOINS_DIGITS}]|[${JOINS_DIGITS}](?:$|[^\\p{N}]))`
    : /_$/.test(word)
      ? `(?:$|[^${ANY_WORD}])`
      : `(?:$|[^${ANY_WORD}${JOINS_LETTERS}]|[${JOINS_LETTERS}](?:$|[^${LETTER}]))`;
}

const BETWEEN = `(?:[^${ANY_WORD}]{2,}|[^${ANY_WORD}${JOINS_LETTERS}${JOINS_DIGITS}])`;
const escape = (text: string): string => text.replace(/[\\^$.*+?()[\]{}|-]/g, "\\$&");

/** A condition (SQL) on a text: these words in a row. A quick look for each comes before the exact one. */
export function hasWords(sql: string, words: readonly string[]): string {
  if (words.length === 0) return "FALSE";
  const lower = `lower(${sql})`;
  const quick = words.map((word) => `contains(${lower}, ${literal(word)})`).join(" AND ");
  const first = words[0] as string;
  const last = words.at(-1) as string;
  const exact = `(?s)${before(first)}${words.map(escape).join(BETWEEN)}${behind(last)}`;
  return `(CASE WHEN ${quick} THEN regexp_matches(${lower}, ${literal(exact)}) ELSE FALSE END)`;
}

/** A condition on a text: some word that fits a pattern with wildcards. */
export function hasWordLike(sql: string, parts: readonly string[]): string {
  const lowered = parts.map((part) => part.toLowerCase());
  const lower = `lower(${sql})`;
  const quick = lowered.filter((part) => part !== "").map((part) => `contains(${lower}, ${literal(part)})`);
  const inside = `[${ANY_WORD}${JOINS_LETTERS},;]*`;
  const first = lowered[0] as string;
  const last = lowered.at(-1) as string;
  const start = first === "" ? "" : before(first);
  const end = last === "" ? "" : behind(last);
  const exact = `(?s)${start}${lowered.map(escape).join(inside)}${end}`;
  const condition = quick.length === 0 ? "TRUE" : quick.join(" AND ");
  if (first === "" && last === "" && lowered.length === 3 && wordsOf(lowered[1] as string).join("") === lowered[1])
    return `(${condition})`;
  return `(CASE WHEN ${condition} THEN regexp_matches(${lower}, ${literal(exact)}) ELSE FALSE END)`;
}
