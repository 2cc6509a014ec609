import { setTimeout as sleep } from "node:timers/promises";
import { BulkSender } from "../../elastic/bulk-sender.ts";
import { elasticConnection } from "../../elastic/connection.ts";
import type { Deliverer, PluginHost } from "../../plugin/definitions.ts";
import type { Hash, Secret } from "../../plugin/options.ts";

/** The options of the elasticsearch output that concern the way to the cluster. */
export interface DeliverySettings {
  readonly hosts: readonly string[];
  readonly cloud_id: string | undefined;
  readonly cloud_auth: Secret | undefined;
  readonly user: string | undefined;
  readonly password: Secret | undefined;
  readonly api_key: Secret | undefined;
  readonly ssl_enabled: boolean | undefined;
  readonly ssl_certificate_authorities: readonly string[];
  readonly ca_trusted_fingerprint: string | undefined;
  readonly ssl_certificate: string | undefined;
  readonly ssl_key: string | undefined;
  readonly ssl_verification_mode: string;
  readonly proxy: string | undefined;
  readonly custom_headers: Hash;
  readonly path: string | undefined;
  readonly timeout: number;
  readonly compression_level: number;
  readonly document_id: string | undefined;
}

/**
 * The main thread's half of the elasticsearch output. Files named in the settings are read; nothing is sent, and the client not loaded,
 * before the first events. Rejects for settings that cannot work.
 */
export async function bulkDeliverer(
  settings: DeliverySettings,
  dataStream: boolean,
  host: PluginHost,
): Promise<Deliverer> {
  const [cloudUser, ...cloudPassword] = settings.cloud_auth?.reveal().split(":") ?? [];
  const connection = await elasticConnection({
    hosts: settings.hosts,
    cloudId: settings.cloud_id,
    user: settings.user ?? cloudUser,
    password: settings.password?.reveal() ?? cloudPassword.join(":"),
    apiKey: settings.api_key?.reveal(),
    tls: {
      enabled: settings.ssl_enabled === true,
      certificateAuthorities: settings.ssl_certificate_authorities,
      caFingerprint: settings.ca_trusted_fingerprint,
      certificate: settings.ssl_certificate,
      key: settings.ssl_key,
      verification: settings.ssl_verification_mode === "none" ? "none" : "full",
    },
    proxy: settings.proxy,
    headers: Object.fromEntries(Object.entries(settings.custom_headers).map(([name, value]) => [name, String(value)])),
    path: settings.path,
    timeoutMs: settings.timeout * 1000,
    compressionLevel: settings.compression_level,
  });
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
    close: () => sender.close(),
  };
}
