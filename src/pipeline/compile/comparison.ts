import { Timestamp } from "../../event/timestamp.ts";
import type { Value } from "../../event/value.ts";

/** How conditions compare values. Source: Logstash, "Accessing event data and fields", and what its compiler does with each pair of types. */

/** A field counts as true when it is there, not null and not false. */
export function isTruthy(value: Value | undefined): boolean {
  return value !== undefined && value !== null && value !== false;
}

export function isEqual(left: Value | undefined, right: Value | undefined): boolean {
  if (left === undefined || left === null) return right === undefined || right === null;
  if (right === undefined || right === null) return false;
  if (typeof left !== "object" && typeof right !== "object") return left === right;
  if (left instanceof Timestamp || right instanceof Timestamp) {
    const [a, b] = [asTimestamp(left), asTimestamp(right)];
    return a !== undefined && b !== undefined && a.equals(b);
  }
  if (typeof left !== "object" || typeof right !== "object") return false;
  const names = Object.keys(left);
  return (
    Array.isArray(left) === Array.isArray(right) &&
    names.length === Object.keys(right).length &&
    names.every((name) => isEqual((left as Record<string, Value>)[name], (right as Record<string, Value>)[name]))
  );
}

function asTimestamp(value: Value): Timestamp | undefined {
  if (value instanceof Timestamp) return value;
  return typeof value === "string" ? Timestamp.parse(value) : undefined;
}

/** Below zero, zero or above for `<`-like operators; undefined when a side is missing. Throws for types that have no order. */
export function compare(left: Value | undefined, right: Value | undefined): number | undefined {
  if (left === undefined || left === null || right === undefined || right === null) return undefined;
  if (typeof left === "number" && typeof right === "number") return left - right;
  if (left instanceof Timestamp || right instanceof Timestamp) {
    const [a, b] = [asTimestamp(left), asTimestamp(right)];
    if (a !== undefined && b !== undefined) return a.compare(b);
  } else if (typeof left === "string" && typeof right === "string") return left < right ? -1 : left > right ? 1 : 0;
  throw new TypeError(`cannot compare ${typeName(left)} with ${typeName(right)}`);
}

function typeName(value: Value): string {
  if (value instanceof Timestamp) return "a timestamp";
  if (Array.isArray(value)) return "a list";
  return typeof value === "object" ? "an object" : `a ${typeof value}`;
}

/** `left in right`: a part of a text, an element of a list; in one value: equal to it. */
export function isIn(left: Value | undefined, right: Value | undefined): boolean {
  if (right === undefined || right === null) return false;
  if (Array.isArray(right)) {
    if (Array.isArray(left))
      return left.every((item) => (right as readonly Value[]).some((own) => isEqual(item as Value, own)));
    return (right as readonly Value[]).some((item) => isEqual(left, item));
  }
  if (left === undefined || left === null) return false;
  if (typeof right === "string") return typeof left === "string" && right.includes(left);
  return isEqual(left, right);
}

/** `left =~ right`: texts, numbers as text, or any element of a list. */
export function matches(left: Value | undefined, expression: RegExp): boolean {
  if (left === undefined || left === null) return false;
  if (typeof left === "string") return expression.test(left);
  if (Array.isArray(left)) return left.some((item) => matches(item as Value, expression));
  if (typeof left === "number" || typeof left === "boolean" || left instanceof Timestamp)
    return expression.test(String(left));
  return false;
}
