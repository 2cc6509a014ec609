import type { ObjectValue, Value } from "../../event/value.ts";

/** Whether a value is a tree of fields. */
export function isFields(value: unknown): value is ObjectValue {
  return typeof value === "object" && value !== null && Object.getPrototypeOf(value) === Object.prototype;
}

/** Sets a field by its dotted path; what stands in the way (a value where a tree must be) makes it false. */
export function putField(fields: ObjectValue, path: string, value: Value): boolean {
  const names = path.split(".");
  const last = names.pop() as string;
  let at = fields;
  for (const name of names) {
    const next = Object.hasOwn(at, name) ? at[name] : undefined;
    if (next === undefined || next === null) {
      const tree: ObjectValue = {};
      setOwn(at, name, tree);
      at = tree;
    } else if (isFields(next)) at = next;
    else return false;
  }
  setOwn(at, last, value);
  return true;
}

/** Also where the name is one that every object inherits. */
function setOwn(tree: ObjectValue, name: string, value: Value): void {
  if (name === "__proto__")
    Object.defineProperty(tree, name, { value, enumerable: true, writable: true, configurable: true });
  else tree[name] = value;
}

/** Merges trees: those of `from` win only with `overwrite`. */
export function mergeFields(into: ObjectValue, from: ObjectValue, overwrite: boolean): void {
  for (const [name, value] of Object.entries(from)) {
    const present = Object.hasOwn(into, name) ? into[name] : undefined;
    if (isFields(present) && isFields(value)) mergeFields(present, value, overwrite);
    else if (present === undefined || overwrite) setOwn(into, name, value);
  }
}

/** Notes a failure as Beats do: `error.message` is one text, or a list of them. */
export function noteError(fields: ObjectValue, message: string, type?: string): void {
  const error = isFields(fields["error"]) ? fields["error"] : {};
  const present = error["message"];
  error["message"] =
    present === undefined ? message : [...(Array.isArray(present) ? (present as Value[]) : [present]), message];
  if (type !== undefined) error["type"] = type;
  fields["error"] = error;
}
