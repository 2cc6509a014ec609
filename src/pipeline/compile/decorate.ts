import type { Event } from "../../event/event.ts";
import { FieldReference } from "../../event/field-reference.ts";
import type { StoredValue, Value } from "../../event/value.ts";
import { compileSprintf, type Sprintf } from "../../language/sprintf.ts";
import type { Hash, HashValue } from "../../plugin/options.ts";

/** The options that every filter has. */
export interface CommonFilterSettings {
  readonly add_field?: Hash;
  readonly add_tag?: readonly string[];
  readonly remove_field?: readonly string[];
  readonly remove_tag?: readonly string[];
}

/** Field names with `%{…}` in them are parsed when they are first made; so many are remembered. */
const NAME_LIMIT = 1000;

type Resolve = (event: Event) => FieldReference;

/** What a filter does to an event that it matched, besides its own work; undefined when there is nothing. */
export function compileDecoration(settings: CommonFilterSettings): ((event: Event) => void) | undefined {
  const steps: ((event: Event) => void)[] = [
    ...Object.entries(settings.add_field ?? {}).map(([name, value]) => addField(name, value)),
    ...(settings.remove_field ?? []).map(removeField),
    ...(settings.add_tag ?? []).map((tag) => {
      const text = compileSprintf(tag);
      return (event: Event) => event.tag(text(event));
    }),
    ...(settings.remove_tag ?? []).map((tag) => {
      const text = compileSprintf(tag);
      return (event: Event) => event.untag(text(event));
    }),
  ];
  if (steps.length === 0) return undefined;
  return (event) => {
    for (const step of steps) step(event);
  };
}

/** Adds a field; one that is there becomes a list with the new value at its end. */
function addField(name: string, value: HashValue): (event: Event) => void {
  const resolve = fieldName(name);
  const make = compileValue(value);
  return (event) => {
    const reference = resolve(event);
    const added = make(event);
    const before = reference.get(event);
    if (before === undefined || before === null) reference.set(event, added);
    else
      reference.set(event, [
        ...(Array.isArray(before) ? before : [before]),
        ...(Array.isArray(added) ? added : [added]),
      ]);
  };
}

function removeField(name: string): (event: Event) => void {
  const resolve = fieldName(name);
  return (event) => {
    resolve(event).remove(event);
  };
}

function fieldName(name: string): Resolve {
  if (!name.includes("%{")) {
    const reference = new FieldReference(name);
    return () => reference;
  }
  const text: Sprintf = compileSprintf(name);
  const known = new Map<string, FieldReference>();
  return (event) => {
    const made = text(event);
    let reference = known.get(made);
    if (reference === undefined) {
      reference = new FieldReference(made);
      if (known.size < NAME_LIMIT) known.set(made, reference);
    }
    return reference;
  };
}

/** A value of a hash option with its `%{…}` filled in for each event. */
export function compileValue(value: HashValue): (event: Event) => Value {
  if (typeof value === "string") return compileSprintf(value);
  if (Array.isArray(value)) {
    const items = value.map((item: HashValue) => compileValue(item));
    return (event) => items.map((item) => item(event));
  }
  if (typeof value === "number" || typeof value === "boolean") {
    const text = String(value);
    return () => text;
  }
  const entries = Object.entries(value).map(([key, item]) => [compileSprintf(key), compileValue(item)] as const);
  return (event) =>
    Object.fromEntries(entries.map(([key, item]) => [key(event), item(event)])) as Record<string, StoredValue> as Value;
}
