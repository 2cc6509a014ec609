import type { EcsMode } from "../../plugin/definitions.ts";

/** Options that only make sense for indices: with one of them `data_stream => auto` means an index. */
export const INDEX_OPTIONS = [
  "index",
  "document_id",
  "version",
  "version_type",
  "retry_on_conflict",
  "doc_as_upsert",
  "upsert",
  "script",
  "scripted_upsert",
  "join_field",
  "parent",
  "ilm_enabled",
  "ilm_rollover_alias",
  "ilm_pattern",
  "ilm_policy",
  "manage_template",
  "template",
  "template_name",
  "template_overwrite",
  "template_api",
] as const;

/** What decides where documents go. Options that are not named are not set. */
export type DataStreamSettings = {
  readonly data_stream: string;
  readonly action?: string | undefined;
} & {
  readonly [name in (typeof INDEX_OPTIONS)[number]]?: string | number | boolean | undefined;
} & {
  readonly index?: string | undefined;
  readonly document_id?: string | undefined;
  readonly ilm_enabled?: string | undefined;
  readonly ilm_rollover_alias?: string | undefined;
};

/** Whether the output writes to data streams, as Logstash decides it. */
export function usesDataStream(settings: DataStreamSettings, ecs: EcsMode): boolean {
  if (settings.data_stream !== "auto") return settings.data_stream === "true";
  if (ecs === "disabled") return false;
  if (settings.action !== undefined && settings.action !== "create") return false;
  return INDEX_OPTIONS.every((name) => settings[name] === undefined);
}

/** Whether the output writes to the alias that index lifecycle management rolls over. */
export function usesRolloverAlias({ ilm_enabled, ilm_rollover_alias }: DataStreamSettings): boolean {
  return ilm_enabled === "true" || (ilm_rollover_alias !== undefined && ilm_enabled !== "false");
}

/** The index, or alias, that is written to where it is no data stream; a template with Logstash's names as defaults. */
export function indexTemplate(settings: DataStreamSettings, ecs: EcsMode): string {
  const usual = ecs === "disabled" ? "logstash" : "ecs-logstash";
  if (usesRolloverAlias(settings)) return settings.ilm_rollover_alias ?? usual;
  return settings.index ?? `${usual}-%{+yyyy.MM.dd}`;
}

export const DATA_STREAM_PARTS = ["type", "dataset", "namespace"] as const;
export type DataStreamPart = (typeof DATA_STREAM_PARTS)[number];
export const DATA_STREAM_DEFAULTS: Readonly<Record<DataStreamPart, string>> = {
  type: "logs",
  dataset: "generic",
  namespace: "default",
};

/** Longest part of a data stream's name, in bytes (ECS, data_stream.dataset and data_stream.namespace). */
const PART_LIMIT = 100;

/**
 * A part of a data stream's name made safe: lower case, none of the characters that Elasticsearch refuses in index names, no `-` in type and
 * dataset, at most 100 bytes. Source: ECS, "Data Stream Fields"; Elasticsearch, "Create index API".
 */
export function dataStreamPart(name: string, part: DataStreamPart): string {
  let safe = name.toLowerCase().replace(/[\\/*?"<>| ,#:]/g, "_");
  if (part !== "namespace") safe = safe.replaceAll("-", "_");
  if (part === "type") safe = safe.replace(/^[._+]+/, "");
  while (Buffer.byteLength(safe) > PART_LIMIT) safe = safe.slice(0, -1);
  // Half of a character that was cut, or came so.
  safe = safe.replace(/\p{Surrogate}/gu, "_");
  return safe === "" || safe === "." || safe === ".." ? "_" : safe;
}
