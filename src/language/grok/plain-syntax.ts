import type { CharSet } from "./char-set.ts";

/**
 * Expressions in the part of Ruby's syntax whose meaning V8 shares: sets of characters, sequences, alternatives, greedy and lazy
 * repetition, captures, lookahead, lookbehind of one character, and anchors.
 */
export type PlainNode =
  | { readonly kind: "set"; readonly set: CharSet }
  /** A word character in Unicode's sense, as `\b` has it; only inside `look`. */
  | { readonly kind: "word" }
  | { readonly kind: "sequence"; readonly items: readonly PlainNode[] }
  | { readonly kind: "choice"; readonly branches: readonly PlainNode[] }
  | {
      readonly kind: "repeat";
      readonly body: PlainNode;
      readonly min: number;
      readonly max: number;
      readonly lazy: boolean;
    }
  | { readonly kind: "capture"; readonly body: PlainNode }
  | { readonly kind: "look"; readonly body: PlainNode; readonly behind: boolean; readonly negative: boolean }
  | { readonly kind: "anchor"; readonly at: PlainAnchor };

export type PlainAnchor = "text-start" | "text-end" | "last-line-end" | "line-start" | "line-end" | "word" | "not-word";

export const EMPTY: PlainNode = { kind: "sequence", items: [] };

/** Characters that can come first (or last) and whether the node can match nothing. */
export interface Edge {
  readonly set: CharSet;
  readonly nullable: boolean;
}
