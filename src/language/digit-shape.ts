/** An expression that takes every digit alike. */
export interface DigitBlind {
  readonly pattern: string;
  /** It is the given one itself; else it matches wherever the given one does, and perhaps elsewhere. */
  readonly isSame: boolean;
}

const DIGIT = /\d/;
const QUANTIFIER = /\{\d+(?:,\d*)?\}/y;
const CLASS = /\[\^?(?:[^\\\]]|\\.)*\]/sy;
/** Escapes that take digits alike, or none. */
const ESCAPE = /\\(?:[dDwWsSbBtnrfv]|[^A-Za-z0-9])/sy;
/** Groups whose expression may be widened: what must not stand there may not. */
const GROUP = /\((?:\?(?:[:=]|<=))?(?!\?)/y;
const NEGATIVE = /\(\?<?!/y;

/** A text with every digit a 0: expressions that are blind for digits match it as they match the text, at the same places. */
export function digitShape(text: string): string {
  return text.replace(/\d/g, "0");
}

/**
 * Widens an expression (JavaScript's syntax without the `u` and `v` flags) to one that takes every digit alike. Undefined for one that
 * cannot be widened: with a reference to a group, with digits where something must not stand, or with what is not known here.
 */
export function digitBlind(pattern: string): DigitBlind | undefined {
  let made = "";
  let isNegative = false;
  for (let at = 0; at < pattern.length; ) {
    const take = (expression: RegExp): string | undefined => {
      expression.lastIndex = at;
      return expression.exec(pattern)?.[0];
    };
    const c = pattern[at] as string;
    let token: string | undefined = c;
    let wide = c;
    if (c === "\\") {
      token = take(ESCAPE);
      wide = token ?? "";
    } else if (c === "[") {
      token = take(CLASS);
      wide = token === undefined ? "" : wideClass(token);
    } else if (c === "(") {
      token = take(GROUP) ?? take(NEGATIVE);
      wide = token ?? "";
      if (token?.endsWith("!") === true) isNegative = true;
    } else if (c === "{") {
      token = take(QUANTIFIER) ?? c;
      wide = token;
    } else if (DIGIT.test(c)) wide = "\\d";
    if (token === undefined) return undefined;
    made += wide;
    at += token.length;
  }
  const isSame = made === pattern;
  return isNegative && !isSame ? undefined : { pattern: made, isSame };
}

/** The same class where it has all digits or none, else one that has all. */
function wideClass(text: string): string {
  const one = new RegExp(text);
  let digits = 0;
  for (let digit = 0; digit < 10; digit++) if (one.test(String(digit))) digits++;
  if (digits === 0 || digits === 10) return text;
  return text.startsWith("[^") ? "[^]" : `[0-9${text.slice(1)}`;
}
