import type { FieldType } from "./ecs-fields.ts";
import { type ElasticApi, ElasticApiError } from "./elastic-api.ts";
import { type JsonObject, objectAt } from "./json.ts";
import { ASKED_TYPES } from "./mappings.ts";

/** What a server has. */
export interface Abilities {
  /** `Elasticsearch 8.19.13`; without the right to ask: `Elasticsearch`. */
  readonly server: string;
  /** Whether it was asked; else presumed. */
  readonly asked: boolean;
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
  asked: false,
  missingTypes: new Set(),
  logsdb: true,
  fieldsBeyondLimit: true,
  failureStore: true,
  optionalComponents: true,
  streamLifecycle: true,
  ilm: true,
};

/**
 * Asks for what it has by simulating templates, which makes nothing. Without the right to do that (`manage_index_templates`) its version says
 * it, and an ordinary server's types are presumed.
 */
export async function askAbilities(api: ElasticApi): Promise<Abilities> {
  const { name, number, isServerless } = await serverVersion(api);
  try {
    return { ...(await askedAbilities(api)), server: name, asked: true };
  } catch (error) {
    if (!(error instanceof ElasticApiError) || error.status !== 403) throw error;
    const since = (major: number, minor: number) => number === undefined || number >= major * 1000 + minor;
    return {
      server: name,
      asked: false,
      missingTypes: new Set(),
      logsdb: since(8, 17),
      fieldsBeyondLimit: since(8, 14),
      failureStore: since(8, 19),
      optionalComponents: since(8, 7),
      streamLifecycle: since(8, 11),
      ilm: !isServerless,
    };
  }
}

async function askedAbilities(api: ElasticApi): Promise<Omit<Abilities, "server" | "asked">> {
  const missingTypes = new Set<FieldType>();
  for (const type of ASKED_TYPES) {
    const field = type === "scaled_float" ? { type, scaling_factor: 1000 } : { type };
    if (!(await takes(api, { template: { mappings: { properties: { asked: field } } } }))) missingTypes.add(type);
  }
  const setting = (name: string, value: string | boolean) => takes(api, { template: { settings: { [name]: value } } });
  const absent = "antler-asks@custom";
  return {
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

/** `number`: 8019 for 8.19; undefined where it says nothing (serverless) or may not be asked. */
async function serverVersion(
  api: ElasticApi,
): Promise<{ readonly name: string; readonly number: number | undefined; readonly isServerless: boolean }> {
  let version: JsonObject;
  try {
    version = objectAt(await api.call("GET", "/"), "version");
  } catch (error) {
    if (!(error instanceof ElasticApiError) || error.status !== 403) throw error;
    return { name: "Elasticsearch", number: undefined, isServerless: false };
  }
  if (version["build_flavor"] === "serverless")
    return { name: "Elasticsearch Serverless", number: undefined, isServerless: true };
  const text = String(version["number"]);
  const [major = 0, minor = 0] = text.split(".").map(Number);
  return { name: `Elasticsearch ${text}`, number: major * 1000 + minor, isServerless: false };
}
