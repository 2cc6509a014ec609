import { columnKinds, linesTable } from "./close-slice.ts";
import {
  byPath,
  type ColumnKind,
  columnName,
  commonKind,
  type KindBits,
  literal,
  quoted,
  SQL_TYPES,
} from "./column-kinds.ts";
import { SAME_COLUMN } from "./flat-writer.ts";
import { TWINS } from "./twins.ts";

/** A slice, or several with the same columns, as a table of the engine. */
export interface Part {
  /** What stands behind FROM. */
  readonly table: string;
  readonly columns: Readonly<Record<string, ColumnKind>>;
}

/** A field that a search can use. */
export interface FieldColumn {
  readonly path: string;
  readonly kind: ColumnKind;
}

export function closedPart(paths: readonly string[], columns: Readonly<Record<string, ColumnKind>>): Part {
  return {
    table: `read_parquet([${paths.map(literal).join(", ")}], hive_partitioning = false)`,
    columns: byPath(Object.entries(columns)),
  };
}

export function openPart(path: string, rows: number, longest: number, kinds: KindBits): Part {
  const columns = columnKinds(kinds);
  return { table: linesTable(path, { rows, longest }, columns), columns };
}

/** All fields of the parts, each of the kind that holds what every part has. */
export function fieldsOf(parts: readonly Part[]): FieldColumn[] {
  const kinds = new Map<string, ColumnKind>();
  for (const part of parts) {
    for (const [path, kind] of Object.entries(fieldKinds(part))) {
      const known = kinds.get(path);
      // A time that is none in one slice is no reason to lose the order of all.
      if (path === "@timestamp") kinds.set(path, "timestamp");
      else kinds.set(path, known === undefined ? kind : commonKind(known, kind));
    }
  }
  return [...kinds].map(([path, kind]) => ({ path, kind })).sort((a, b) => (a.path < b.path ? -1 : 1));
}

/** A query over all parts: one column for each field, named by its path as `columnName` writes it. */
export function unionOf(parts: readonly Part[], fields: readonly FieldColumn[]): string {
  return parts
    .map((part) => {
      const kinds = fieldKinds(part);
      const columns = fields.map(
        (field) => `${expression(part, field, kinds[field.path])} AS ${quoted(columnName(field.path))}`,
      );
      return `SELECT ${columns.join(", ")} FROM ${part.table}`;
    })
    .join("\nUNION ALL\n");
}

/** Kinds of a part's fields, those included that are made from their twins. */
function fieldKinds(part: Part): Record<string, ColumnKind> {
  const kinds = byPath(Object.entries(part.columns));
  if (kinds[SAME_COLUMN] === undefined) return kinds;
  delete kinds[SAME_COLUMN];
  for (const twin of TWINS) {
    if (!twin.from.every((path) => part.columns[path] !== undefined)) continue;
    const kind = twin.path.startsWith("related.") ? "json" : "string";
    const own = part.columns[twin.path];
    kinds[twin.path] = own === undefined ? kind : commonKind(own, kind);
  }
  return kinds;
}

function expression(part: Part, field: FieldColumn, kind: ColumnKind | undefined): string {
  if (kind === undefined) return `NULL::${SQL_TYPES[field.kind]}`;
  const stored = part.columns[field.path];
  const own = stored === undefined ? undefined : cast(quoted(columnName(field.path)), stored, kind);
  return cast(withTwins(part, field.path, own, kind), kind, field.kind);
}

function withTwins(part: Part, path: string, own: string | undefined, kind: ColumnKind): string {
  const twins =
    part.columns[SAME_COLUMN] === undefined
      ? []
      : TWINS.filter((twin) => twin.path === path && twin.from.every((from) => part.columns[from] !== undefined));
  if (twins.length === 0) return own ?? `NULL::${SQL_TYPES[kind]}`;
  const cases = twins.map((twin) => {
    const made = twin.sql((from) => cast(quoted(columnName(from)), part.columns[from] as ColumnKind, "string"));
    const ownKind = path.startsWith("related.") ? "json" : "string";
    return `WHEN (${quoted(SAME_COLUMN)} & ${twin.bit}) <> 0 THEN ${cast(made, ownKind, kind)}`;
  });
  return `CASE ${cases.join(" ")} ELSE ${own ?? "NULL"} END`;
}

function cast(sql: string, from: ColumnKind, to: ColumnKind): string {
  if (from === to) return sql;
  if (to === "json") return `to_json(${sql})`;
  if (to === "timestamp") return `TRY_CAST(${from === "json" ? `(${sql} ->> '$')` : sql} AS TIMESTAMP)`;
  if (from === "json") return `(${sql} ->> '$')`;
  return `CAST(${sql} AS ${SQL_TYPES[to]})`;
}
