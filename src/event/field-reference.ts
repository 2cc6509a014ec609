import { compileFieldAccess, type FieldAccess, SLOW } from "./field-access.ts";
import { LazyValue, materialise } from "./lazy-value.ts";
import { isInheritedName, isTree, type StoredTree, type StoredValue, setOwn, type Value } from "./value.ts";

/** The two trees of an event that references walk. */
export interface FieldTrees {
  fields: StoredTree;
  metadata: StoredTree;
}

/** A syntax error in a field reference; `position` counts characters of the reference. */
export class FieldReferenceError extends Error {
  readonly position: number;

  constructor(message: string, position: number) {
    super(message);
    this.name = "FieldReferenceError";
    this.position = position;
  }
}

/**
 * Splits `[a][b]`, `a` or a composite `[[a][b]][c]` into its path.
 * @throws FieldReferenceError for anything that Logstash's strict parser refuses.
 */
export function parseFieldReference(text: string): string[] {
  if (text === "") throw new FieldReferenceError("a field reference is empty", 0);
  if (!/[[\]]/.test(text)) return [text];
  const path: string[] = [];
  let depth = 0;
  let start = -1;
  for (let i = 0; i < text.length; i++) {
    const c = text[i];
    if (c === "[") {
      if (start >= 0 && i > start) throw new FieldReferenceError(`unexpected "[" in field reference ${text}`, i);
      depth++;
      start = i + 1;
    } else if (c === "]") {
      if (depth === 0) throw new FieldReferenceError(`unexpected "]" in field reference ${text}`, i);
      if (start >= 0) {
        if (i === start) throw new FieldReferenceError(`empty name in field reference ${text}`, i);
        path.push(text.slice(start, i));
      }
      depth--;
      start = -1;
    } else if (start < 0) {
      throw new FieldReferenceError(`unexpected "${c}" in field reference ${text}`, i);
    }
  }
  if (depth !== 0) throw new FieldReferenceError(`missing "]" in field reference ${text}`, text.length);
  return path;
}

/** The path of a reference, `@metadata` included; undefined where it is none. */
export function fieldPath(reference: string): string[] | undefined {
  try {
    return parseFieldReference(reference);
  } catch {
    return undefined;
  }
}

/** A reference used so often is worth functions of its own. */
const USES_BEFORE_COMPILING = 100;

/** The array index that `name` means on an array of `length`, or -1. Negative names count from the end. */
function arrayIndex(name: string, length: number): number {
  if (!/^-?\d+$/.test(name)) return -1;
  const index = Number(name);
  return index < 0 ? index + length : index;
}

function child(node: unknown, name: string): StoredValue | undefined {
  if (typeof node !== "object" || node === null) return undefined;
  if (Array.isArray(node)) {
    const index = arrayIndex(name, node.length);
    return index < 0 ? undefined : (node[index] as StoredValue | undefined);
  }
  if (Object.getPrototypeOf(node) !== Object.prototype) return undefined;
  return isInheritedName(name) && !Object.hasOwn(node, name) ? undefined : (node as Record<string, StoredValue>)[name];
}

/**
 * A field reference, parsed once. All reading and writing of events goes through these.
 * `get` gives undefined for a missing field, null for one that is null.
 */
export class FieldReference {
  readonly text: string;
  /** Path below the tree (without `@metadata`). */
  readonly path: readonly string[];
  readonly isMetadata: boolean;
  readonly #first: string;
  readonly #rest: readonly string[];
  /** Made when the reference has been used a few times; null: it takes the general way. */
  #access: FieldAccess | null | undefined;
  #uses = 0;

  constructor(text: string) {
    const path = parseFieldReference(text);
    this.text = text;
    this.isMetadata = path[0] === "@metadata";
    this.path = this.isMetadata ? path.slice(1) : path;
    this.#first = this.path[0] ?? "";
    this.#rest = this.path.slice(1);
  }

  /** The functions made for this path, once it is worth it: most references of a configuration are only checked. */
  #compiled(): FieldAccess | null {
    if (this.#access !== undefined) return this.#access;
    if (this.#uses++ < USES_BEFORE_COMPILING) return null;
    this.#access = compileFieldAccess(this.path) ?? null;
    return this.#access;
  }

  /** The value as it is stored, lazy ones included. */
  peek(event: FieldTrees): StoredValue | undefined {
    const tree = this.isMetadata ? event.metadata : event.fields;
    const access = this.#compiled();
    if (access !== null) {
      const found = access.peek(tree);
      if (found !== SLOW) return found;
    }
    let node: StoredValue | undefined = tree as StoredValue;
    for (const name of this.path) {
      if (node instanceof LazyValue) node = node.materialise();
      node = child(node, name);
      if (node === undefined) return undefined;
    }
    return node;
  }

  /** The value; undefined when the field is missing. Objects and arrays belong to the event: change them by `set`. */
  get(event: FieldTrees): Value | undefined {
    const value = this.peek(event);
    return typeof value === "object" && value !== null ? materialise(value) : value;
  }

  has(event: FieldTrees): boolean {
    return this.peek(event) !== undefined;
  }

  /** Sets the field and makes the objects on the way to it. A scalar on the way is replaced by an object. */
  set(event: FieldTrees, value: StoredValue): void {
    const tree = this.isMetadata ? event.metadata : event.fields;
    const access = this.#compiled();
    if (access?.set(tree, value)) return;
    if (this.path.length === 0) {
      event.metadata = isTree(value) ? value : {};
      return;
    }
    let node: Record<string, unknown> = tree;
    let name = this.#first;
    for (const next of this.#rest) {
      node = descend(node, name);
      name = next;
    }
    assign(node, name, value);
  }

  /** Sets the field if it is missing or null; false when it has a value, which stays. */
  setIfAbsent(event: FieldTrees, value: StoredValue): boolean {
    const access = this.#compiled();
    if (access?.put(this.isMetadata ? event.metadata : event.fields, value)) return true;
    const before = this.peek(event);
    if (before !== undefined && before !== null) return false;
    this.set(event, value);
    return true;
  }

  /** Removes the field; its value, or undefined when there was none. */
  remove(event: FieldTrees): Value | undefined {
    const tree = this.isMetadata ? event.metadata : event.fields;
    const old = this.get(event);
    if (old === undefined) return undefined;
    if (this.path.length === 0) {
      event.metadata = {};
      return old;
    }
    let node: unknown = tree;
    let name = this.#first;
    for (const next of this.#rest) {
      node = descend(node as Record<string, unknown>, name);
      name = next;
    }
    if (Array.isArray(node)) node.splice(arrayIndex(name, node.length), 1);
    // `delete` would turn the object into a dictionary, and all that is done to it later would be slower by a fifth.
    else (node as Record<string, unknown>)[name] = undefined;
    return old;
  }
}

/** The object or array under `name`, made or unwrapped where necessary so that it can be written to. */
function descend(node: Record<string, unknown>, name: string): Record<string, unknown> {
  let next: unknown = child(node, name);
  if (next instanceof LazyValue) {
    next = next.materialise();
    assign(node, name, next);
  }
  if (
    typeof next === "object" &&
    next !== null &&
    (Array.isArray(next) || Object.getPrototypeOf(next) === Object.prototype)
  ) {
    return next as Record<string, unknown>;
  }
  const made: Record<string, unknown> = {};
  assign(node, name, made);
  return made;
}

function assign(node: Record<string, unknown>, name: string, value: unknown): void {
  if (Array.isArray(node)) {
    const index = arrayIndex(name, node.length);
    if (index >= 0) node[index] = value;
  } else {
    setOwn(node, name, value);
  }
}
