import { ElasticApi, ElasticApiError } from "../../elastic/assets/elastic-api.ts";
import { ElasticStore } from "../../elastic/assets/elastic-store.ts";
import { applyPlan, type PlannedAsset } from "../../elastic/assets/plan.ts";
import { apiKeyBody, missingPrivileges, neededPrivileges } from "../../elastic/assets/privileges.ts";
import type { TemplateWishes } from "../../elastic/assets/template-assets.ts";
import { elasticConnection } from "../../elastic/connection.ts";
import { onStopSignal } from "../signals.ts";
import { type ClusterPlan, planCluster } from "./cluster-plan.ts";
import { confirmed } from "./confirm.ts";
import { assetJson, countsText, planText } from "./report.ts";
import type { SetupTarget } from "./targets.ts";

export interface SetUpOptions {
  wishesOf(target: SetupTarget): Omit<TemplateWishes, "catchAll">;
  readonly forced: ReadonlySet<string>;
  readonly yes: boolean;
  readonly json: boolean;
}

/** What became of one cluster, for reports. */
interface ClusterResult {
  readonly place: string;
  readonly found?: ClusterPlan;
  readonly missing?: readonly string[];
  readonly applied: readonly PlannedAsset[];
  readonly error?: string;
  /** Nothing is left to do, and nothing was refused. */
  readonly complete: boolean;
}

/** Plans, asks and applies, one cluster after the other. 0, or 1 when something is left to do. Rejects as connections do. */
export async function setUpClusters(targets: readonly SetupTarget[], options: SetUpOptions): Promise<number> {
  const stop = new AbortController();
  const off = onStopSignal((signal) => stop.abort(new Error(`stopped by ${signal}`)));
  try {
    const results: ClusterResult[] = [];
    for (const target of targets) results.push(await setUp(target, options, stop.signal));
    if (options.json) process.stdout.write(`${JSON.stringify({ clusters: results.map(resultJson) }, null, 2)}\n`);
    return results.every(({ complete }) => complete) ? 0 : 1;
  } finally {
    off();
  }
}

async function setUp(target: SetupTarget, options: SetUpOptions, signal: AbortSignal): Promise<ClusterResult> {
  const { place } = target;
  const connection = await elasticConnection(target.connection);
  const say = (text: string) => (options.json ? process.stderr : process.stdout).write(text);
  const wishes = options.wishesOf(target);
  try {
    const api = new ElasticApi(connection, signal);
    let found: ClusterPlan;
    let missing: readonly string[];
    try {
      missing = (await missingPrivileges(api, wishes.ilm)) ?? [];
      found = await planCluster(api, wishes, options.forced);
    } catch (error) {
      if (!(error instanceof ElasticApiError)) throw error;
      say(`${place}: ${error.message}\n${wayOut(error, place, wishes)}`);
      return { place, error: error.message, applied: [], complete: false };
    }
    const dynamic = target.dynamic.map(
      (value) => `${value} is known only when an event is there: such data streams have the template for all others`,
    );
    found = { ...found, notes: [...found.notes, ...dynamic] };
    if (!options.json) say(planText(place, found));
    if (missing.length > 0 && found.plan.some(({ action }) => action !== "same" && action !== "impossible")) {
      say(`nothing is applied\n${missingText(place, missing, wishes)}`);
      return { place, found, missing, applied: [], complete: false };
    }
    return await carryOut(place, found, api, options, signal, say);
  } finally {
    await connection.close();
  }
}

async function carryOut(
  place: string,
  found: ClusterPlan,
  api: ElasticApi,
  options: SetUpOptions,
  signal: AbortSignal,
  say: (text: string) => void,
): Promise<ClusterResult> {
  const { plan } = found;
  const open = plan.filter(({ action }) => action === "create" || action === "change");
  // What the server cannot have is not left to do.
  const agreed = plan.every(({ action }) => action !== "conflict" && action !== "denied");
  const applied: PlannedAsset[] = [];
  const result = { place, found, applied };
  if (open.length === 0) return { ...result, complete: agreed };
  if (!options.yes && !(await confirmed(`Apply this to ${place}?`, options.json, signal)))
    return { ...result, error: "not applied: not confirmed", complete: false };
  try {
    const store = new ElasticStore(api);
    await applyPlan(
      plan,
      () => store,
      signal,
      (planned) => {
        applied.push(planned);
        say(`${planned.action === "create" ? "created" : "changed"} ${planned.kind.title} ${planned.name}\n`);
      },
    );
  } catch (error) {
    const message = (error as Error).message;
    const left = open.filter((planned) => !applied.includes(planned)).map(({ name }) => name);
    say(
      `${place}: ${message}\nnot applied: ${left.join(", ")}. Run it again when that is mended; what is done stays.\n`,
    );
    return { ...result, error: message, complete: false };
  }
  return { ...result, complete: agreed };
}

function wayOut(error: ElasticApiError, place: string, wishes: Pick<TemplateWishes, "ilm" | "datasets">): string {
  if (error.status === 401)
    return "  give a key or a user that it knows: ANTLER_SETUP_API_KEY, or ANTLER_SETUP_USER and ANTLER_SETUP_PASSWORD\n";
  return error.status === 403 ? missingText(place, neededPrivileges(wishes.ilm).cluster, wishes) : "";
}

function missingText(
  place: string,
  missing: readonly string[],
  wishes: Pick<TemplateWishes, "ilm" | "datasets">,
): string {
  const patterns = [...new Set(wishes.datasets.map(({ type }) => `${type}-*`))];
  return (
    `${place}: these credentials lack the cluster privilege${missing.length > 1 ? "s" : ""} ${missing.join(", ")}\n` +
    `  a key that can: POST /_security/api_key ${JSON.stringify(apiKeyBody(wishes.ilm, patterns))}\n` +
    "  give it as ANTLER_SETUP_API_KEY. Or write the files for someone who may: antler setup --export FOLDER\n"
  );
}

function resultJson({ place, found, missing, applied, error, complete }: ClusterResult): object {
  return {
    place,
    ...(found === undefined
      ? {}
      : { server: found.abilities.server, notes: found.notes, summary: countsText(found.plan) }),
    ...(missing === undefined ? {} : { missing_privileges: missing }),
    ...(error === undefined ? {} : { error }),
    complete,
    assets: found?.plan.map((planned) => ({ ...assetJson(planned), applied: applied.includes(planned) })) ?? [],
  };
}
