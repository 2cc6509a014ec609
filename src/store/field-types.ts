import type { ColumnKind } from "./column-kinds.ts";

/**
 * How a field is searched: Elasticsearch's type for it. "text" is `match_only_text`; "dynamic": every value by its own kind, as Elasticsearch's
 * mapping would come from it; "nested" is an array of objects that only `path: { … }` reaches.
 */
export type FieldType =
  | "keyword"
  | "wildcard"
  | "text"
  | "ip"
  | "date"
  | "long"
  | "double"
  | "boolean"
  | "dynamic"
  | "nested";

/** Names as a list of patterns: `*` is anything, also dots; anchored at both ends. */
const names = (...patterns: readonly string[]): RegExp =>
  new RegExp(`^(?:${patterns.map((name) => name.replaceAll(".", "\\.").replaceAll("*", ".*")).join("|")})$`);

const TEXT = names("message", "*.message", "event.original");
const IP = names("ip", "*.ip", "*_ip");
const WILDCARD = names("*.io.text", "*.message_id", "*registry.data.strings", "*url.path");
const WILDCARD_WITH_TEXT = names("*.body.content", "*url.full", "*url.original", "*command_line", "*stack_trace"); // prettier-ignore
const KEYWORD_WITH_TEXT = names(
  "*.title",
  "*.executable",
  "*.name",
  "*.working_directory",
  "*.full_name",
  "*file.path",
  "*file.target_path",
  "*os.full",
  "*email.subject",
  "*vulnerability.description",
  "*user_agent.original",
); // prettier-ignore
const DATE = names(
  "@timestamp",
  "*.timestamp",
  "*_timestamp",
  "*.not_after",
  "*.not_before",
  "*.accessed",
  "created",
  "*.created",
  "*.installed",
  "*.creation_date",
  "*.ctime",
  "*.mtime",
  "ingested",
  "*.ingested",
  "*.start",
  "*.end",
  "*.indicator.first_seen",
  "*.indicator.last_seen",
  "*.indicator.modified_at",
  "*threat.enrichments.matched.occurred",
); // prettier-ignore
/** Objects of which every value is a keyword (`flattened`). */
const FLATTENED = names("*structured_data", "*structured_data.*", "*exports.*", "*imports.*");

/**
 * The type of a field by its name and the values it has. Source: the templates `logs@mappings` and `ecs@mappings` that Elasticsearch 8.19 has for
 * `logs-*-*`, in the order of their rules. Other than there `event.original` is searched, keywords have no greatest length (1,024), `_score` fields are double, and
 * a field of which values are of several kinds has the type "dynamic" instead of that of the first document.
 */
export function fieldType(path: string, kind: ColumnKind): FieldType {
  if (path === "@timestamp" || kind === "timestamp") return "date";
  if (TEXT.test(path)) return "text";
  if (IP.test(path) && (kind === "string" || kind === "json")) return "ip";
  if (WILDCARD.test(path) || WILDCARD_WITH_TEXT.test(path)) return "wildcard";
  if (KEYWORD_WITH_TEXT.test(path)) return "keyword";
  if (DATE.test(path)) return "date";
  if (FLATTENED.test(path)) return "keyword";
  if (kind === "json") return "dynamic";
  return kind === "string" ? "keyword" : kind;
}

/** Whether the field has a sub-field `.text` in which its words are searched. */
export function hasTextField(path: string): boolean {
  if (TEXT.test(path) || WILDCARD.test(path)) return false;
  return KEYWORD_WITH_TEXT.test(path) || WILDCARD_WITH_TEXT.test(path);
}
