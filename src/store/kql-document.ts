import type { ObjectValue, Value } from "../event/value.ts";
import {
  hasWildcard,
  isAny,
  isNull,
  type KqlMatch,
  type KqlNode,
  type KqlRange,
  type KqlText,
  plainText,
  wildcardExpression,
} from "../language/kql/ast.ts";
import { type DateContext, dateSpan } from "./date-math.ts";
import { fieldType } from "./field-types.ts";
import { lowered, tokensOf } from "./text-tokens.ts";

export interface DocumentMatch extends DateContext {
  /** Fields that are texts besides those that Elasticsearch's templates hold for texts (`message`), by their full names. */
  readonly texts?: ReadonlySet<string>;
}

/**
 * A query as a function on one document in memory. Values are compared as a whole, of texts also by their words (in quotes: by words in a row);
 * wildcards in any case; numbers, booleans and dates by what they are.
 */
export function documentMatcher(query: KqlNode, context: DocumentMatch): (document: ObjectValue) => boolean {
  return (document) => holds(query, document, context);
}

function holds(node: KqlNode, document: ObjectValue, context: DocumentMatch): boolean {
  switch (node.kind) {
    case "all":
      return true;
    case "and":
      return node.nodes.every((one) => holds(one, document, context));
    case "or":
      return node.nodes.some((one) => holds(one, document, context));
    case "not":
      return !holds(node.node, document, context);
    case "nested":
      return objectsAt(document, plainText(node.path)).some((one) => holds(node.node, one, context));
    case "match":
      return matches(node, document, context);
    case "range":
      return inRange(node, document, context);
  }
}

function matches({ field, value }: KqlMatch, document: ObjectValue, context: DocumentMatch): boolean {
  const leaves = leavesOf(document, field);
  if (!value.quoted && isAny(value)) return leaves.length > 0;
  if (isNull(value)) return false;
  return leaves.some(([path, leaf]) => {
    const isText = context.texts?.has(path) === true || fieldType(path, "string") === "text";
    return equals(leaf, value, isText, context);
  });
}

function equals(leaf: Leaf, value: KqlText, isText: boolean, context: DocumentMatch): boolean {
  const text = plainText(value);
  if (typeof leaf === "number") return text.trim() !== "" && Number(text) === leaf;
  if (typeof leaf === "boolean") return text === String(leaf);
  if (!value.quoted && hasWildcard(value)) {
    const expression = new RegExp(wildcardExpression(value).source, "is");
    return expression.test(leaf) || (isText && tokensOf(leaf).some((token) => expression.test(token)));
  }
  if (leaf === text) return true;
  const day = dateSpan(text, context);
  const time = day === undefined ? undefined : timeOf(leaf);
  if (day !== undefined && time !== undefined) return time >= day.from && time <= day.to;
  if (!isText) return false;
  const wanted = tokensOf(text);
  const tokens = tokensOf(leaf);
  if (value.quoted) return wanted.length > 0 && ` ${tokens.join(" ")} `.includes(` ${wanted.join(" ")} `);
  return wanted.some((token) => tokens.includes(token));
}

function inRange({ field, operator, value }: KqlRange, document: ObjectValue, context: DocumentMatch): boolean {
  const text = plainText(value);
  const number = text.trim() === "" ? Number.NaN : Number(text);
  const span = dateSpan(text, context);
  return leavesOf(document, field).some(([, leaf]) => {
    if (typeof leaf === "boolean") return false;
    if (typeof leaf === "number" || !Number.isNaN(Number(leaf))) {
      return !Number.isNaN(number) && compared(Number(leaf), { from: number, to: number }, operator);
    }
    const time = timeOf(leaf);
    if (time !== undefined && span !== undefined) return compared(time, span, operator);
    return compared(lowered(leaf), { from: lowered(text), to: lowered(text) }, operator);
  });
}

function compared<T extends number | string>(
  leaf: T,
  span: { readonly from: T; readonly to: T },
  operator: KqlRange["operator"],
): boolean {
  switch (operator) {
    case "gt":
      return leaf > span.to;
    case "gte":
      return leaf >= span.from;
    case "lt":
      return leaf < span.from;
    case "lte":
      return leaf <= span.to;
  }
}

/** Epoch milliseconds of a value that looks like a date. */
function timeOf(leaf: string): number | undefined {
  if (!/^\d{4}-\d\d-\d\d/.test(leaf)) return undefined;
  const time = Date.parse(leaf);
  return Number.isNaN(time) ? undefined : time;
}

type Leaf = string | number | boolean;

/** Values of the fields of a name (with wildcards) or below it; of all fields without one. Each with its path. */
function leavesOf(document: ObjectValue, field: KqlText | undefined): [path: string, leaf: Leaf][] {
  const all: [string, Leaf][] = [];
  collect("", document, all);
  if (field === undefined) return all;
  const name = plainText(field);
  if (!hasWildcard(field)) return all.filter(([path]) => path === name || path.startsWith(`${name}.`));
  const expression = wildcardExpression(field);
  return all.filter(([path]) => expression.test(path));
}

function collect(path: string, value: Value, into: [string, Leaf][]): void {
  if (value === null) return;
  if (Array.isArray(value)) for (const one of value as readonly Value[]) collect(path, one, into);
  else if (typeof value !== "object") into.push([path, value]);
  else
    for (const [name, inner] of Object.entries(value as ObjectValue))
      collect(path === "" ? name : `${path}.${name}`, inner, into);
}

function objectsAt(document: ObjectValue, path: string): ObjectValue[] {
  let found: Value[] = [document];
  for (const name of path.split(".")) {
    found = found.flatMap((one) => {
      const inner = isObject(one) && Object.hasOwn(one, name) ? one[name] : undefined;
      if (inner === undefined) return [];
      return Array.isArray(inner) ? (inner as Value[]) : [inner];
    });
  }
  return found.filter(isObject);
}

function isObject(value: Value): value is ObjectValue {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
