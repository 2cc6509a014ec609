import type { RubyObject } from "./opal-realm.ts";

/** A node of Ruby's syntax tree, as the parser gem in Opal makes it: `(send receiver name arguments…)` and so on. */
export interface Syntax {
  readonly type: string;
  /** Nodes, names (texts), numbers; Opal's nil for what is absent. */
  readonly children: readonly unknown[];
  // Opal's accessors
  $loc?(): RubyObject;
}

/** Makes nodes inside the compiler's realm. */
export type Build = (type: string, ...children: unknown[]) => Syntax;

export function isSyntax(value: unknown): value is Syntax {
  return (
    typeof value === "object" &&
    value !== null &&
    typeof (value as Syntax).type === "string" &&
    Array.isArray((value as Syntax).children)
  );
}

/** The i-th child where it is a node. */
export function childNode(node: Syntax, i: number): Syntax | undefined {
  const child = node.children[i];
  return isSyntax(child) ? child : undefined;
}

export function childNodes(node: Syntax): Syntax[] {
  return node.children.filter(isSyntax);
}

/** A call's method name; undefined for other nodes. */
export function calledName(node: Syntax | undefined): string | undefined {
  return node?.type === "send" || node?.type === "csend" ? (node.children[1] as string) : undefined;
}

/** Whether it is a call without receiver of this name. */
export function isOwnCall(node: Syntax, name: string): boolean {
  return node.type === "send" && childNode(node, 0) === undefined && node.children[1] === name;
}

/** The text that a node stands in, as the parser's Range; undefined for nodes that were made. */
export function rangeOf(node: Syntax): RubyObject | undefined {
  const range = given(given(node.$loc?.())?.["$expression"]?.());
  // Nodes that Opal made have a place that is none.
  const buffer = range?.["$source_buffer"] as { $$stub?: boolean } | undefined;
  return buffer === undefined || buffer.$$stub === true ? undefined : range;
}

/** Opal's nil has methods that raise. */
function given(object: RubyObject | undefined): RubyObject | undefined {
  return object === undefined || object["$nil?"]?.() === true ? undefined : object;
}

/** The line of a node, from 1 in the text that was parsed; of its first child that has one where it was made by us. */
export function lineOf(node: Syntax): number | undefined {
  const line: unknown = rangeOf(node)?.["$line"]?.();
  if (typeof line === "number") return line;
  for (const child of childNodes(node)) {
    const found = lineOf(child);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** Every node below and with `node`, parents first. */
export function* nodesOf(node: Syntax): Generator<Syntax> {
  yield node;
  for (const child of childNodes(node)) yield* nodesOf(child);
}

/** The statements of a body. */
export function statementsOf(body: Syntax | undefined): Syntax[] {
  if (body === undefined) return [];
  return body.type === "begin" ? childNodes(body) : [body];
}

/** A constant's name as written, `A::B`; undefined for one below an expression. */
export function constantName(node: Syntax): string | undefined {
  if (node.type !== "const" && node.type !== "casgn") return undefined;
  const scope = childNode(node, 0);
  const name = node.children[1] as string;
  if (scope === undefined || scope.type === "cbase") return name;
  const outer = constantName(scope);
  return outer === undefined ? undefined : `${outer}::${name}`;
}
