import { setTimeout as sleep } from "node:timers/promises";
import { BulkSender } from "../../elastic/bulk-sender.ts";
import { elasticConnection } from "../../elastic/connection.ts";
import type { Deliverer, PluginHost } from "../../plugin/definitions.ts";
import { type ConnectionOptions, connectionSettings } from "./elasticsearch-connection.ts";

/**
 * The main thread's half of the elasticsearch output. Files named in the settings are read; nothing is sent, and the client not loaded,
 * before the first events. Rejects for settings that cannot work.
 */
export async function bulkDeliverer(
  settings: ConnectionOptions & { readonly document_id: string | undefined },
  dataStream: boolean,
  host: PluginHost,
): Promise<Deliverer> {
  const connection = await elasticConnection(connectionSettings(settings));
  const sender = new BulkSender(
    { ownIds: settings.document_id === undefined, requireDataStream: dataStream },
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
