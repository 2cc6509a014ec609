import { type Asset, ownership } from "./asset.ts";
import { INDEX_TEMPLATE } from "./asset-kinds.ts";
import { type ElasticApi, ElasticApiError } from "./elastic-api.ts";
import { patternsOverlap } from "./index-patterns.ts";
import { isObject, type JsonObject, objectAt } from "./json.ts";
import { CATCH_ALL } from "./template-assets.ts";

/** An index template of the cluster. */
export interface FoundTemplate {
  readonly name: string;
  readonly patterns: readonly string[];
  readonly priority: number;
  readonly ours: boolean;
}

/** All index templates; none where they may not be looked at (each asset says that by itself). */
export async function readIndexTemplates(api: ElasticApi): Promise<FoundTemplate[]> {
  let answer: JsonObject;
  try {
    answer = await api.call("GET", "/_index_template");
  } catch (error) {
    if (error instanceof ElasticApiError && error.isForbidden) return [];
    throw error;
  }
  const list = (answer["index_templates"] ?? []) as readonly JsonObject[];
  return list.map((entry) => {
    const body = objectAt(entry, "index_template");
    const { index_patterns: patterns, priority } = body;
    return {
      name: String(entry["name"]),
      patterns: (Array.isArray(patterns) ? patterns : [patterns]).map(String),
      priority: typeof priority === "number" ? priority : 0,
      ours: ownership(INDEX_TEMPLATE, body) !== "foreign",
    };
  });
}

/** Whether all data streams logs-*-* have a template that is not ours. */
export function coversAllLogs(templates: readonly FoundTemplate[]): boolean {
  const whole = new Set(["*", "logs-*", `${CATCH_ALL.type}-*-*`]);
  return templates.some(({ ours, patterns }) => !ours && patterns.some((pattern) => whole.has(pattern)));
}

/** Index templates that go before one of ours, or that Elasticsearch would refuse beside it. */
export interface Neighbours {
  readonly before: readonly FoundTemplate[];
  /** Of the same priority for some of the same names. */
  readonly refused: readonly FoundTemplate[];
}

export function neighboursOf(asset: Asset, templates: readonly FoundTemplate[]): Neighbours {
  const { index_patterns: own, priority } = asset.body as { index_patterns: readonly string[]; priority: number };
  const near = templates.filter(
    ({ name, patterns }) =>
      name !== asset.name && patterns.some((pattern) => own.some((mine) => patternsOverlap(pattern, mine))),
  );
  return {
    before: near.filter((template) => !template.ours && template.priority > priority),
    refused: near.filter((template) => template.priority === priority),
  };
}

/**
 * How a data stream of this name, made now, would hide documents or parts of them that Antler's dead letters would keep: words for a message,
 * none where it does not.
 */
export async function hidingSettings(api: ElasticApi, stream: string): Promise<string[]> {
  let template: JsonObject;
  try {
    const answer = await api.call("POST", `/_index_template/_simulate_index/${encodeURIComponent(stream)}`);
    template = objectAt(answer, "template");
  } catch (error) {
    if (error instanceof ElasticApiError) return [];
    throw error;
  }
  const index = objectAt(objectAt(template, "settings"), "index");
  const malformed = objectAt(index, "mapping")["ignore_malformed"] ?? (index["mode"] === "logsdb" ? "true" : "false");
  const store = objectAt(objectAt(template, "data_stream_options"), "failure_store")["enabled"];
  return [
    ...(malformed === "true"
      ? ["ignore_malformed is on: a value that does not fit is left out of the index, and the document is taken"]
      : []),
    ...(store === true || store === "true"
      ? ["its failure store is on: a document that does not fit goes there, and the ledger counts it so"]
      : []),
  ];
}

/** Data streams that there are for a pattern. They keep their settings until they are rolled over. None where they may not be looked at. */
export async function existingStreams(api: ElasticApi, patterns: readonly string[]): Promise<string[]> {
  try {
    const answer = await api.call("GET", `/_resolve/index/${patterns.map(encodeURIComponent).join(",")}`);
    const list = answer["data_streams"];
    return Array.isArray(list) ? list.flatMap((item) => (isObject(item) ? [String(item["name"])] : [])) : [];
  } catch (error) {
    if (error instanceof ElasticApiError) return [];
    throw error;
  }
}
