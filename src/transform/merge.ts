import { isTree, type Value } from "../event/value.ts";

/**
 * Adds a field's value to another's, as Logstash's `merge` does: lists and single values become one list, an object's members go into
 * an object. Undefined where one is an object and the other is not: these do not go together.
 */
export function mergeValues(into: Value | undefined, added: Value | undefined): Value | undefined {
  if (isTree(into) && isTree(added)) return { ...into, ...added } as Value;
  if (isTree(into) || isTree(added)) return undefined;
  return [...asList(into), ...asList(added)];
}

function asList(value: Value | undefined): readonly Value[] {
  if (value === undefined || value === null) return [];
  return Array.isArray(value) ? (value as readonly Value[]) : [value];
}
