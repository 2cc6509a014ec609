import type { TlsSettings } from "./config.ts";
import type { Settings } from "./settings.ts";

const VERSIONS = ["TLSv1.0", "TLSv1.1", "TLSv1.2", "TLSv1.3"];

/** `ssl.*` of an output or of a listening input; undefined without TLS. */
export function readTls(settings: Settings, prefix: string, side: "client" | "server"): TlsSettings | undefined {
  const given = ["certificate_authorities", "certificate", "key"].some((name) => settings.has(prefix + name));
  const enabled = settings.has(`${prefix}enabled`) ? settings.boolean(`${prefix}enabled`) : given;
  if (!enabled) return undefined;
  const authorities = settings.list(`${prefix}certificate_authorities`);
  const mode = settings.choice(`${prefix}verification_mode`, ["full", "strict", "certificate", "none"]);
  const versions = settings
    .list(`${prefix}supported_protocols`)
    .filter((name) => VERSIONS.includes(name))
    .sort();
  const asks = `${prefix}client_authentication`;
  const asked =
    side === "client"
      ? "none"
      : settings.has(asks)
        ? settings.choice(asks, ["none", "optional", "required"])
        : undefined;
  return {
    certificateAuthorities: authorities,
    certificate: settings.optional(`${prefix}certificate`),
    key: settings.optional(`${prefix}key`),
    keyPassphrase: settings.optional(`${prefix}key_passphrase`),
    verificationMode: mode === "strict" ? "full" : mode,
    minVersion: versions[0]?.replace("TLSv1.0", "TLSv1"),
    maxVersion: versions.at(-1)?.replace("TLSv1.0", "TLSv1"),
    clientAuthentication: asked ?? (authorities.length > 0 ? "required" : "none"),
  };
}
