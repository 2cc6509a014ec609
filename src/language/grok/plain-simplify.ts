import { type CharSet, disjoint, union, wordiness } from "./char-set.ts";
import { type Edge, EMPTY, type PlainNode } from "./plain-syntax.ts";

/** Which characters are certainly next to a place; undefined when one may be at the text's end, or nothing is known. */
type Neighbour = CharSet | undefined;

const ZERO_WIDTH: Edge = { set: [], nullable: true };

/** What a node can begin with, or end with. */
export function edgeOf(node: PlainNode, side: "first" | "last"): Edge {
  switch (node.kind) {
    case "set":
      return { set: node.set, nullable: false };
    case "sequence":
      return edgeOfItems(side === "first" ? node.items : node.items.toReversed(), side);
    case "choice": {
      const edges = node.branches.map((branch) => edgeOf(branch, side));
      return { set: edges.reduce<CharSet>((all, e) => union(all, e.set), []), nullable: edges.some((e) => e.nullable) };
    }
    case "repeat": {
      const edge = edgeOf(node.body, side);
      return node.min === 0 ? { set: edge.set, nullable: true } : edge;
    }
    case "capture":
      return edgeOf(node.body, side);
    default:
      return ZERO_WIDTH;
  }
}

function edgeOfItems(items: readonly PlainNode[], side: "first" | "last"): Edge {
  let set: CharSet = [];
  for (const item of items) {
    const edge = edgeOf(item, side);
    set = union(set, edge.set);
    if (!edge.nullable) return { set, nullable: false };
  }
  return { set, nullable: true };
}

function beyond(edge: Edge, outer: Neighbour): Neighbour {
  if (!edge.nullable) return edge.set;
  return outer === undefined ? undefined : union(edge.set, outer);
}

/**
 * Leaves out what always holds where it stands: a `\b` between a space and a letter, a `(?!\d)` before a space. A `\b` of which one
 * side is known becomes a look at the other side.
 */
export function simplify(node: PlainNode, before?: CharSet, after?: CharSet): PlainNode {
  switch (node.kind) {
    case "sequence":
      return sequence(node.items, before, after);
    case "choice":
      return { kind: "choice", branches: node.branches.map((branch) => simplify(branch, before, after)) };
    case "capture":
      return { kind: "capture", body: simplify(node.body, before, after) };
    case "repeat": {
      const again = node.max > 1;
      const left = again ? beyondOnly(edgeOf(node.body, "last"), before) : before;
      const right = again ? beyondOnly(edgeOf(node.body, "first"), after) : after;
      return { ...node, body: simplify(node.body, left, right) };
    }
    case "look": {
      const edge = edgeOf(node.body, node.behind ? "last" : "first");
      const neighbour = node.behind ? before : after;
      if (node.negative && neighbour !== undefined && !edge.nullable && disjoint(edge.set, neighbour)) return EMPTY;
      return node;
    }
    case "anchor":
      return node.at === "word" ? wordBoundary(node, before, after) : node;
    default:
      return node;
  }
}

function beyondOnly(edge: Edge, outer: Neighbour): Neighbour {
  return edge.nullable || outer === undefined ? undefined : union(edge.set, outer);
}

function sequence(items: readonly PlainNode[], before: Neighbour, after: Neighbour): PlainNode {
  const made: PlainNode[] = [];
  for (let i = 0; i < items.length; i++) {
    const left = beyond(edgeOfItems(items.slice(0, i).reverse(), "last"), before);
    const right = beyond(edgeOfItems(items.slice(i + 1), "first"), after);
    const item = simplify(items[i] as PlainNode, left, right);
    if (item.kind === "sequence") made.push(...item.items);
    else made.push(item);
  }
  return made.length === 1 ? (made[0] as PlainNode) : { kind: "sequence", items: made };
}

function wordBoundary(node: PlainNode, before: Neighbour, after: Neighbour): PlainNode {
  const left = before === undefined ? undefined : wordiness(before);
  const right = after === undefined ? undefined : wordiness(after);
  if (left !== undefined && right !== undefined) return left === right ? node : EMPTY;
  if (right !== undefined) return { kind: "look", behind: true, negative: right === "word", body: { kind: "word" } };
  if (left !== undefined) return { kind: "look", behind: false, negative: left === "word", body: { kind: "word" } };
  return node;
}
