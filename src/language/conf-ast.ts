import type { Span } from "../diagnostics/source.ts";

/** The syntax tree of Logstash's configuration language. Source: Logstash's grammar.treetop, and "Structure of a pipeline". */

export type SectionKind = "input" | "filter" | "output";

export interface Configuration {
  readonly sections: readonly Section[];
}

export interface Section {
  readonly kind: SectionKind;
  readonly statements: readonly Statement[];
  readonly span: Span;
}

export type Statement = PluginNode | IfNode;

export interface PluginNode {
  readonly type: "plugin";
  readonly name: string;
  readonly nameSpan: Span;
  /** In their order; one name may come several times. */
  readonly attributes: readonly Attribute[];
  readonly span: Span;
}

export interface Attribute {
  readonly name: string;
  readonly nameSpan: Span;
  readonly value: ValueNode;
  readonly span: Span;
}

export type ValueNode = StringNode | NumberNode | BarewordNode | ArrayNode | HashNode | PluginNode;

export interface StringNode {
  readonly type: "string";
  /** Between the quotes, as written: the value without `config.support_escapes`. `readEscapes` gives the one with it. */
  readonly raw: string;
  readonly quote: '"' | "'";
  readonly span: Span;
}

export interface NumberNode {
  readonly type: "number";
  readonly text: string;
  readonly span: Span;
}

export interface BarewordNode {
  readonly type: "bareword";
  readonly text: string;
  readonly span: Span;
}

export interface ArrayNode {
  readonly type: "array";
  readonly items: readonly ValueNode[];
  readonly span: Span;
}

export interface HashNode {
  readonly type: "hash";
  /** Each key once: of several entries with the same key the last one's value, at the first one's place. */
  readonly entries: readonly HashEntry[];
  readonly span: Span;
}

export interface HashEntry {
  readonly key: StringNode | NumberNode | BarewordNode;
  readonly value: ValueNode;
  readonly span: Span;
}

export interface IfNode {
  readonly type: "if";
  readonly branches: readonly BranchNode[];
  readonly span: Span;
}

export interface BranchNode {
  /** undefined: else. */
  readonly condition: ExpressionNode | undefined;
  readonly statements: readonly Statement[];
  readonly span: Span;
}

export type ComparisonOperator = "==" | "!=" | "<" | ">" | "<=" | ">=" | "=~" | "!~" | "in" | "not in";
export type BooleanOperator = "and" | "or" | "xor" | "nand";

export type ExpressionNode = BooleanNode | NotNode | ComparisonNode | TermNode;

export interface BooleanNode {
  readonly type: "boolean";
  readonly operator: BooleanOperator;
  readonly left: ExpressionNode;
  readonly right: ExpressionNode;
  readonly span: Span;
}

export interface NotNode {
  readonly type: "not";
  readonly operand: ExpressionNode;
  readonly span: Span;
}

export interface ComparisonNode {
  readonly type: "comparison";
  readonly operator: ComparisonOperator;
  readonly left: TermNode;
  readonly right: TermNode;
  readonly span: Span;
}

/** Barewords stand in lists only, regular expressions right of `=~` and `!~` only. */
export type TermNode = StringNode | NumberNode | SelectorNode | RegexpNode | ArrayNode | BarewordNode;

/** A field, as `[a][b]`. */
export interface SelectorNode {
  readonly type: "selector";
  readonly text: string;
  readonly span: Span;
}

export interface RegexpNode {
  readonly type: "regexp";
  /** Between the slashes, with `\/` read as `/`. */
  readonly pattern: string;
  readonly span: Span;
}
