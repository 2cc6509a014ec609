import { literal } from "./column-kinds.ts";
import { lowered, tokenPattern } from "./text-tokens.ts";

// Three steps, each for what the one before leaves: a look for the letters, for texts in ASCII one expression with the boundaries that words
// have there, for others all words of the text. The last costs fifty times the first.

const WORD = "a-z0-9_";
/** Words of a text that is ASCII and lower case. */
const RUN = "(?:[a-z](?:[.:'][a-z])*|[0-9](?:[.,;'][0-9])*)+";
const ASCII_TOKEN = `_*${RUN}(?:_+${RUN})*_*`;
const ASCII = /^[\0-\x7f]*$/;

/** A condition (SQL) on a text: these words in a row. None are nowhere. */
export function hasTokens(sql: string, tokens: readonly string[]): string {
  if (tokens.length === 0) return "FALSE";
  const lower = `lower(${sql})`;
  const quick = tokens.map((token) => `contains(${lower}, ${literal(token)})`).join(" AND ");
  return cases(
    sql,
    quick,
    tokens.every((token) => ASCII.test(token))
      ? `regexp_matches(${lower}, ${literal(`(?s)${asciiPhrase(tokens)}`)})`
      : "FALSE",
    `contains(${joined(lower, tokenPattern())}, ${separated(tokens)})`,
  );
}

/** A condition on a text: a word that fits a pattern, of which these are the parts between the wildcards. */
export function hasTokenLike(sql: string, parts: readonly string[]): string {
  const lower = `lower(${sql})`;
  const texts = parts.map(lowered);
  const asked = texts.filter((text) => text !== "");
  const first = texts[0] as string;
  const last = texts.at(-1) as string;
  const quick = asked.length === 0 ? "TRUE" : asked.map((text) => `contains(${lower}, ${literal(text)})`).join(" AND ");
  const only = asked.length === 1 ? (asked[0] as string) : "";
  // Letters and digits are always inside some word.
  if (first === "" && last === "" && /^[a-z0-9]+$/.test(only)) return `(${quick})`;
  // Where only wildcards are asked, a word has a letter all the same.
  const body = asked.length === 0 ? "[^\\x01]+" : texts.map(escaped).join("[^\\x01]*");
  const pattern = literal(`\\x01${body}\\x01`);
  const simple = /^[a-z0-9]+$/.test(only) && texts.length === 2;
  return cases(
    sql,
    quick,
    simple
      ? `regexp_matches(${lower}, ${literal(`(?s)${first === "" ? "" : before(only)}${only}${last === "" ? "" : behind(only)}`)})`
      : `regexp_matches(${joined(lower, ASCII_TOKEN)}, ${pattern})`,
    `regexp_matches(${joined(lower, tokenPattern())}, ${pattern})`,
  );
}

/** A condition on a text: a word before or behind another in the order of bytes. */
export function hasTokenBeyond(sql: string, sign: string, bound: string): string {
  const some = (pattern: string): string =>
    `(len(list_filter(regexp_extract_all(lower(${sql}), ${literal(pattern)}), lambda w: w ${sign} ${literal(bound)})) > 0)`;
  return cases(sql, "TRUE", some(ASCII_TOKEN), some(tokenPattern()));
}

function cases(sql: string, quick: string, ascii: string, other: string): string {
  return `(CASE WHEN NOT (${quick}) THEN FALSE WHEN strlen(${sql}) = length(${sql}) THEN ${ascii} ELSE ${other} END)`;
}

/** All words with a sign between, before and behind them. */
function joined(lower: string, pattern: string): string {
  return `(chr(1) || array_to_string(regexp_extract_all(${lower}, ${literal(pattern)}), chr(1)) || chr(1))`;
}

function separated(tokens: readonly string[]): string {
  return `(chr(1) || ${tokens.map(literal).join(" || chr(1) || ")} || chr(1))`;
}

function asciiPhrase(tokens: readonly string[]): string {
  let result = before(tokens[0] as string);
  tokens.forEach((token, i) => {
    if (i > 0) result += between(tokens[i - 1] as string, token);
    result += escaped(token);
  });
  return result + behind(tokens.at(-1) as string);
}

/** Signs that join this letter or digit with another one. */
function joiners(character: string): readonly [signs: string, kind: string] | undefined {
  if (/[a-z]/.test(character)) return [".:'", "a-z"];
  return /[0-9]/.test(character) ? [".,;'", "0-9"] : undefined;
}

function before(token: string): string {
  const joins = joiners(token[0] as string);
  if (joins === undefined) return `(?:^|[^${WORD}])`;
  const [signs, kind] = joins;
  return `(?:^|[^${WORD}${signs}]|(?:^|[^${kind}])[${signs}])`;
}

function behind(token: string): string {
  const joins = joiners(token.at(-1) as string);
  if (joins === undefined) return `(?:$|[^${WORD}])`;
  const [signs, kind] = joins;
  return `(?:$|[^${WORD}${signs}]|[${signs}](?:$|[^${kind}]))`;
}

/** What may stand between two words of a phrase: anything but words; underscores alone are none. */
function between(left: string, right: string): string {
  const [a, b] = [joiners(left.at(-1) as string), joiners(right[0] as string)];
  const single = a !== undefined && a[1] === b?.[1] ? `[^${WORD}${a[0]}]` : `[^${WORD}]`;
  return `(?:${single}|[^${WORD}]{2,}|[^${WORD}]+(?:_+[^${WORD}]+)+)`;
}

function escaped(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|]/g, "\\$&");
}
