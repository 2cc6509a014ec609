import { type Abilities, askAbilities } from "../../elastic/assets/abilities.ts";
import { INDEX_TEMPLATE } from "../../elastic/assets/asset-kinds.ts";
import type { ElasticApi } from "../../elastic/assets/elastic-api.ts";
import { ElasticStore } from "../../elastic/assets/elastic-store.ts";
import {
  coversAllLogs,
  existingStreams,
  type FoundTemplate,
  hidingSettings,
  neighboursOf,
  readIndexTemplates,
} from "../../elastic/assets/foreign-templates.ts";
import { makePlan, type PlannedAsset } from "../../elastic/assets/plan.ts";
import { CATCH_ALL, type TemplateWishes, templateAssets } from "../../elastic/assets/template-assets.ts";

/** What setup found out about a cluster and would do there. */
export interface ClusterPlan {
  readonly abilities: Abilities;
  readonly plan: readonly PlannedAsset[];
  /** What is worth knowing, a sentence each. */
  readonly notes: readonly string[];
}

/** Asks a cluster and compares. Changes nothing. */
export async function planCluster(
  api: ElasticApi,
  wishes: Omit<TemplateWishes, "catchAll">,
  forced: ReadonlySet<string>,
): Promise<ClusterPlan> {
  const abilities = await askAbilities(api);
  const templates = await readIndexTemplates(api);
  const foreignCatchAll = coversAllLogs(templates);
  const { assets, impossible } = templateAssets({ ...wishes, catchAll: !foreignCatchAll }, abilities);
  const store = new ElasticStore(api);
  const planned = await makePlan(assets, () => store, forced);
  const plan = [
    ...impossible.map((one): PlannedAsset => ({ ...one, action: "impossible", differences: [] })),
    ...planned.map((one) => refusedBeside(one, templates)),
  ];
  const notes = [
    ...typeNotes(abilities),
    ...(await foreignNotes(api, plan, templates, wishes)),
    ...(foreignCatchAll ? await catchAllNotes(api) : []),
    ...(await streamNotes(api, plan)),
  ];
  return { abilities, plan, notes };
}

/** Elasticsearch takes no two index templates of one priority for the same names. */
function refusedBeside(planned: PlannedAsset, templates: readonly FoundTemplate[]): PlannedAsset {
  const { asset, action } = planned;
  if (asset?.kind !== INDEX_TEMPLATE || (action !== "create" && action !== "change")) return planned;
  const [other] = neighboursOf(asset, templates).refused;
  if (other === undefined) return planned;
  const reason = `the index template ${other.name} has the same priority for the same names, which Elasticsearch refuses`;
  return { ...planned, action: "conflict", reason };
}

function typeNotes({ asked, missingTypes, logsdb }: Abilities): string[] {
  return [
    ...(asked
      ? []
      : [
          "without manage_index_templates it cannot be asked what it has: what follows presumes an ordinary server of its version",
        ]),
    ...(missingTypes.size === 0
      ? []
      : [
          `this server has no field types ${[...missingTypes].join(", ")}: plainer ones are used (keyword, text, float)`,
        ]),
    ...(logsdb ? [] : ["this server has no index mode logsdb (Elasticsearch 8.17 has): indices take more space"]),
  ];
}

/** Templates of others that win over ours, with what they do to documents. */
async function foreignNotes(
  api: ElasticApi,
  plan: readonly PlannedAsset[],
  templates: readonly FoundTemplate[],
  { namespace }: Pick<TemplateWishes, "namespace">,
): Promise<string[]> {
  const notes: string[] = [];
  for (const { asset } of plan) {
    if (asset?.kind !== INDEX_TEMPLATE) continue;
    const [winner] = neighboursOf(asset, templates).before.toSorted((a, b) => b.priority - a.priority);
    if (winner === undefined) continue;
    const [pattern = ""] = asset.body["index_patterns"] as readonly string[];
    const stream = pattern.replace(/\*$/, namespace ?? "default").replaceAll("*", "x");
    const hiding = await hidingSettings(api, stream);
    const what = `the index template ${winner.name} (priority ${winner.priority}) goes before ${asset.name} for ${winner.patterns.join(", ")}`;
    notes.push([what, ...hiding].join("; "));
  }
  return notes;
}

async function catchAllNotes(api: ElasticApi): Promise<string[]> {
  const hiding = await hidingSettings(api, `${CATCH_ALL.type}-antler.asks-default`);
  return hiding.length === 0
    ? []
    : [`data streams of other datasets have the cluster's own template for logs-*-*; ${hiding.join("; ")}`];
}

async function streamNotes(api: ElasticApi, plan: readonly PlannedAsset[]): Promise<string[]> {
  const changes = plan.some(({ action }) => action === "create" || action === "change");
  if (!changes) return [];
  const patterns = plan.flatMap(({ asset }) =>
    asset?.kind === INDEX_TEMPLATE && asset.name !== "antler-logs" ? (asset.body["index_patterns"] as string[]) : [],
  );
  const streams = await existingStreams(api, patterns);
  if (streams.length === 0) return [];
  return [
    `${streams.join(", ")}: there already. Mappings and settings change with the next rollover (POST /STREAM/_rollover), ` +
      "retention only by PUT /_data_stream/STREAM/_lifecycle",
  ];
}
