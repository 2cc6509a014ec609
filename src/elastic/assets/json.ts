export type Json = null | boolean | number | string | readonly Json[] | JsonObject;
export interface JsonObject {
  readonly [name: string]: Json;
}

export function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The object at a name; an empty one where there is none. */
export function objectAt(value: JsonObject | undefined, name: string): JsonObject {
  const found = value?.[name];
  return isObject(found) ? found : {};
}

/** JSON text that is the same for the same value whatever the order of members. */
export function canonicalText(value: Json): string {
  if (Array.isArray(value)) return `[${value.map(canonicalText).join(",")}]`;
  if (!isObject(value)) return JSON.stringify(value);
  const members = Object.keys(value).sort();
  return `{${members.map((name) => `${JSON.stringify(name)}:${canonicalText(value[name] as Json)}`).join(",")}}`;
}

/** Leaves by their path with dots; arrays and empty objects are leaves. */
export function leaves(value: JsonObject, prefix = ""): Map<string, Json> {
  const found = new Map<string, Json>();
  for (const [name, member] of Object.entries(value)) {
    const path = `${prefix}${name}`;
    if (isObject(member) && Object.keys(member).length > 0) {
      for (const [inner, leaf] of leaves(member, `${path}.`)) found.set(inner, leaf);
    } else found.set(path, member);
  }
  return found;
}
