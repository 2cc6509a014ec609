import type { DiagnosticCollector } from "../../diagnostics/diagnostic.ts";
import type { Span } from "../../diagnostics/source.ts";
import { compileGoRegexp } from "../../language/go-regexp.ts";
import { findExplosion } from "../../language/grok/explosive.ts";

/**
 * A regular expression in Go's syntax, as Filebeat's settings have them; undefined, with an error, when it is none. Go's own engine takes time that
 * grows with the text, V8's may not: an expression that is shown to stall is warned of.
 */
export function readRegexp(pattern: string, span: Span | undefined, found: DiagnosticCollector): RegExp | undefined {
  let expression: RegExp;
  try {
    expression = compileGoRegexp(pattern);
  } catch (error) {
    found.error("CONF008", `this is not a regular expression: ${(error as Error).message}`, span);
    return undefined;
  }
  const shown = findExplosion(pattern.replace(/\(\?P?<\w+>/g, "("), (input) => expression.test(input));
  if (shown !== undefined) {
    const { before, repeated, behind, rounds, millis } = shown;
    const input = `${JSON.stringify(before)} + ${JSON.stringify(repeated)} × ${rounds} + ${JSON.stringify(behind)}`;
    const message = `the time of this expression can double with each character of a text: ${Math.round(millis)} ms for ${input}`;
    found.warning("SHIP007", message, span, {
      help: "no repetition inside a repetition of the same characters; such a text would hold up everything",
    });
  }
  return expression;
}
