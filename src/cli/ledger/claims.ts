import { elasticConnection } from "../../elastic/connection.ts";
import type { ResolvedGroup } from "../../pipeline/compile/resolve-group.ts";
import type { ResolvedOutput } from "../../pipeline/compile/resolved.ts";
import { type ConnectionOptions, connectionSettings } from "../../pipeline/outputs/elasticsearch-connection.ts";
import { Destinations } from "../../telemetry/destinations.ts";
import type { LedgerSnapshot } from "../../telemetry/ledger.ts";
import type { Claim } from "./prove.ts";

/** The clusters of a configuration's outputs, each with what a ledger says was brought there. */
export async function claimsOf(
  group: ResolvedGroup,
  ledger: LedgerSnapshot,
): Promise<{ readonly claims: readonly Claim[]; readonly unknown: readonly string[] }> {
  const clusters = new Map<string, { options: ConnectionOptions; sum: Destinations }>();
  const unknown: string[] = [];
  for (const [name, counts] of Object.entries(ledger.destinations ?? {})) {
    const options = outputNamed(group, name)?.options as unknown as ConnectionOptions | undefined;
    if (options === undefined) {
      unknown.push(name);
      continue;
    }
    const cluster = options.cloud_id ?? options.hosts.join(", ");
    const known = clusters.get(cluster) ?? { options, sum: new Destinations() };
    clusters.set(cluster, known);
    known.sum.addAll(counts);
  }
  const claims: Claim[] = [];
  for (const [cluster, { options, sum }] of clusters) {
    const connection = await elasticConnection(connectionSettings(options));
    claims.push({ connection, cluster: cluster.replace(/\/\/[^@/]*@/, "//"), destinations: sum.snapshot() });
  }
  return { claims, unknown };
}

/** In ledgers of several pipelines an output's name begins with its pipeline's. */
function outputNamed({ pipelines }: ResolvedGroup, name: string): ResolvedOutput | undefined {
  for (const { definition, outputs } of pipelines) {
    const found = outputs.find(({ id }) => name === (pipelines.length === 1 ? id : `${definition.id}/${id}`));
    if (found?.plugin.name === "elasticsearch") return found;
  }
  return undefined;
}
