import { type ColumnKind, literal } from "./column-kinds.ts";
import type { FieldType } from "./field-types.ts";

/** One value in a condition: a column's, or an element of JSON. */
export interface Scalar {
  /** An expression (SQL); JSON for an element. */
  readonly sql: string;
  readonly kind: Exclude<ColumnKind, "json"> | "element";
  /** More texts (SQL), when words are looked for in several at once. */
  readonly others?: readonly string[];
}

/** Where values of a field are: in a column of their own, or in JSON, which may hold many. */
export interface FieldValues {
  readonly type: FieldType;
  readonly kind: ColumnKind;
  /** The column; for JSON a list of JSON values. */
  readonly sql: string;
  /** JSON: text in which the values stand, for a quick look; undefined where there is none. */
  readonly text?: string;
  /** Columns of more texts, for words: one long condition is prepared much faster than many. */
  readonly others?: readonly string[];
}

/** Fields of words in columns of their own, as one; the rest as it is. */
export function withTextsTogether(fields: readonly FieldValues[]): readonly FieldValues[] {
  const texts = fields.filter(({ kind, type }) => kind === "string" && type === "text");
  const [first, ...others] = texts;
  if (first === undefined || others.length === 0) return fields;
  const together = { ...first, others: [...new Set(others.map(({ sql }) => sql))].filter((sql) => sql !== first.sql) };
  return fields.flatMap((field) => (field === first ? [together] : texts.includes(field) ? [] : [field]));
}

/** All texts of a value. */
export function textsOf(value: Scalar): readonly string[] {
  return [textOf(value), ...(value.others ?? [])];
}

/** The value as text. */
export function textOf({ sql, kind }: Scalar): string {
  if (kind === "string") return sql;
  if (kind === "element") return `(${sql} ->> '$')`;
  return kind === "timestamp" ? `strftime(${sql}, '%Y-%m-%dT%H:%M:%S.%gZ')` : `CAST(${sql} AS VARCHAR)`;
}

/**
 * Whether some value of a field fulfils a condition (SQL, never NULL). Of `sought`, such a value has one: JSON without them is
 * not looked at. Objects are no values.
 */
export function someValue(
  field: FieldValues,
  test: (value: Scalar) => string | undefined,
  sought: readonly string[] = [],
): string {
  if (field.kind !== "json") {
    const { sql, kind, others = [] } = field;
    const condition = test({ sql, kind, others });
    return condition === undefined || condition === "FALSE" ? "FALSE" : `coalesce(${condition}, FALSE)`;
  }
  const condition = test({ sql: "v", kind: "element" });
  if (condition === undefined || condition === "FALSE") return "FALSE";
  const isValue = "json_type(v) NOT IN ('OBJECT', 'ARRAY', 'NULL')";
  const some = `coalesce(len(list_filter(${field.sql}, lambda v: ${isValue} AND ${condition})) > 0, FALSE)`;
  const { text } = field;
  if (text === undefined || sought.length === 0) return some;
  // Letters may stand behind a backslash in JSON, in another way.
  const quick = [...sought, "\\"].map((letters) => `contains(CAST(${text} AS VARCHAR), ${literal(letters)})`);
  return `(CASE WHEN ${quick.join(" OR ")} THEN ${some} ELSE FALSE END)`;
}

/** Whether there is something at all, in objects too: letters or digits that are no keys, `true` or `false`. */
export function hasSomething(list: string): string {
  const withoutKeys = `regexp_replace(CAST(to_json(${list}) AS VARCHAR), '"(?:[^"\\\\]|\\\\.)*"\\s*:', '', 'g')`;
  return `coalesce(regexp_matches(${withoutKeys}, '["0-9tf]'), FALSE)`;
}

/** The elements of JSON, or itself where it is no array, as a list of JSON. */
export function elementsOf(sql: string): string {
  return `(CASE WHEN json_type(${sql}) = 'ARRAY' THEN json_extract(${sql}, '$[*]') ELSE [${sql}] END)`;
}

/** The values below JSON at a path of names, through arrays at every step, as a list of JSON. */
export function valuesAt(sql: string, path: readonly string[]): string {
  return path.reduce(
    (list, name) =>
      flattened(`list_transform(${list}, lambda e: json_extract(e, ${literal(`$.${JSON.stringify(name)}`)}))`),
    elementsOf(sql),
  );
}

/** All values of the objects in JSON, three levels deep, as a list of JSON. */
export function allValues(sql: string): string {
  const paths = ["$[*].*", "$[*].*[*]", "$[*].*.*", "$[*].*.*[*]", "$[*].*[*].*", "$.*", "$.*[*]", "$.*.*"];
  return `(${paths.map((path) => `json_extract(${sql}, '${path}')`).join(" || ")})`;
}

/** The values of the objects in JSON whose names, behind a prefix, fit an expression; two levels deep. */
export function valuesLike(sql: string, before: string, expression: string): string {
  const fitting = (prefix: string): string =>
    `lambda k: regexp_full_match(${prefix} || k, ${literal(`(?s)${expression}`)})`;
  const at = (key: string): string => `'$."' || replace(${key}, '"', '\\"') || '"'`;
  const first = literal(before);
  const direct = (e: string): string =>
    `list_transform(list_filter(json_keys(${e}), ${fitting(first)}), lambda k: json_extract(${e}, ${at("k")}))`;
  const second = (e: string): string =>
    `flatten(list_transform(json_keys(${e}), lambda j: list_transform(list_filter(json_keys(json_extract(${e}, ${at("j")})), ${fitting(`${first} || j || '.'`)}), lambda k: json_extract(json_extract(${e}, ${at("j")}), ${at("k")}))))`;
  return flattened(`flatten(list_transform(${elementsOf(sql)}, lambda e: ${direct("e")} || ${second("e")}))`);
}

function flattened(list: string): string {
  return `flatten(list_transform(${list}, lambda e: CASE WHEN json_type(e) = 'ARRAY' THEN json_extract(e, '$[*]') ELSE [e] END))`;
}
