import { literal } from "./column-kinds.ts";
import { mayHave } from "./text-letters.ts";
import { lowered, tokenPattern } from "./text-tokens.ts";

// Three steps, each for what the one before leaves: a look for the letters, for texts in ASCII one expression with the boundaries that words
// have there, for others all words of the text. The last costs fifty times the first.

const WORD = "a-z0-9_";
/** Words of a text that is ASCII and lower case. */
const RUN = "(?:[a-z](?:[.:'][a-z])*|[0-9](?:[.,;'][0-9])*)+";
const ASCII_TOKEN = `_*${RUN}(?:_+${RUN})*_*`;
const ASCII = /^[\0-\x7f]*$/;

/** A word between texts that are looked through as one, so that no phrase goes from one into the next. */
const BARRIER = " 0q_0 ";

/** A condition (SQL) on some texts: in one of them these words in a row. None are nowhere. */
export function hasTokens(texts: readonly string[], tokens: readonly string[]): string {
  if (tokens.length === 0) return "FALSE";
  const sql = together(texts, tokens.length === 1 ? " " : BARRIER);
  const lower = `lower(${sql})`;
  return cases(
    sql,
    mayHave(sql, tokens, "[^a-z0-9]+"),
    tokens.every((token) => ASCII.test(token))
      ? `regexp_matches(${lower}, ${literal(`(?s)${asciiPhrase(tokens)}`)})`
      : "FALSE",
    `contains(${joined(lower, tokenPattern())}, ${separated(tokens)})`,
  );
}

/** A condition on some texts: a word that fits a pattern, of which these are the parts between the wildcards. */
export function hasTokenLike(texts: readonly string[], parts: readonly string[]): string {
  const sql = together(texts, " ");
  const lower = `lower(${sql})`;
  const letters = parts.map(lowered);
  const asked = letters.filter((text) => text !== "");
  const first = letters[0] as string;
  const last = letters.at(-1) as string;
  const quick = mayHave(sql, letters, ".*");
  const only = asked.length === 1 ? (asked[0] as string) : "";
  const isPlain = /^[a-z0-9]+$/.test(only);
  // Letters and digits are always inside some word.
  if (first === "" && last === "" && isPlain) return onlyIf(quick, `contains(${lower}, ${literal(only)})`);
  // Where only wildcards are asked, a word has a letter all the same.
  const body = asked.length === 0 ? "[^\\x01]+" : letters.map(escaped).join("[^\\x01]*");
  const pattern = literal(`\\x01${body}\\x01`);
  const simple = isPlain && letters.length === 2;
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
  return cases(sql, `(${sql} IS NOT NULL)`, some(ASCII_TOKEN), some(tokenPattern()));
}

function cases(sql: string, quick: string, ascii: string, other: string): string {
  return onlyIf(quick, `CASE WHEN strlen(${sql}) = length(${sql}) THEN ${ascii} ELSE ${other} END`);
}

function onlyIf(quick: string, exact: string): string {
  return `(CASE WHEN ${quick} THEN ${exact} ELSE FALSE END)`;
}

/** Several texts as one: to put them together costs less than to look into each. */
function together(texts: readonly string[], between: string): string {
  return texts.length === 1 ? (texts[0] as string) : `concat_ws('${between}', ${texts.join(", ")})`;
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
