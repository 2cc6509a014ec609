import { translateOniguruma } from "./oniguruma.ts";

/** Expressions that mean the same in Ruby and in V8 without flags: no anchors of lines, no classes that differ, nothing special. */
const PLAIN = /^[A-Za-z0-9 _@:;,'"!%&=<>~#-]+$/;
/** A beginning of line, any number of times, at the beginning: Ruby takes it, and it asks for nothing. */
const REPEATED_ANCHOR = /(^|[(|])\^[*?]/g;

const compiled = new Map<string, RegExp>();
const LIMIT = 1000;

/**
 * Compiles a regular expression in Ruby's (Oniguruma's) syntax, as conditions and filters have them.
 * @throws Error with what is wrong
 */
export function compileRegexp(pattern: string): RegExp {
  let expression = compiled.get(pattern);
  if (expression === undefined) {
    expression = PLAIN.test(pattern)
      ? new RegExp(pattern)
      : translateOniguruma(pattern.replace(REPEATED_ANCHOR, "$1"), "DSW");
    if (compiled.size < LIMIT) compiled.set(pattern, expression);
  }
  return expression;
}
