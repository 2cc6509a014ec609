import type { Parser } from "./parser.ts";

/** Lets only messages through that match one of the expressions. */
export function includeMessage(patterns: readonly RegExp[]): Parser {
  return ({ message }) => patterns.some((pattern) => pattern.test(message ?? ""));
}
