import type { ConnectionSettings } from "../../elastic/connection-settings.ts";
import { nodeUrl, placeOf } from "../../elastic/connection-settings.ts";
import type { ResolvedGroup } from "../../pipeline/compile/resolve-group.ts";
import { type ConnectionOptions, connectionSettings } from "../../pipeline/outputs/elasticsearch-connection.ts";
import { dataStreamOutputs, type KnownDatasets, knownDatasets } from "./datasets.ts";

/** A cluster that pipelines write data streams to. */
export interface SetupTarget extends KnownDatasets {
  /** As in messages, without secrets. */
  readonly place: string;
  readonly connection: ConnectionSettings;
}

/** What stands on the command line and in the environment, before what the outputs say. */
export interface ConnectionOverrides {
  readonly hosts?: readonly string[] | undefined;
  /** File with CA certificates. */
  readonly ca?: string | undefined;
  readonly apiKey?: string | undefined;
  readonly user?: string | undefined;
  readonly password?: string | undefined;
}

/** Setup needs more rights than writing does, so it can have credentials of its own. They come by the environment, which is not in process lists. */
export function credentialsOf(environment: NodeJS.ProcessEnv): ConnectionOverrides {
  return {
    apiKey: environment["ANTLER_SETUP_API_KEY"],
    user: environment["ANTLER_SETUP_USER"],
    password: environment["ANTLER_SETUP_PASSWORD"],
  };
}

/** The clusters of some pipelines, each once; one only when hosts are given. */
export function setupTargets(groups: readonly ResolvedGroup[], given: ConnectionOverrides): SetupTarget[] {
  const targets = new Map<string, SetupTarget>();
  for (const group of groups) {
    for (const output of dataStreamOutputs(group)) {
      const connection = overridden(connectionSettings(output.options as unknown as ConnectionOptions), given);
      const place = placeText(connection);
      const known = knownDatasets(group, [output]);
      const other = targets.get(place);
      targets.set(place, { place, connection: other?.connection ?? connection, ...united(other, known) });
    }
  }
  return [...targets.values()];
}

/** Of several, what all of them write. */
export function united(one: KnownDatasets | undefined, other: KnownDatasets): KnownDatasets {
  const named = new Map(
    [...(one?.datasets ?? []), ...other.datasets].map((dataset) => [`${dataset.type}-${dataset.dataset}`, dataset]),
  );
  return {
    datasets: [...named].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, dataset]) => dataset),
    dynamic: [...new Set([...(one?.dynamic ?? []), ...other.dynamic])].sort(),
  };
}

function overridden(settings: ConnectionSettings, given: ConnectionOverrides): ConnectionSettings {
  const { hosts, ca, apiKey, user, password } = given;
  const own = (value: string | undefined) => value !== undefined && value !== "";
  return {
    ...settings,
    ...(hosts === undefined ? {} : { hosts, cloudId: undefined }),
    ...(ca === undefined ? {} : { tls: { ...settings.tls, certificateAuthorities: [ca] } }),
    ...(own(apiKey) ? { apiKey, user: undefined, password: undefined } : {}),
    ...(own(user) ? { apiKey: undefined, user, password } : {}),
  };
}

function placeText({ hosts, cloudId, tls, path }: ConnectionSettings): string {
  if (cloudId !== undefined) return `Elastic Cloud (${cloudId.split(":")[0]})`;
  return hosts.map((host) => placeOf(nodeUrl(host, tls?.enabled === true, path))).join(", ");
}
