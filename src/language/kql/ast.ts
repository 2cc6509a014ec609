/** A query of Kibana's query language (KQL), as its grammar has it: https://www.elastic.co/guide/en/kibana/current/kuery-query.html */
export type KqlNode =
  | { readonly type: "all" }
  | { readonly type: "or" | "and"; readonly nodes: readonly KqlNode[] }
  | { readonly type: "not"; readonly node: KqlNode }
  /** `field: { … }`: all of it about one object of an array. */
  | { readonly type: "nested"; readonly path: string; readonly node: KqlNode }
  /** `field: value`; without a field: free text. */
  | { readonly type: "is"; readonly field: KqlName | undefined; readonly value: KqlValue }
  | { readonly type: "range"; readonly field: KqlName; readonly operator: RangeOperator; readonly value: string };

export type RangeOperator = "gt" | "gte" | "lt" | "lte";

/** Texts between wildcards: one part has none, `["a", ""]` is `a*`. */
export type WildcardParts = readonly string[];

export interface KqlName {
  readonly parts: WildcardParts;
}

export interface KqlValue {
  readonly parts: WildcardParts;
  readonly quoted: boolean;
}

/** Whether it has a wildcard. */
export function hasWildcard(of: { readonly parts: WildcardParts }): boolean {
  return of.parts.length > 1;
}

/** `*` alone. */
export function isAny(of: { readonly parts: WildcardParts }): boolean {
  return of.parts.length > 1 && of.parts.every((part) => part === "");
}

/** The text of something without wildcards. */
export function plainText(of: { readonly parts: WildcardParts }): string {
  return of.parts.join("*");
}

/** A regular expression for the whole of a name or value. */
export function wildcardExpression(parts: WildcardParts): RegExp {
  return new RegExp(`^${parts.map((part) => part.replace(/[\\^$.*+?()[\]{}|]/g, "\\$&")).join(".*")}$`, "s");
}
