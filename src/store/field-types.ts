import type { ColumnKind } from "./column-kinds.ts";

/** How a field is searched: the Elasticsearch type that Antler's templates give it. */
export type FieldType = "keyword" | "text" | "ip" | "date" | "number" | "boolean";

/** Fields that are texts in words (`match_only_text`); ECS has most, `event.original` is one in Antler's own templates. */
const TEXT: ReadonlySet<string> = new Set(["message", "error.message", "event.original"]);

/** Date fields of ECS that have no name by which to know them. */
const DATE: ReadonlySet<string> = new Set([
  "@timestamp",
  "event.created",
  "event.ingested",
  "event.start",
  "event.end",
  "file.accessed",
  "file.created",
  "file.ctime",
  "file.mtime",
  "process.start",
  "process.end",
  "package.installed",
]);

/** The type of a field, by ECS's name for it, else by the values it has. */
export function fieldType(path: string, kind: ColumnKind): FieldType {
  if (kind === "timestamp" || DATE.has(path)) return "date";
  if (kind === "long" || kind === "double") return "number";
  if (kind === "boolean") return "boolean";
  if (TEXT.has(path)) return "text";
  return path === "ip" || path.endsWith(".ip") ? "ip" : "keyword";
}
