import { type Asset, type AssetKind, type AssetStore, marked, ownership } from "./asset.ts";
import { type Difference, differences } from "./difference.ts";
import { ElasticApiError } from "./elastic-api.ts";
import { canonicalText, type JsonObject } from "./json.ts";

/** `conflict`: it is someone else's, or was changed by someone, and is left alone. `denied`: it may not be looked at. */
export type Action = "create" | "change" | "same" | "conflict" | "impossible" | "denied";

export interface PlannedAsset {
  readonly kind: AssetKind;
  readonly name: string;
  readonly action: Action;
  /** For conflict, impossible, denied. */
  readonly reason?: string;
  readonly differences: readonly Difference[];
  /** Undefined when it is impossible. */
  readonly asset?: Asset;
}

export type Plan = readonly PlannedAsset[];

/** Holds what is wanted against what is there. `forced`: names that are written whoever made them. */
export async function makePlan(
  assets: readonly Asset[],
  storeOf: (kind: AssetKind) => AssetStore,
  forced: ReadonlySet<string>,
): Promise<PlannedAsset[]> {
  const plan: PlannedAsset[] = [];
  const foreign = new Set<string>();
  for (const asset of assets) {
    const planned = await planOne(asset, storeOf(asset.kind), forced);
    const missing = asset.needs.find((name) => foreign.has(name));
    if (planned.action === "conflict" && !planned.reason?.startsWith(EDITED)) foreign.add(asset.name);
    if (missing !== undefined && (planned.action === "create" || planned.action === "change")) {
      plan.push({ ...planned, action: "conflict", reason: `it is made of ${missing}, which is not Antler's here` });
      foreign.add(asset.name);
    } else plan.push(planned);
  }
  return plan;
}

const EDITED = "someone has changed it";

async function planOne(asset: Asset, store: AssetStore, forced: ReadonlySet<string>): Promise<PlannedAsset> {
  const { kind, name, body } = asset;
  let current: JsonObject | undefined;
  try {
    current = await store.read(asset);
  } catch (error) {
    if (!(error instanceof ElasticApiError)) throw error;
    if (error.isForbidden) return { kind, name, action: "denied", reason: error.message, differences: [], asset };
    if (error.isMissingApi) return { kind, name, action: "impossible", reason: error.message, differences: [] };
    throw error;
  }
  const wanted = kind.normalise(body);
  if (current === undefined) return { kind, name, action: "create", differences: differences({}, wanted), asset };
  const there = kind.normalise(current);
  const whose = ownership(kind, current);
  const found = differences(there, wanted);
  const planned = { kind, name, differences: found, asset };
  if (whose !== "foreign" && canonicalText(there) === canonicalText(wanted)) return { ...planned, action: "same" };
  if (whose === "own" || forced.has(name)) return { ...planned, action: "change" };
  const reason =
    whose === "edited" ? `${EDITED} since Antler made it` : `there is one of this name that Antler did not make`;
  return { ...planned, action: "conflict", reason };
}

/** Makes and changes what the plan says, in its order; `done` hears of each. Stops, by rejecting, at the first that fails. */
export async function applyPlan(
  plan: Plan,
  storeOf: (kind: AssetKind) => AssetStore,
  signal: AbortSignal,
  done: (planned: PlannedAsset) => void,
): Promise<void> {
  for (const planned of plan) {
    const { asset, action } = planned;
    if (asset === undefined || (action !== "create" && action !== "change")) continue;
    signal.throwIfAborted();
    await storeOf(asset.kind).write(asset, marked(asset), action === "create");
    done(planned);
  }
}
