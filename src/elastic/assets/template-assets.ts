import type { Abilities } from "./abilities.ts";
import type { Asset } from "./asset.ts";
import { COMPONENT_TEMPLATE, ILM_POLICY, INDEX_TEMPLATE } from "./asset-kinds.ts";
import { datasetFields } from "./dataset-fields.ts";
import { ECS_FIELDS } from "./ecs-fields.ts";
import type { Json, JsonObject } from "./json.ts";
import { DYNAMIC_MAPPING, fieldProperties } from "./mappings.ts";

/** `logs-nginx.access-*` is type logs, dataset nginx.access. Names are those of data streams: no `-` in type and dataset. */
export interface Dataset {
  readonly type: string;
  readonly dataset: string;
}

export interface TemplateWishes {
  readonly datasets: readonly Dataset[];
  /** Only data streams of this namespace; undefined: of any. */
  readonly namespace: string | undefined;
  /** How long documents are kept: `30d`. Undefined: for ever. */
  readonly retention: string | undefined;
  /** A lifecycle policy also where the server has data stream lifecycles. */
  readonly ilm: boolean;
  /** A template for all other logs-*-*; not made for one namespace alone. */
  readonly catchAll: boolean;
}

/** What a server cannot be given, and why. */
export interface ImpossibleAsset {
  readonly kind: Asset["kind"];
  readonly name: string;
  readonly reason: string;
}

export interface TemplateAssets {
  /** Each stands behind those that it is made of. */
  readonly assets: readonly Asset[];
  readonly impossible: readonly ImpossibleAsset[];
}

const ECS = "antler-ecs";
const SETTINGS = "antler-settings";
const RETENTION = "antler-retention";
export const CATCH_ALL: Dataset = { type: "logs", dataset: "*" };

/**
 * Fleet's templates for integrations have 200 and stay before ours; Elasticsearch's own logs-*-* has 100.
 */
const PRIORITY = 190;
/** Before those of the same dataset that are for any namespace. */
const NAMESPACE_PRIORITY = 195;
const CATCH_ALL_PRIORITY = 90;

/**
 * Of mapped fields, objects and multi-fields counted. ECS takes about 700; the rest is for the fields of datasets. What comes beyond stays in the
 * document, unmapped and named in its `_ignored`: refusing the document, as Elasticsearch does by default, would turn one program's chatter into
 * dead letters of every later record with a new field.
 */
const FIELD_LIMIT = 2000;
/** Where words are looked for that name no field; all fields at once is over Elasticsearch's bound of clauses with so many. */
const WORD_FIELDS: readonly string[] = ["message", "event.original", "error.message"];

/** What to make for the datasets on a server. */
export function templateAssets(wishes: TemplateWishes, abilities: Abilities): TemplateAssets {
  const impossible: ImpossibleAsset[] = [];
  const policy = lifecyclePolicy(wishes, abilities, impossible);
  const shared = [
    component(ECS, "ECS fields, and how other fields are mapped", {
      mappings: { ...DYNAMIC_MAPPING, properties: fieldProperties(ECS_FIELDS, abilities.missingTypes) },
    }),
    component(SETTINGS, "Settings of data streams that Antler writes", settingsTemplate(abilities)),
    ...retention(wishes, abilities, policy),
  ];
  const sharedNames = shared.map(({ name }) => name);
  const datasets = [...wishes.datasets, ...(wishes.catchAll && wishes.namespace === undefined ? [CATCH_ALL] : [])];
  const own = datasets.flatMap((dataset) => fieldsOf(dataset, abilities));
  const templates = datasets.map((dataset) => {
    const parts = [...sharedNames, ...own.map(({ name }) => name).filter((name) => name === fieldsName(dataset))];
    return indexTemplate(dataset, parts, wishes.namespace, abilities);
  });
  return { assets: [...policy, ...shared, ...own, ...templates], impossible };
}

function component(name: string, purpose: string, template: JsonObject): Asset {
  return { kind: COMPONENT_TEMPLATE, name, purpose, body: { template }, needs: [] };
}

