import { Timestamp } from "../../event/timestamp.ts";
import { isTree, type ObjectValue, setOwn, type Value } from "../../event/value.ts";
import type { ShipperEvent } from "./event.ts";

/** A field that cannot be had, or a value that does not fit. */
export class FieldError extends Error {}

const METADATA = "@metadata";
/** Characters of an error message that are kept. */
const MESSAGE_LIMIT = 500;

/**
 * The value of a field by its name with dots; undefined: there is none. A key that has dots itself goes before a path of the same name, as in Beats.
 * `@timestamp` and `@metadata.…` work too.
 */
export function getField(event: ShipperEvent, name: string): Value | undefined {
  if (name === "@timestamp") return event.timestamp;
  const [tree, path] = placeOf(event, name);
  return path === "" ? (tree as ObjectValue) : lookUp(tree, path);
}

/** Sets a field; objects on the way are made. @throws FieldError where something on the way is no object, or `@timestamp` gets no time */
export function putField(event: ShipperEvent, name: string, value: Value): void {
  if (name === "@timestamp") {
    const time = value instanceof Timestamp ? value : typeof value === "string" ? Timestamp.parse(value) : undefined;
    if (time === undefined) throw new FieldError("@timestamp takes a time only");
    event.timestamp = time.toString();
    return;
  }
  const [root, path] = placeOf(event, name);
  if (path === "") {
    if (!isTree(value)) throw new FieldError(`${name} takes an object only`);
    mergeInto(root, value as ObjectValue, true);
    return;
  }
  let tree = root;
  let rest = path;
  for (let dot = rest.indexOf("."); dot >= 0 && !Object.hasOwn(tree, rest); dot = rest.indexOf(".")) {
    const key = rest.slice(0, dot);
    if (!Object.hasOwn(tree, key)) setOwn(tree, key, {});
    const next = tree[key];
    if (!isTree(next)) throw new FieldError(`${name.slice(0, name.length - rest.length + dot)} is no object`);
    tree = next as Record<string, Value>;
    rest = rest.slice(dot + 1);
  }
  setOwn(tree, rest, value);
}

/** Removes a field; false: there was none. */
export function deleteField(event: ShipperEvent, name: string): boolean {
  const [root, path] = placeOf(event, name);
  let tree = root;
  let rest = path;
  while (!Object.hasOwn(tree, rest)) {
    const dot = rest.indexOf(".");
    const key = rest.slice(0, dot);
    const next = dot < 0 || !Object.hasOwn(tree, key) ? undefined : tree[key];
    if (!isTree(next)) return false;
    tree = next as Record<string, Value>;
    rest = rest.slice(dot + 1);
  }
  delete tree[rest];
  return true;
}

/** Adds texts to a list; one value that is there becomes the first of the list. */
export function appendTo(event: ShipperEvent, name: string, texts: readonly string[]): void {
  const there = getField(event, name);
  const before = there === undefined || there === null ? [] : Array.isArray(there) ? there : [there as Value];
  putField(event, name, [...(before as readonly Value[]), ...texts]);
}

/** Adds a text to a list that does not have it yet. */
export function addFlag(event: ShipperEvent, name: string, text: string): void {
  const there = getField(event, name);
  if (there !== text && !(Array.isArray(there) && there.includes(text))) appendTo(event, name, [text]);
}

/**
 * Notes what failed in `error.message`: one text, or a list of them. Where `error` is no object, it is left alone and the event gets the tag
 * `_processor_failure`.
 */
export function noteError(event: ShipperEvent, message: string): void {
  const text = message.length > MESSAGE_LIMIT ? `${message.slice(0, MESSAGE_LIMIT)}…` : message;
  try {
    if (getField(event, "error.message") === undefined) putField(event, "error.message", text);
    else appendTo(event, "error.message", [text]);
  } catch {
    addFlag(event, "tags", "_processor_failure");
  }
}

/** Merges a tree into another; what is put in is a copy. Without `overwrite` what is there stays. */
export function mergeInto(into: Record<string, Value>, from: ObjectValue, overwrite: boolean): void {
  for (const [key, value] of Object.entries(from)) {
    const there = Object.hasOwn(into, key) ? into[key] : undefined;
    if (isTree(there) && isTree(value)) mergeInto(there as ObjectValue, value as ObjectValue, overwrite);
    else if (overwrite || there === undefined) setOwn(into, key, copyOf(value));
  }
}

/** A copy that shares nothing that can change. */
export function copyOf(value: Value): Value {
  if (Array.isArray(value)) return value.map((item) => copyOf(item as Value));
  if (!isTree(value)) return value;
  const copy: ObjectValue = {};
  for (const [key, item] of Object.entries(value)) setOwn(copy, key, copyOf(item as Value));
  return copy;
}

/** A tree in which names with dots are paths. */
export function expandDots(tree: ObjectValue): ObjectValue {
  const expanded: ObjectValue = {};
  for (const [key, value] of Object.entries(tree)) {
    const plain = isTree(value) ? expandDots(value as ObjectValue) : copyOf(value);
    const nested = key.split(".").reduceRight<Value>((inner, part) => {
      const outer: ObjectValue = {};
      setOwn(outer, part, inner);
      return outer;
    }, plain);
    mergeInto(expanded, nested as ObjectValue, true);
  }
  return expanded;
}

/** The tree that a field is in, and its name there. */
function placeOf(event: ShipperEvent, name: string): [tree: Record<string, Value>, path: string] {
  if (name === METADATA) return [event.metadata, ""];
  return name.startsWith(`${METADATA}.`) ? [event.metadata, name.slice(METADATA.length + 1)] : [event.fields, name];
}

function lookUp(tree: Record<string, Value>, path: string): Value | undefined {
  if (Object.hasOwn(tree, path)) return tree[path];
  const dot = path.indexOf(".");
  const key = path.slice(0, dot);
  const next = dot < 0 || !Object.hasOwn(tree, key) ? undefined : tree[key];
  return isTree(next) ? lookUp(next as Record<string, Value>, path.slice(dot + 1)) : undefined;
}
