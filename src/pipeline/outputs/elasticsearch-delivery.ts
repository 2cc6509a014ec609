import { setTimeout as sleep } from "node:timers/promises";
import { BulkSender } from "../../elastic/bulk-sender.ts";
import type { BulkConnection } from "../../elastic/bulk-types.ts";
import { elasticConnection } from "../../elastic/connection.ts";
import type { Deliverer, PluginHost } from "../../plugin/definitions.ts";
import type { Hash } from "../../plugin/options.ts";
import { bulkPathPrefix } from "./bulk-path.ts";
import { type ConnectionOptions, connectionSettings } from "./elasticsearch-connection.ts";

/**
 * Requests in flight at most for each host that is named. A request is up to 4,096 documents, some megabytes. Measured on a server with one core
 * (`npm run bench -- ingest`): 16 brought 0.86 of what it takes at best, 4 brought 0.96.
 */
const REQUESTS_PER_HOST = 4;
/** Elastic Cloud's proxies stand for several. */
const CLOUD_HOSTS = 3;

interface DeliverySettings {
  readonly document_id: string | undefined;
  readonly time_series?: boolean;
  readonly bulk_path?: string | undefined;
  readonly parameters?: Hash;
}

/**
 * The main thread's half of the elasticsearch output. Files named in the settings are read; nothing is sent, and the client not loaded,
 * before the first events. Rejects for settings that cannot work.
 */
export async function bulkDeliverer(
  settings: ConnectionOptions & DeliverySettings,
  dataStream: boolean,
  host: PluginHost,
): Promise<Deliverer> {
  const path = settings.bulk_path === undefined ? settings.path : bulkPathPrefix(settings.bulk_path);
  const connection = withParameters(
    await elasticConnection(connectionSettings({ ...settings, path })),
    settings.parameters ?? {},
  );
  const sender = new BulkSender(
    {
      ownIds: settings.document_id === undefined && settings.time_series !== true,
      requireDataStream: dataStream,
      maxInFlight: REQUESTS_PER_HOST * (settings.cloud_id === undefined ? settings.hosts.length : CLOUD_HOSTS),
    },
    {
      connection,
      clock: {
        now: () => performance.now(),
        sleep: (milliseconds, signal) => sleep(milliseconds, undefined, { signal }),
      },
      random: host.random,
      log: host.log,
    },
  );
  return {
    deliver: (events, signal) => sender.send(events, signal),
    figures: () => sender.figures,
    trouble: () => sender.trouble,
    close: () => sender.close(),
  };
}

/** The same connection with more parameters in each bulk request's URL; the sender's own go before them. */
function withParameters(connection: BulkConnection, parameters: Hash): BulkConnection {
  const more = Object.fromEntries(Object.entries(parameters).map(([name, value]) => [name, String(value)]));
  if (Object.keys(more).length === 0) return connection;
  const request = connection.request?.bind(connection);
  return {
    bulk: (body, query, signal) => connection.bulk(body, { ...more, ...query }, signal),
    ...(request === undefined ? {} : { request }),
    close: () => connection.close(),
  };
}
