import { boolean, list, number, type Option, password, path, type Secret, text } from "../../plugin/options.ts";

export type ClientAuthentication = "none" | "optional" | "required";

/** Values of the options of a TLS server. */
export interface TlsServerSettings {
  readonly ssl_enabled: boolean;
  readonly ssl_certificate: string | undefined;
  readonly ssl_key: string | undefined;
  readonly ssl_key_passphrase: Secret | undefined;
  readonly ssl_certificate_authorities: readonly string[];
  readonly ssl_extra_chain_certs: readonly string[];
  readonly ssl_client_authentication: string | undefined;
  readonly ssl_supported_protocols: readonly string[];
  readonly ssl_cipher_suites: readonly string[];
  readonly ssl_handshake_timeout: number;
  readonly ssl: boolean;
  readonly ssl_enable: boolean;
  readonly ssl_cert: string | undefined;
  readonly ssl_cacert: string | undefined;
  readonly ssl_verify: boolean | undefined;
  readonly ssl_verify_mode: string | undefined;
  readonly cipher_suites: readonly string[];
  readonly tls_min_version: number | undefined;
  readonly tls_max_version: number | undefined;
  readonly ssl_keystore_path: string | undefined;
  readonly ssl_keystore_password: Secret | undefined;
  readonly ssl_keystore_type: string | undefined;
  readonly ssl_truststore_path: string | undefined;
  readonly ssl_truststore_password: Secret | undefined;
  readonly ssl_truststore_type: string | undefined;
}

export type TlsServerOptions = { readonly [K in keyof TlsServerSettings]: Option<TlsServerSettings[K]> };

const AUTHENTICATION: readonly string[] = ["none", "optional", "required"];
const KEYSTORE = "Java keystores are not read; use ssl_certificate and ssl_key with PEM files";
const TRUSTSTORE = "Java keystores are not read; use ssl_certificate_authorities with PEM files";

/**
 * The options with which inputs say how they speak TLS, under their names of today and those before. Source: Logstash, "Beats", "Tcp"
 * and "Http input plugin". `asked`: whether clients must show a certificate when no option says so.
 */
export function tlsServerOptions(asked: ClientAuthentication = "none"): TlsServerOptions {
  return {
    ssl_enabled: boolean({ description: "Use TLS", default: false }),
    ssl_certificate: path({ description: "Certificate of this server, PEM; with those of its chain behind it" }),
    ssl_key: path({ description: "Key of the certificate, PEM" }),
    ssl_key_passphrase: password({ description: "Passphrase of the key" }),
    ssl_certificate_authorities: list({
      description: "Files of CA certificates, PEM, that clients' certificates must come from",
      default: [],
    }),
    ssl_extra_chain_certs: list({
      description: "Files of further certificates, PEM, between this server's and its CA's",
      default: [],
    }),
    ssl_client_authentication: text({
      description: `Whether clients must show a certificate: none, optional (one that is shown must be valid) or required; default: ${asked}`,
      choices: AUTHENTICATION,
    }),
    ssl_supported_protocols: list({
      description: "TLS versions; those between the lowest and the highest are spoken too",
      default: ["TLSv1.2", "TLSv1.3"],
      choices: ["TLSv1.1", "TLSv1.2", "TLSv1.3"],
    }),
    ssl_cipher_suites: list({
      description: "Cipher suites, by Java's or OpenSSL's names; default: Node's",
      default: [],
    }),
    ssl_handshake_timeout: number({
      description: "Milliseconds for a TLS handshake",
      default: 10_000,
      range: [1, 2_147_483_647],
    }),
    ssl: boolean({ description: "Use TLS", default: false, deprecated: "use ssl_enabled" }),
    ssl_enable: boolean({ description: "Use TLS", default: false, deprecated: "use ssl_enabled" }),
    ssl_cert: path({ description: "Certificate of this server, PEM", deprecated: "use ssl_certificate" }),
    ssl_cacert: path({ description: "A file of CA certificates, PEM", deprecated: "use ssl_certificate_authorities" }),
    ssl_verify: boolean({
      description: "Whether clients must show a certificate",
      deprecated: "use ssl_client_authentication => none or required",
    }),
    ssl_verify_mode: text({
      description: "Whether clients must show a certificate: none, peer (optional) or force_peer (required)",
      choices: ["none", "peer", "force_peer"],
      deprecated: "use ssl_client_authentication => none, optional or required",
    }),
    cipher_suites: list({ description: "Cipher suites", default: [], deprecated: "use ssl_cipher_suites" }),
    tls_min_version: number({
      description: "Lowest TLS version: 1.1, 1.2 or 1.3",
      deprecated: "use ssl_supported_protocols",
    }),
    tls_max_version: number({
      description: "Highest TLS version: 1.1, 1.2 or 1.3",
      deprecated: "use ssl_supported_protocols",
    }),
    ssl_keystore_path: path({ description: "Java keystore", obsolete: KEYSTORE }),
    ssl_keystore_password: password({ description: "Password of the keystore", obsolete: KEYSTORE }),
    ssl_keystore_type: text({ description: "Format of the keystore", obsolete: KEYSTORE }),
    ssl_truststore_path: path({ description: "Java truststore", obsolete: TRUSTSTORE }),
    ssl_truststore_password: password({ description: "Password of the truststore", obsolete: TRUSTSTORE }),
    ssl_truststore_type: text({ description: "Format of the truststore", obsolete: TRUSTSTORE }),
  };
}

/** Whether TLS is on, under any of the names. */
export function tlsServerEnabled(settings: TlsServerSettings): boolean {
  return settings.ssl_enabled || settings.ssl || settings.ssl_enable;
}

/** Whether clients must show a certificate; old names hold where the new one is not set. */
export function clientAuthentication(
  settings: TlsServerSettings,
  asked: ClientAuthentication = "none",
): ClientAuthentication {
  const { ssl_client_authentication: now, ssl_verify_mode: mode, ssl_verify: verify } = settings;
  if (now !== undefined) return now as ClientAuthentication;
  if (mode !== undefined) return mode === "none" ? "none" : mode === "peer" ? "optional" : "required";
  if (verify !== undefined) return verify ? "required" : "none";
  return asked;
}
