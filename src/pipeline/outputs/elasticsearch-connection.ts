import type { ConnectionSettings } from "../../elastic/connection-settings.ts";
import type { Hash, Secret } from "../../plugin/options.ts";

/** The options of plugins that talk to Elasticsearch which concern the way to the cluster. */
export interface ConnectionOptions {
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
  /** Seconds. */
  readonly timeout: number;
  /** Undefined: by the hosts. */
  readonly compression_level: number | undefined;
}

export function connectionSettings(options: ConnectionOptions): ConnectionSettings {
  const [cloudUser, ...cloudPassword] = options.cloud_auth?.reveal().split(":") ?? [];
  return {
    hosts: options.hosts,
    cloudId: options.cloud_id,
    user: options.user ?? cloudUser,
    password: options.password?.reveal() ?? cloudPassword.join(":"),
    apiKey: options.api_key?.reveal(),
    tls: {
      enabled: options.ssl_enabled === true,
      certificateAuthorities: options.ssl_certificate_authorities,
      caFingerprint: options.ca_trusted_fingerprint,
      certificate: options.ssl_certificate,
      key: options.ssl_key,
      verification: options.ssl_verification_mode === "none" ? "none" : "full",
    },
    proxy: options.proxy,
    headers: Object.fromEntries(Object.entries(options.custom_headers).map(([name, value]) => [name, String(value)])),
    path: options.path,
    timeoutMs: options.timeout * 1000,
    compressionLevel: options.compression_level,
  };
}
