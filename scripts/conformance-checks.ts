import assert from "node:assert/strict";
import type { Event } from "../src/event/event.ts";
import { FieldReference } from "../src/event/field-reference.ts";
import { Timestamp } from "../src/event/timestamp.ts";
import type { Value } from "../src/event/value.ts";
import { compileSprintf } from "../src/language/sprintf.ts";

/** What a case asks of the events that come out; the README beside the cases has the operations. */
export interface Check {
  readonly op: string;
  readonly ref?: string;
  readonly value?: unknown;
  readonly event?: number;
  readonly negate?: boolean;
  readonly delta?: number;
  readonly operator?: string;
}

export type Expectation = readonly [reference: string, value: unknown, output?: number];

/** @throws AssertionError with what does not hold. `events`: those that cases count; `alive`: how many are not dropped. */
export function assertCase(
  expectations: readonly Expectation[],
  checks: readonly Check[],
  events: readonly Event[],
  alive: number,
): void {
  for (const [reference, value, index = 0] of expectations) {
    const event = events[index];
    assert.ok(event !== undefined, `there is no event ${index}`);
    assert.deepEqual(normal(fieldOf(event, reference)), normal(value), reference);
  }
  for (const check of checks) assertCheck(check, events, alive);
}

/** Timestamps as ISO texts, for comparing. */
function comparable(value: Value | undefined): unknown {
  if (value instanceof Timestamp) return value.toString();
  if (Array.isArray(value)) return value.map((item) => comparable(item as Value));
  if (typeof value === "object" && value !== null) {
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, comparable(item as Value)]));
  }
  return value ?? null;
}

function fieldOf(event: Event, reference: string): unknown {
  return comparable(new FieldReference(reference).get(event));
}

/** Missing and null are one; numbers in texts stay texts. */
function normal(value: unknown): unknown {
  if (typeof value !== "object" || value === null) return value ?? null;
  if ("$timestamp" in value) return value.$timestamp;
  if ("$float" in value) return value.$float;
  if (Array.isArray(value)) return value.map(normal);
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, normal(item)]));
}

function assertCheck(check: Check, outputs: readonly Event[], alive: number): void {
  if (check.op === "output_count") {
    assert.equal(alive, check.value);
    return;
  }
  if (check.op === "dropped" || check.op === "not_dropped") {
    assert.equal(alive === 0, (check.op === "dropped") !== (check.negate ?? false));
    return;
  }
  const event = outputs[check.event ?? 0];
  assert.ok(event !== undefined, "no event came out");
  if (check.op === "sprintf") {
    assert.equal(compileSprintf(check.ref ?? "")(event), check.value);
    return;
  }
  if (check.op === "present" && check.ref !== undefined && new FieldReference(check.ref).has(event)) return;
  const actual = check.ref === undefined ? comparable(event.toObject()) : fieldOf(event, check.ref);
  const holds = evaluate(check, actual);
  assert.equal(
    holds,
    !(check.negate ?? false),
    `${check.ref} ${check.op} ${JSON.stringify(check.value)}, is ${JSON.stringify(actual)}`,
  );
}

function evaluate({ op, value, delta = 0, operator }: Check, actual: unknown): boolean {
  const same = (a: unknown, b: unknown): boolean => {
    try {
      assert.deepEqual(a, b);
      return true;
    } catch {
      return false;
    }
  };
  const values = Array.isArray(value) ? value : [value];
  const includes = (item: unknown): boolean =>
    typeof actual === "string"
      ? actual.includes(String(item))
      : Array.isArray(actual)
        ? actual.some((own) => same(own, item))
        : typeof actual === "object" && actual !== null && String(item) in actual;
  switch (op) {
    case "eq":
      return same(normal(actual), normal(value));
    case "ne":
      return !same(normal(actual), normal(value));
    case "present":
      return actual !== null;
    case "absent":
      return actual === null;
    case "include":
      return values.every(includes);
    case "not_include":
      return !values.some(includes);
    case "match":
      return new RegExp(String(value)).test(String(actual));
    case "type":
      return typeMatches(String(value), actual);
    case "not_type":
      return !typeMatches(String(value), actual);
    case "size":
      return (
        (Array.isArray(actual) || typeof actual === "string" ? actual.length : Object.keys(actual as object).length) ===
        value
      );
    case "to_s":
      return String(actual) === String(value);
    case "truthy":
      return actual !== null && actual !== false;
    case "falsey":
      return actual === null || actual === false;
    case "empty":
      return Array.isArray(actual) || typeof actual === "string"
        ? actual.length === 0
        : Object.keys((actual as object) ?? {}).length === 0;
    case "not_empty":
      return Array.isArray(actual) || typeof actual === "string"
        ? actual.length > 0
        : Object.keys((actual as object) ?? {}).length > 0;
    case "start_with":
      return String(actual).startsWith(String(value));
    case "end_with":
      return String(actual).endsWith(String(value));
    case "contain_exactly":
      return Array.isArray(actual) && actual.length === values.length && values.every(includes);
    case "within":
      return Math.abs(Number(actual) - Number(normal(value))) <= delta;
    case "compare":
      return compares(operator ?? "==", actual, value, same);
    case "event_eq":
      return same(normal(actual), normal(value));
    default:
      throw new Error(`the check ${op} is not known here`);
  }
}

function typeMatches(type: string, actual: unknown): boolean {
  switch (type) {
    case "Array":
      return Array.isArray(actual);
    case "Enumerable":
      return typeof actual === "object" && actual !== null;
    case "String":
      return typeof actual === "string";
    case "Hash":
      return typeof actual === "object" && actual !== null && !Array.isArray(actual);
    case "Integer":
    case "Fixnum":
      return Number.isInteger(actual);
    case "Float":
    case "Numeric":
      return typeof actual === "number";
    case "LogStash::Timestamp":
      return Timestamp.parse(String(actual)) !== undefined;
    default:
      throw new Error(`the type ${type} is not known here`);
  }
}

function compares(
  operator: string,
  actual: unknown,
  value: unknown,
  same: (a: unknown, b: unknown) => boolean,
): boolean {
  switch (operator) {
    case "==":
      return same(normal(actual), normal(value));
    case "!=":
      return !same(normal(actual), normal(value));
    case "<":
      return Number(actual) < Number(value);
    case "<=":
      return Number(actual) <= Number(value);
    case ">":
      return Number(actual) > Number(value);
    case ">=":
      return Number(actual) >= Number(value);
    default:
      throw new Error(`the operator ${operator} is not known here`);
  }
}
