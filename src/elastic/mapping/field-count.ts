import type { FieldMapping, IndexMapping } from "./mapping.ts";

/**
 * Fields as `index.mapping.total_fields.limit` counts them: objects, fields, their multi-fields, aliases and runtime fields, the document itself not.
 * Source: Elasticsearch, "Mapping limit settings".
 */
export function countFields({ root, runtime }: IndexMapping): number {
  return countIn(root) + runtime.size;
}

function countIn(field: FieldMapping): number {
  let count = 0;
  for (const own of field.properties.values()) count += 1 + countIn(own) + own.fields.length;
  return count;
}
