/**
 * Words as Elasticsearch's standard analyzer makes them (Unicode Standard Annex #29 as Lucene 9 tailors it): runs of letters and digits; a point or
 * apostrophe between letters joins, a colon too, and a point, comma or semicolon between digits; underscores belong to words;
 * ideographs and hiragana stand alone, katakana, Thai and the like are runs of their own; so are emoji. Lower case, a character at a time.
 * One expression for both sides: V8 for the query, RE2 in the engine for the documents. Lucene's cut at 255 characters is left out.
 * https://www.unicode.org/reports/tr29/
 */
export function tokensOf(text: string): readonly string[] {
  return lowered(text).match(inV8()) ?? [];
}

/** Lower case as Lucene's and the engine's: each character by itself, so that length and place keep. */
export function lowered(text: string): string {
  let result = "";
  for (const character of text) {
    const lower = character.toLowerCase();
    result += character === "\u0130" ? "i" : lower;
  }
  return result;
}

/** The expression of a word, for RE2. */
export function tokenPattern(): string {
  pattern ??= makePattern();
  return pattern;
}

let pattern: string | undefined;
let compiled: RegExp | undefined;

function inV8(): RegExp {
  compiled ??= new RegExp(tokenPattern().replaceAll("\\x{", "\\u{"), "gu");
  return compiled;
}

/** Scripts whose words are not divided by spaces (line break class SA). */
const COMPLEX =
  "\\p{Script=Thai}\\p{Script=Lao}\\p{Script=Myanmar}\\p{Script=Khmer}\\p{Script=Tai_Le}\\p{Script=New_Tai_Lue}\\p{Script=Tai_Tham}\\p{Script=Tai_Viet}\\p{Script=Ahom}";
const KATAKANA = "\\p{Script=Katakana}\\u3031-\\u3035\\u309B\\u309C\\u30A0\\u30FC\\uFF70";
/** Marks and invisible characters: they belong to what stands before them. */
const EXTEND = "\\p{Cf}\\u200C\\u200D\\uFF9E\\uFF9F\\u{1F3FB}-\\u{1F3FF}";
const MID_LETTER =
  ".:'\\u00B7\\u0387\\u055F\\u05F4\\u2018\\u2019\\u2024\\u2027\\uFE13\\uFE52\\uFE55\\uFF07\\uFF0E\\uFF1A";
const MID_NUMBER =
  ".,;'\\u037E\\u0589\\u060C\\u060D\\u066C\\u07F8\\u2018\\u2019\\u2024\\u2044\\uFE10\\uFE14\\uFE50\\uFE52\\uFE54\\uFF07\\uFF0C\\uFF0E\\uFF1B";

function makePattern(): string {
  const marks = `[\\p{M}${ranges(`[[${EXTEND}]--[\\u200B\\p{M}]]`)}]`;
  const one = (characters: string): string => `[${ranges(characters)}]${marks}*`;
  const letter = one(
    `[[\\p{Alphabetic}\\u02C2-\\u02C5\\u02D2-\\u02D7\\u02DE\\u02DF\\u02E5-\\u02FF\\u05F3]--[\\p{Ideographic}\\p{Script=Hiragana}${KATAKANA}${COMPLEX}\\p{M}\\uFF9E\\uFF9F]]`,
  );
  const digit = one("[\\p{Nd}\\u066B]");
  const connector = one("[\\p{Pc}\\u202F]");
  const letters = `(?:${letter}(?:${one(`[${MID_LETTER}]`)}${letter})*|${digit}(?:${one(`[${MID_NUMBER}]`)}${digit})*)+`;
  const run = `(?:${letters}|(?:${one(`[[${KATAKANA}]--[\\p{M}]]`)})+)`;
  const word = `(?:${connector})*${run}(?:(?:${connector})+${run})*(?:${connector})*`;
  const single = one("[[\\p{Script=Han}\\p{Script=Hiragana}]--[\\p{M}]]");
  const complex = `(?:${one(`[[[${COMPLEX}]&&[\\p{Alphabetic}]]--[\\p{M}]]`)})+`;
  const picture = `[${ranges("[\\p{Extended_Pictographic}\\u{1F3FB}-\\u{1F3FF}]")}]`;
  const emoji = `[\\x{1F1E6}-\\x{1F1FF}]{2}|[#*]\\x{FE0F}?\\x{20E3}|${picture}(?:\\x{200D}${picture}|${marks})*`;
  return `(?:${word}|${single}|${complex}|${emoji})`;
}

/** Beyond this there are only variants and private characters. */
const LAST = 0x323af;

/** The characters of a class as ranges that both engines read: RE2 has no differences of classes, and fewer properties. */
function ranges(characters: string): string {
  const inside = new RegExp(`^${characters}$`, "v");
  // As they are, not by number: a third of the length. Only the first characters mean something in a class.
  const shown = (code: number): string =>
    code < 0x80 || /[\p{M}\p{Cf}\p{Z}\p{Cn}]/u.test(String.fromCodePoint(code))
      ? `\\x{${code.toString(16).toUpperCase()}}`
      : String.fromCodePoint(code);
  let result = "";
  let start = -1;
  for (let code = 0; code <= LAST + 1; code++) {
    const has = code <= LAST && (code < 0xd800 || code > 0xdfff) && inside.test(String.fromCodePoint(code));
    if (has && start < 0) start = code;
    if (has || start < 0) continue;
    result += start === code - 1 ? shown(start) : `${shown(start)}-${shown(code - 1)}`;
    start = -1;
  }
  return result;
}