function settingsTemplate({ logsdb, fieldsBeyondLimit, failureStore }: Abilities): JsonObject {
  return {
    settings: {
      ...(logsdb ? { "index.mode": "logsdb" } : {}),
      "index.codec": "best_compression",
      // logsdb would turn it on. What does not fit is a dead letter, with its reason, and not a document that lacks a field.
      "index.mapping.ignore_malformed": false,
      "index.mapping.total_fields.limit": FIELD_LIMIT,
      ...(fieldsBeyondLimit ? { "index.mapping.total_fields.ignore_dynamic_beyond_limit": true } : {}),
      "index.query.default_field": WORD_FIELDS,
    },
    ...(failureStore ? { data_stream_options: { failure_store: { enabled: false } } } : {}),
  };
}

/** The policy, where it is wanted or the only way. */
function lifecyclePolicy(wishes: TemplateWishes, abilities: Abilities, impossible: ImpossibleAsset[]): Asset[] {
  if (wishes.retention === undefined || (abilities.streamLifecycle && !wishes.ilm)) return [];
  if (!abilities.ilm) {
    const reason = abilities.streamLifecycle
      ? "it has no index lifecycle management; without --ilm a data stream lifecycle is made"
      : "it has neither data stream lifecycles nor index lifecycle management: documents are kept for ever";
    impossible.push({ kind: ILM_POLICY, name: RETENTION, reason });
    return [];
  }
  const phases = {
    hot: {
      min_age: "0ms",
      actions: { rollover: { max_age: rollover(wishes.retention), max_primary_shard_size: "50gb" } },
    },
    delete: { min_age: wishes.retention, actions: { delete: { delete_searchable_snapshot: true } } },
  };
  const purpose = `Deletes documents ${wishes.retention} after their index was rolled over`;
  return [{ kind: ILM_POLICY, name: RETENTION, purpose, body: { phases }, needs: [] }];
}

/** Indices are rolled over often enough that documents do not live much longer than they should. */
function rollover(retention: string): string {
  const days = { d: 1, h: 1 / 24, m: 1 / 1440 }[retention.slice(-1)] ?? 1;
  const length = Number.parseInt(retention, 10) * days;
  return length <= 2 ? "1h" : length <= 14 ? "1d" : length <= 90 ? "7d" : "30d";
}

function retention(wishes: TemplateWishes, abilities: Abilities, policy: readonly Asset[]): Asset[] {
  if (wishes.retention === undefined) return [];
  const purpose = `Documents are kept for ${wishes.retention}`;
  if (policy.length > 0) {
    const made = component(RETENTION, purpose, { settings: { "index.lifecycle.name": RETENTION } });
    return [{ ...made, needs: [RETENTION] }];
  }
  if (!abilities.streamLifecycle || wishes.ilm) return [];
  return [component(RETENTION, purpose, { lifecycle: { enabled: true, data_retention: wishes.retention } })];
}

function fieldsName({ type, dataset }: Dataset): string {
  return `antler-${type}-${dataset}-fields`;
}

function fieldsOf(dataset: Dataset, abilities: Abilities): Asset[] {
  const rows = dataset.type === "logs" ? datasetFields(dataset.dataset) : [];
  if (rows.length === 0) return [];
  const mappings = { properties: fieldProperties(rows, abilities.missingTypes) };
  return [component(fieldsName(dataset), `Fields of ${dataset.dataset}`, { mappings })];
}

/** `antler-logs-nginx.access`; the catch-all is `antler-logs`. */
function indexTemplate(
  { type, dataset }: Dataset,
  parts: readonly string[],
  namespace: string | undefined,
  { optionalComponents }: Abilities,
): Asset {
  const isCatchAll = dataset === CATCH_ALL.dataset;
  const name = ["antler", type, ...(isCatchAll ? [] : [dataset]), ...(namespace === undefined ? [] : [namespace])].join(
    "-",
  );
  // As Elasticsearch names what its users add to its own templates.
  const custom = optionalComponents ? [`${type}@custom`, ...(isCatchAll ? [] : [`${type}-${dataset}@custom`])] : [];
  const body: Record<string, Json> = {
    index_patterns: [`${type}-${dataset}-${namespace ?? "*"}`],
    priority: isCatchAll ? CATCH_ALL_PRIORITY : namespace === undefined ? PRIORITY : NAMESPACE_PRIORITY,
    data_stream: { hidden: false, allow_custom_routing: false },
    composed_of: [...parts, ...custom],
    ...(custom.length > 0 ? { ignore_missing_component_templates: custom } : {}),
  };
  const purpose = isCatchAll ? `Data streams ${type}-*-* that no other template takes` : `Data streams of ${dataset}`;
  return { kind: INDEX_TEMPLATE, name, purpose, body, needs: parts };
}
