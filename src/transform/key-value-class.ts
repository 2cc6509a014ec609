import { compileRegexp } from "../language/regexp.ts";
import { rubyCapitalize } from "./ruby-text.ts";

const LETTERS: Readonly<Record<string, string>> = { t: "\t", n: "\n", r: "\r", f: "\f", v: "\v" };

/**
 * The characters of a set that is written as between the brackets of a regular expression, where it only lists them: ASCII, special ones
 * behind a backslash, no ranges, no classes by name. Undefined for any other.
 */
export function listedCharacters(set: string): string | undefined {
  let listed = "";
  for (let i = 0; i < set.length; i++) {
    const character = set[i] as string;
    if (character === "\\") {
      const next = set[++i] ?? "A";
      const meant = /[A-Za-z0-9]/.test(next) ? LETTERS[next] : next;
      if (meant === undefined) return undefined;
      listed += meant;
    } else {
      const isRange = character === "-" && i > 0 && i < set.length - 1;
      const isNegation = character === "^" && i === 0;
      const isIntersection = character === "&" && set[i + 1] === "&";
      if (isRange || isNegation || isIntersection || character === "[" || character === "]") return undefined;
      listed += character;
    }
  }
  return listed !== "" && /^[\0-\x7f]+$/.test(listed) ? listed : undefined;
}

/** Marks characters of ASCII in a table by their codes. */
export function mark(table: Uint8Array, characters: string, flag: number): void {
  for (let i = 0; i < characters.length; i++) {
    const code = characters.charCodeAt(i);
    table[code] = (table[code] as number) | flag;
  }
}

export type ChangeText = (text: string) => string;

/**
 * Takes the characters of a set (written as between the brackets of a regular expression) off both ends, and off those of lines.
 * @throws Error for a bad set
 */
export function compileTrim(set: string): ChangeText {
  const expression = globalRegexp(`^[${set}]+|[${set}]+$`);
  const trim: ChangeText = (text) => text.replace(expression, "");
  const listed = listedCharacters(set);
  if (listed === undefined) return trim;
  const table = new Uint8Array(128);
  mark(table, listed, 1);
  return (text) => {
    const first = text.charCodeAt(0);
    const last = text.charCodeAt(text.length - 1);
    const isNeeded = (first < 128 && table[first] === 1) || (last < 128 && table[last] === 1) || text.includes("\n");
    return isNeeded ? trim(text) : text;
  };
}

/**
 * Takes the characters of a set out of a text.
 * @throws Error for a bad set
 */
export function compileRemoval(set: string): ChangeText {
  const expression = globalRegexp(`[${set}]`);
  return (text) => text.replace(expression, "");
}

/**
 * What is done to keys or to values: trimmed, rid of characters, and written in `lowercase`, `uppercase` or `capitalize`d. Undefined for
 * nothing at all.
 * @throws Error for a bad set
 */
export function compileChanges(
  trim: string | undefined,
  remove: string | undefined,
  transform: string | undefined,
): ChangeText | undefined {
  const steps: ChangeText[] = [];
  if (trim !== undefined) steps.push(compileTrim(trim));
  if (remove !== undefined) steps.push(compileRemoval(remove));
  if (transform === "lowercase") steps.push((text) => text.toLowerCase());
  if (transform === "uppercase") steps.push((text) => text.toUpperCase());
  if (transform === "capitalize") steps.push(rubyCapitalize);
  if (steps.length < 2) return steps[0];
  return (text) => steps.reduce((changed, step) => step(changed), text);
}

/**
 * An expression in Ruby's syntax that finds one match after the other, with a position of its own.
 * @throws Error with what is wrong
 */
export function globalRegexp(pattern: string): RegExp {
  const expression = compileRegexp(pattern);
  // Its class may be one that hides groups which it needs for itself.
  const SameClass = expression.constructor as RegExpConstructor;
  return new SameClass(expression, `${expression.flags}g`);
}
