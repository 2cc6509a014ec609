import { type ColumnKind, literal } from "./column-kinds.ts";
import type { FieldType } from "./field-types.ts";

/** A field as a condition reaches it: an expression that gives its value, or JSON that may hold several. */
export interface StoreField {
  readonly sql: string;
  readonly kind: ColumnKind;
  readonly type: FieldType;
  /** The items are objects, which the condition wants as JSON. */
  readonly objects?: boolean;
  /** Path inside the items of an array of objects. */
  readonly inner?: string;
}

/** A field inside the objects of an array. */
export function itemsAt(sql: string, inner: string): Omit<StoreField, "type"> {
  return { sql, kind: "json", inner };
}

/** Whether some value of a field fulfils a condition. `item` names it inside; another name than around it. */
export function anyOf(field: StoreField, test: (sql: string) => string, item = "v"): string {
  if (field.kind !== "json") {
    const condition = test(field.sql);
    return condition === "FALSE" ? "FALSE" : `(${field.sql} IS NOT NULL AND ${condition})`;
  }
  const condition = test(item);
  if (condition === "FALSE") return "FALSE";
  return `(len(list_filter(${listOf(field)}, ${item} -> ${item} IS NOT NULL AND ${condition})) > 0)`;
}

/** The values of JSON as a list: texts, or JSON again for objects. */
function listOf({ sql, inner, objects }: StoreField): string {
  const get = objects === true ? "->" : "->>";
  const steps = (inner?.split(".") ?? []).map((name) => `.${JSON.stringify(name)}`).join("");
  const each = literal(`$[*]${steps}`);
  const one = literal(`$${steps}`);
  return `(CASE WHEN json_type(${sql}) = 'ARRAY' THEN ${sql} ${get} ${each} ELSE [${sql} ${get} ${one}] END)`;
}
