import type { EcsMode } from "../../plugin/definitions.ts";

/** Options that only make sense for indices: with one of them `data_stream => auto` means an index. */
const INDEX_OPTIONS = ["index", "document_id"] as const;

/** Whether the output writes to data streams, as Logstash decides it. */
export function usesDataStream(
  settings: {
    readonly data_stream: string;
    readonly index?: string | undefined;
    readonly document_id?: string | undefined;
    readonly action?: string | undefined;
  },
  ecs: EcsMode,
): boolean {
  if (settings.data_stream !== "auto") return settings.data_stream === "true";
  if (ecs === "disabled") return false;
  if (settings.action !== undefined && settings.action !== "create") return false;
  return INDEX_OPTIONS.every((name) => settings[name] === undefined);
}

export const DATA_STREAM_PARTS = ["type", "dataset", "namespace"] as const;
export type DataStreamPart = (typeof DATA_STREAM_PARTS)[number];

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
