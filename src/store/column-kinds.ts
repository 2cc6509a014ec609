/**
 * What values a column of a slice holds, as a set of bits: the encoder notes them, the slice's table gets its types from them.
 * A column with one bit has that type, long and double together are double, everything else is JSON text.
 */
export const KIND_STRING = 1;
export const KIND_LONG = 2;
export const KIND_DOUBLE = 4;
export const KIND_BOOLEAN = 8;
export const KIND_JSON = 16;
export const KIND_TIMESTAMP = 32;

export type ColumnKind = "string" | "long" | "double" | "boolean" | "json" | "timestamp";

/** Bits by path of the field. */
export type KindBits = Record<string, number>;

const KINDS: ReadonlyMap<number, ColumnKind> = new Map([
  [KIND_STRING, "string"],
  [KIND_LONG, "long"],
  [KIND_DOUBLE, "double"],
  [KIND_LONG | KIND_DOUBLE, "double"],
  [KIND_BOOLEAN, "boolean"],
  [KIND_TIMESTAMP, "timestamp"],
]);

export function kindOf(bits: number): ColumnKind {
  return KINDS.get(bits) ?? "json";
}

/** The kind that holds what both hold, when slices differ. */
export function commonKind(a: ColumnKind, b: ColumnKind): ColumnKind {
  if (a === b) return a;
  const numbers = (a === "long" || a === "double") && (b === "long" || b === "double");
  return numbers ? "double" : "json";
}

/** Types of DuckDB. */
export const SQL_TYPES: Readonly<Record<ColumnKind, string>> = {
  string: "VARCHAR",
  long: "BIGINT",
  double: "DOUBLE",
  boolean: "BOOLEAN",
  json: "JSON",
  timestamp: "TIMESTAMP",
};

/** An object without inherited names: fields may be called anything. */
export function byPath<T>(entries: Iterable<readonly [string, T]> = []): Record<string, T> {
  const object = Object.create(null) as Record<string, T>;
  for (const [path, value] of entries) object[path] = value;
  return object;
}

export function mergeKinds(into: KindBits, more: Readonly<KindBits>): void {
  for (const [path, bits] of Object.entries(more)) into[path] = (into[path] ?? 0) | bits;
}

/**
 * DuckDB's column names ignore case, fields do not: a capital letter A is written ^a. Nor may they be empty (^1), or have NUL or a half of a
 * surrogate pair (^0 and four hexadecimal digits).
 */
export function columnName(path: string): string {
  if (path === "") return "^1";
  return path.replace(/[A-Z^\0]|\p{Surrogate}/gu, (letter) => {
    if (letter === "^") return "^^";
    if (/[A-Z]/.test(letter)) return `^${letter.toLowerCase()}`;
    return `^0${letter.charCodeAt(0).toString(16).padStart(4, "0")}`;
  });
}

/** A name quoted for SQL. */
export function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

/** A text quoted for SQL; an expression where it has NUL, at which the engine's parser would end. */
export function literal(text: string): string {
  const quoted = text.split("\0").map((part) => `'${part.replaceAll("'", "''")}'`);
  return quoted.length === 1 ? (quoted[0] as string) : `(${quoted.join(" || chr(0) || ")})`;
}
