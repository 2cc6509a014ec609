import type { FieldType } from "./ecs-fields.ts";
import { type ElasticApi, ElasticApiError } from "./elastic-api.ts";
import type { JsonObject } from "./json.ts";
import { ASKED_TYPES } from "./mappings.ts";

/** What a server has. */
export interface Abilities {
  /** `Elasticsearch 8.19.13`; without the right to ask: `Elasticsearch`. */
  readonly server: string;
  readonly missingTypes: ReadonlySet<FieldType>;
  /** `index.mode: logsdb` (8.17). */
  readonly logsdb: boolean;
  /** `ignore_dynamic_beyond_limit` (8.14). */
  readonly fieldsBeyondLimit: boolean;
  /** Failure stores that can be turned off (8.19). */
  readonly failureStore: boolean;
  /** Templates made of component templates that need not be there (8.7). */
  readonly optionalComponents: boolean;
  /** Data stream lifecycle (8.11). */
  readonly streamLifecycle: boolean;
  readonly ilm: boolean;
}

/** Those of an ordinary server of today, for exports that ask none. */
export const ORDINARY: Abilities = {
  server: "an ordinary Elasticsearch, 8.19 or later",
  missingTypes: new Set(),
  logsdb: true,
  fieldsBeyondLimit: true,
  failureStore: true,
  optionalComponents: true,
  streamLifecycle: true,
  ilm: true,
};

/** Asks for what it has by simulating templates, which makes nothing. Rejects with ElasticApiError where that is forbidden. */
export async function askAbilities(api: ElasticApi): Promise<Abilities> {
  const missingTypes = new Set<FieldType>();
  for (const type of ASKED_TYPES) {
    const field = type === "scaled_float" ? { type, scaling_factor: 1000 } : { type };
    if (!(await takes(api, { template: { mappings: { properties: { asked: field } } } }))) missingTypes.add(type);
  }
  const setting = (name: string, value: string | boolean) => takes(api, { template: { settings: { [name]: value } } });
  const absent = "antler-asks@custom";
  return {
    server: await serverName(api),
    missingTypes,
    logsdb: await setting("index.mode", "logsdb"),
    fieldsBeyondLimit: await setting("index.mapping.total_fields.ignore_dynamic_beyond_limit", true),
    failureStore: await takes(api, { template: { data_stream_options: { failure_store: { enabled: false } } } }),
    optionalComponents: await takes(api, { composed_of: [absent], ignore_missing_component_templates: [absent] }),
    streamLifecycle: await takes(api, { template: { lifecycle: { data_retention: "1d" } } }),
    ilm: await setting("index.lifecycle.name", "antler-asks"),
  };
}

/** Whether a template with this would be taken. 400 is a no. */
async function takes(api: ElasticApi, part: JsonObject): Promise<boolean> {
  const template = { index_patterns: ["antler-asks-what-is-there-*"], priority: 1_000_000, data_stream: {}, ...part };
  try {
    await api.call("POST", "/_index_template/_simulate", template);
    return true;
  } catch (error) {
    if (error instanceof ElasticApiError && error.status === 400) return false;
    throw error;
  }
}

async function serverName(api: ElasticApi): Promise<string> {
  try {
    const { version } = await api.call("GET", "/");
    const { number, build_flavor: flavor } = version as JsonObject;
    return flavor === "serverless" ? "Elasticsearch Serverless" : `Elasticsearch ${String(number)}`;
  } catch (error) {
    if (error instanceof ElasticApiError && error.isForbidden) return "Elasticsearch";
    throw error;
  }
}
