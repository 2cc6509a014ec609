import { isInheritedName, type StoredTree, type StoredValue } from "./value.ts";

/** Reading and writing one path, as functions made for it: names are constants in them, so that V8 can cache where they lie. */
export interface FieldAccess {
  /** The stored value; undefined when there is none; `SLOW` when something on the way is no plain object. */
  readonly peek: (tree: StoredTree) => StoredValue | undefined | typeof SLOW;
  /** Sets the value; false when something on the way is no plain object, and nothing is done. */
  readonly set: (tree: StoredTree, value: StoredValue) => boolean;
  /** Sets the value where the field is missing or null; false when it is there, or as `set`. */
  readonly put: (tree: StoredTree, value: StoredValue) => boolean;
}

/** Stands for "take the general way". */
export const SLOW: unique symbol = Symbol("slow");

/** Steps of a path for which functions are made; longer ones take the general way. */
const LENGTH_LIMIT = 8;

/**
 * Makes the functions for a path; undefined for paths with names that every object inherits, with numbers (which may be places in
 * a list), and for long ones.
 */
export function compileFieldAccess(path: readonly string[]): FieldAccess | undefined {
  if (path.length === 0 || path.length > LENGTH_LIMIT) return undefined;
  if (path.some((name) => isInheritedName(name) || /^-?\d+$/.test(name))) return undefined;
  const keys = path.map((name) => JSON.stringify(name));
  const last = keys.length - 1;
  // An own field named "constructor" only sends the event the general way.
  const isPlain = (name: string): string =>
    `typeof ${name} === "object" && ${name} !== null && ${name}.constructor === Object`;

  let peek = "";
  let store = "";
  for (let i = 0; i < last; i++) {
    const [from, to] = [`n${i}`, `n${i + 1}`];
    const made = keys.slice(i + 1).reduceRight((value, key) => `{ ${key}: ${value} }`, "value");
    peek += `const ${to} = ${from}[${keys[i]}]; if (${to} === undefined) return undefined; if (!(${isPlain(to)})) return SLOW;\n`;
    store += `const ${to} = ${from}[${keys[i]}]; if (${to} === undefined) { ${from}[${keys[i]}] = ${made}; return true; } if (!(${isPlain(to)})) return false;\n`;
  }
  const field = `n${last}[${keys[last]}]`;
  // Only names from the configuration go in, as JSON strings.
  const make = new Function(
    "SLOW",
    `"use strict"; return {
      peek(n0) { ${peek} return ${field}; },
      set(n0, value) { ${store} ${field} = value; return true; },
      put(n0, value) { ${store} if (${field} != null) return false; ${field} = value; return true; },
    };`,
  ) as (slow: typeof SLOW) => FieldAccess;
  return make(SLOW);
}
