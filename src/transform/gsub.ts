import type { Event } from "../event/event.ts";
import { compileRegexp } from "../language/regexp.ts";
import { compileSprintf } from "../language/sprintf.ts";
import { compileRubyReplacement } from "./ruby-replacement.ts";

/** Expressions and replacements with `%{field}` in them are compiled when they are first made; so many are remembered. */
const REMEMBERED = 1000;

/**
 * Compiles Ruby's `gsub`: every match of an expression (Ruby's syntax) replaced. Both texts may hold `%{field}`.
 * @throws Error for a bad expression without `%{`; with it, the made function throws
 */
export function compileGsub(pattern: string, template: string): (event: Event, text: string) => string {
  const expression = dynamic(pattern, globalRegexp);
  const replacement = dynamic(template, (text) => {
    const made = compileRubyReplacement(text);
    return typeof made === "string" ? () => made : made;
  });
  return (event, text) => text.replace(expression(event), replacement(event));
}

/** A copy of the same class, which may be one that hides groups it needs for itself. */
function globalRegexp(pattern: string): RegExp {
  const expression = compileRegexp(pattern);
  const SameClass = expression.constructor as RegExpConstructor;
  return new SameClass(expression, `${expression.flags}g`);
}

/** What `compile` makes of a text: once, or for each text that comes out of an event. */
function dynamic<T>(template: string, compile: (text: string) => T): (event: Event) => T {
  const text = compileSprintf(template);
  if (text.isConstant) {
    const made = compile(template);
    return () => made;
  }
  const known = new Map<string, T>();
  return (event) => {
    const key = text(event);
    let made = known.get(key);
    if (made === undefined) {
      made = compile(key);
      if (known.size >= REMEMBERED) known.clear();
      known.set(key, made);
    }
    return made;
  };
}
