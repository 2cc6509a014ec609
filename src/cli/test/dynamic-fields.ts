import { alignDocuments } from "./align.ts";
import type { Document } from "./documents.ts";

/** Documents with the values that dynamic fields had in the file before, where these still match: such a file changes only where it must. */
export function keepDynamic(
  before: readonly Document[],
  now: readonly Document[],
  dynamic: ReadonlyMap<string, RegExp>,
  textOf: (value: unknown) => string,
): readonly Document[] {
  if (dynamic.size === 0) return now;
  const kept = structuredClone(now) as Document[];
  for (const [old, own] of alignDocuments(before, now)) {
    if (old === undefined || own === undefined) continue;
    for (const [field, expression] of dynamic) {
      const [was, is] = [at(before[old], field), at(kept[own], field)];
      if (was === undefined || is === undefined) continue;
      if (expression.test(textOf(was.value)) && expression.test(textOf(is.value))) is.parent[is.key] = was.value;
    }
  }
  return kept;
}

interface Place {
  readonly parent: Record<string, unknown>;
  readonly key: string;
  readonly value: unknown;
}

function at(document: Document | undefined, field: string): Place | undefined {
  const names = field.split(".");
  const key = names.pop() as string;
  let tree: unknown = document;
  for (const name of names) tree = (tree as Document | undefined)?.[name];
  if (typeof tree !== "object" || tree === null || !Object.hasOwn(tree, key)) return undefined;
  const parent = tree as Record<string, unknown>;
  return { parent, key, value: parent[key] };
}
