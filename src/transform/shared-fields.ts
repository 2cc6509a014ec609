import type { Event } from "../event/event.ts";
import { FieldReference } from "../event/field-reference.ts";
import { SharedTree } from "../event/shared-tree.ts";
import { isTree, type ObjectValue, type StoredValue, setOwn, type Value } from "../event/value.ts";

/** A field with what it is to hold: set in one go where the event has none, else member by member. */
interface SharedField {
  readonly field: FieldReference;
  readonly value: StoredValue;
  readonly members: readonly SharedField[] | undefined;
}

/** Fields that many events get, as constant trees whose JSON is written once. */
export class SharedFields {
  readonly #fields: readonly SharedField[];

  /** @param values what to set, by paths below `references.base` */
  constructor(values: readonly (readonly [path: readonly string[], value: Value])[], references: ReferenceSet) {
    const tree: ObjectValue = {};
    for (const [path, value] of values) put(tree, path, value);
    const members = sharedFields(tree, [], references);
    const whole = references.base;
    this.#fields =
      whole === undefined || members.length < 2 ? members : [{ field: whole, value: new SharedTree(tree), members }];
  }

  apply(event: Event): void {
    for (const field of this.#fields) set(event, field);
  }
}

/** References below a base, each made once. */
export class ReferenceSet {
  /** Undefined for the event's top. */
  readonly base: FieldReference | undefined;
  readonly #made = new Map<string, FieldReference>();

  /** @param base a field reference in brackets, or nothing for the event's top */
  constructor(base: string) {
    this.base = base === "" ? undefined : new FieldReference(base);
  }

  get(path: readonly string[]): FieldReference {
    const text = `${this.base?.text ?? ""}${path.map((name) => `[${name}]`).join("")}`;
    let found = this.#made.get(text);
    if (found === undefined) {
      found = new FieldReference(text);
      this.#made.set(text, found);
    }
    return found;
  }
}

/** A reference in brackets: `[a]` for `a`. */
export function inBrackets(reference: string): string {
  return reference.startsWith("[") ? reference : `[${reference}]`;
}

function sharedFields(tree: ObjectValue, path: readonly string[], references: ReferenceSet): readonly SharedField[] {
  return Object.entries(tree).map(([name, value]) => {
    const place = [...path, name];
    const field = references.get(place);
    if (!isTree(value)) return { field, value, members: undefined };
    const own = value as ObjectValue;
    return { field, value: new SharedTree(own), members: sharedFields(own, place, references) };
  });
}

function set(event: Event, { field, value, members }: SharedField): void {
  if (members === undefined) field.set(event, value);
  else if (!field.setIfAbsent(event, value)) for (const member of members) set(event, member);
}

function put(tree: ObjectValue, path: readonly string[], value: Value): void {
  let node = tree;
  for (const name of path.slice(0, -1)) {
    if (!isTree(node[name])) setOwn(node, name, {});
    node = node[name] as ObjectValue;
  }
  setOwn(node, path.at(-1) as string, value);
}
