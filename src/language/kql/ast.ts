import type { Span } from "../../diagnostics/source.ts";

/**
 * A query of Kibana's query language. `kind` tells the nodes apart. `and` and `or` have two nodes or more.
 * Source: Kibana's reference, "KQL"; the names of the nodes are ours.
 */
export type KqlNode = KqlAll | KqlLogical | KqlNot | KqlMatch | KqlRange | KqlNested;

/** The empty query: every document. */
export interface KqlAll {
  readonly kind: "all";
  readonly span: Span;
}

export interface KqlLogical {
  readonly kind: "and" | "or";
  readonly nodes: readonly KqlNode[];
  readonly span: Span;
}

export interface KqlNot {
  readonly kind: "not";
  readonly node: KqlNode;
  readonly span: Span;
}

/** `field: value`, or a value alone, which is looked for in all fields. */
export interface KqlMatch {
  readonly kind: "match";
  readonly field: KqlText | undefined;
  readonly value: KqlText;
  readonly span: Span;
}

/** `field > value`. */
export interface KqlRange {
  readonly kind: "range";
  readonly field: KqlText;
  readonly operator: KqlRangeOperator;
  readonly value: KqlText;
  readonly span: Span;
}

export type KqlRangeOperator = "gt" | "gte" | "lt" | "lte";

/** `path: { query }`: one element of `path` for which the query holds. Fields of the query are relative to the path. */
export interface KqlNested {
  readonly kind: "nested";
  readonly path: KqlText;
  readonly node: KqlNode;
  readonly span: Span;
}

/**
 * A name or a value, escapes resolved. `parts` are the texts between its wildcards: one part has no wildcard, `a*b` has the parts `a` and `b`,
 * `*` has two empty ones. Quoted texts have no wildcards.
 */
export interface KqlText {
  readonly parts: readonly string[];
  readonly quoted: boolean;
  readonly span: Span;
}

/** The text as it is shown, wildcards as `*`. */
export function plainText(text: Pick<KqlText, "parts">): string {
  return text.parts.join("*");
}

export function hasWildcard(text: Pick<KqlText, "parts">): boolean {
  return text.parts.length > 1;
}

/** `*` alone: any value, any field. */
export function isAny(text: Pick<KqlText, "parts">): boolean {
  return text.parts.length === 2 && text.parts[0] === "" && text.parts[1] === "";
}

/** The word `null`, which is no value: nothing is equal to it. */
export function isNull(text: KqlText): boolean {
  return !text.quoted && text.parts.length === 1 && text.parts[0] === "null";
}

/** A regular expression for the whole of a name or value. */
export function wildcardExpression({ parts }: Pick<KqlText, "parts">): RegExp {
  return new RegExp(`^${parts.map((part) => part.replace(/[\\^$.*+?()[\]{}|]/g, "\\$&")).join(".*")}$`, "s");
}
