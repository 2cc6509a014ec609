import type { FieldRow, FieldType } from "./ecs-fields.ts";
import type { Json, JsonObject } from "./json.ts";

/** Longest text that is indexed as one term, in characters; longer ones stay in the document and are not found by it (ECS). */
const LONGEST_TERM = 1024;

/** What to use where a server has no such type. Only types of modules that a cut-down server leaves out. */
const REPLACEMENT: Partial<Readonly<Record<FieldType, FieldType | "text">>> = {
  wildcard: "keyword",
  constant_keyword: "keyword",
  match_only_text: "text",
  scaled_float: "float",
};

/** Types that a server may lack. */
export const ASKED_TYPES: readonly FieldType[] = Object.keys(REPLACEMENT) as FieldType[];

/** The mapping of one type, by what the server has. */
function fieldMapping(type: FieldType, text: boolean, missing: ReadonlySet<FieldType>): JsonObject {
  const used = missing.has(type) ? (REPLACEMENT[type] ?? type) : type;
  const words = missing.has("match_only_text") ? "text" : "match_only_text";
  return {
    type: used,
    ...(used === "keyword" || used === "flattened" ? { ignore_above: LONGEST_TERM } : {}),
    ...(used === "scaled_float" ? { scaling_factor: 1000 } : {}),
    ...(text ? { fields: { text: { type: words } } } : {}),
  };
}

/** `properties` of a mapping. */
export function fieldProperties(rows: readonly FieldRow[], missing: ReadonlySet<FieldType>): JsonObject {
  const root: Record<string, Json> = {};
  for (const { type, text, names } of rows) {
    for (const name of names) {
      const path = name.split(".");
      const last = path.pop() as string;
      let node = root;
      for (const step of path) {
        const inner = (node[step] ?? { properties: {} }) as { properties: Record<string, Json> };
        node[step] = inner;
        node = inner.properties;
      }
      node[last] = fieldMapping(type, text, missing);
    }
  }
  return root;
}

/**
 * How fields are mapped that no template knows. Texts become keywords and nothing else (Elasticsearch's own way makes two fields of each); texts
 * that look like dates stay texts, else the first value of a field decides whether later ones are refused; labels are texts whatever they hold.
 */
export const DYNAMIC_MAPPING: JsonObject = {
  dynamic: true,
  date_detection: false,
  numeric_detection: false,
  dynamic_templates: [
    ...["long", "double", "boolean"].map((found) => ({
      [`labels_${found}`]: {
        path_match: "labels.*",
        match_mapping_type: found,
        mapping: { type: "keyword", ignore_above: LONGEST_TERM },
      },
    })),
    {
      texts: { match_mapping_type: "string", mapping: { type: "keyword", ignore_above: LONGEST_TERM } },
    },
    // Not float, which keeps seven digits only.
    { fractions: { match_mapping_type: "double", mapping: { type: "double" } } },
  ],
};
