import type { LazyValue } from "./lazy-value.ts";
import type { Timestamp } from "./timestamp.ts";

/** What a field can hold. Objects are plain; arrays hold values again. */
export type Value = string | number | boolean | null | Timestamp | readonly Value[] | ObjectValue;

export interface ObjectValue {
  [key: string]: Value;
}

/** What lies in an event's tree: values, and those not looked at yet. */
export type StoredValue = Value | LazyValue | StoredTree | readonly StoredValue[];

export interface StoredTree {
  [key: string]: StoredValue;
}

/** Own-property names that every object inherits: reached with care, so that no field name touches a prototype. */
const INHERITED: ReadonlySet<string> = new Set(Object.getOwnPropertyNames(Object.prototype));

export function isInheritedName(name: string): boolean {
  return INHERITED.has(name);
}

/** Sets `object[key]` also when `key` is `__proto__`. */
export function setOwn(object: Record<string, unknown>, key: string, value: unknown): void {
  if (key === "__proto__") {
    Object.defineProperty(object, key, { value, writable: true, enumerable: true, configurable: true });
  } else {
    object[key] = value;
  }
}

/** Whether `value` is a node of the tree with names, and no class of its own. */
export function isTree(value: unknown): value is StoredTree {
  return typeof value === "object" && value !== null && Object.getPrototypeOf(value) === Object.prototype;
}
