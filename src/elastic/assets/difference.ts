import { canonicalText, type Json, type JsonObject, leaves } from "./json.ts";

/** A leaf that differs; `before` or `after` is undefined where it is not there. Paths have dots. */
export interface Difference {
  readonly path: string;
  readonly before?: Json;
  readonly after?: Json;
}

/** What differs between two bodies, by path in order. */
export function differences(before: JsonObject, after: JsonObject): Difference[] {
  const [old, wanted] = [leaves(before), leaves(after)];
  const paths = [...new Set([...old.keys(), ...wanted.keys()])].sort();
  return paths.flatMap((path): Difference[] => {
    const [had, has] = [old.get(path), wanted.get(path)];
    if (had !== undefined && has !== undefined && canonicalText(had) === canonicalText(has)) return [];
    return [{ path, ...(had === undefined ? {} : { before: had }), ...(has === undefined ? {} : { after: has }) }];
  });
}
