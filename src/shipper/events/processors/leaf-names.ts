import { isTree, type ObjectValue } from "../../../event/value.ts";

/** Names of the fields that a tree under `prefix` sets. */
export function leafNames(tree: ObjectValue, prefix: string): string[] {
  return Object.entries(tree).flatMap(([key, value]) => {
    const name = prefix === "" ? key : `${prefix}.${key}`;
    return isTree(value) ? [name, ...leafNames(value as ObjectValue, name)] : [name];
  });
}
