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
  /** One plain name at the top: the usual case, one property access. */
  readonly #simple: boolean;

  constructor(text: string) {
    const path = parseFieldReference(text);
    this.text = text;
    this.isMetadata = path[0] === "@metadata";
    this.path = this.isMetadata ? path.slice(1) : path;
    this.#first = this.path[0] ?? "";
    this.#rest = this.path.slice(1);
    this.#simple = this.path.length === 1 && !isInheritedName(this.#first);
  }

  /** The value as it is stored, lazy ones included. */
  peek(event: FieldTrees): StoredValue | undefined {
    const tree = this.isMetadata ? event.metadata : event.fields;
    if (this.#simple) return tree[this.#first];
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
    if (this.#simple) {
      tree[this.#first] = value;
      return;
    }
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
    else delete (node as StoredTree)[name];
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
