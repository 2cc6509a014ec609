import { readFile } from "node:fs/promises";
import { getCiphers, rootCertificates, type SecureContextOptions, type SecureVersion } from "node:tls";
import type { OptionProblem } from "../../plugin/definitions.ts";
import { list, type Option, password, path, type Secret, text } from "../../plugin/options.ts";

interface TlsClientOptions {
  readonly ssl_certificate: Option<string | undefined>;
  readonly ssl_key: Option<string | undefined>;
  readonly ssl_key_passphrase: Option<Secret | undefined>;
  readonly ssl_certificate_authorities: Option<readonly string[]>;
  readonly ssl_cipher_suites: Option<readonly string[]>;
  readonly ssl_supported_protocols: Option<readonly string[]>;
  readonly ssl_verification_mode: Option<string>;
}

/** Options of outputs that are TLS clients. */
export const tlsClientOptions: TlsClientOptions = {
  ssl_certificate: path({ description: "Certificate to show, PEM" }),
  ssl_key: path({ description: "Key of the certificate, PEM" }),
  ssl_key_passphrase: password({ description: "Passphrase of the key" }),
  ssl_certificate_authorities: list({ description: "Files of CA certificates to trust", default: [] }),
  ssl_cipher_suites: list({
    description: "Cipher suites, by their IANA or OpenSSL names; default: the system's",
    default: [],
  }),
  ssl_supported_protocols: list({
    description: "TLS versions",
    default: ["TLSv1.2", "TLSv1.3"],
    choices: ["TLSv1.1", "TLSv1.2", "TLSv1.3"],
  }),
  ssl_verification_mode: text({
    description: "How far to check the other side's certificate: full, or none at all",
    default: "full",
    choices: ["full", "none"],
  }),
};

/** The checked values of those options. */
export interface TlsClientSettings {
  readonly ssl_certificate: string | undefined;
  readonly ssl_key: string | undefined;
  readonly ssl_key_passphrase: Secret | undefined;
  readonly ssl_certificate_authorities: readonly string[];
  readonly ssl_cipher_suites: readonly string[];
  readonly ssl_supported_protocols: readonly string[];
  readonly ssl_verification_mode: string;
}

export function checkTlsClient(settings: TlsClientSettings): OptionProblem[] {
  const problems: OptionProblem[] = [];
  if ((settings.ssl_certificate === undefined) !== (settings.ssl_key === undefined)) {
    const option = settings.ssl_certificate === undefined ? "ssl_key" : "ssl_certificate";
    problems.push({ option, message: "ssl_certificate and ssl_key go together" });
  }
  try {
    cipherList(settings.ssl_cipher_suites);
  } catch (error) {
    problems.push({ option: "ssl_cipher_suites", message: (error as Error).message });
  }
  return problems;
}

export interface TlsClient extends SecureContextOptions {
  readonly rejectUnauthorized: boolean;
}

/** Reads the files. `withSystem`: the system's CA certificates are trusted besides. Rejects for a file that cannot be read. */
export async function readTlsClient(settings: TlsClientSettings, withSystem: boolean): Promise<TlsClient> {
  const { ssl_certificate: cert, ssl_key: key, ssl_certificate_authorities: authorities } = settings;
  const ca = await Promise.all(authorities.map((file) => readFile(file)));
  const versions = [...settings.ssl_supported_protocols].sort() as SecureVersion[];
  const ciphers = cipherList(settings.ssl_cipher_suites);
  return {
    ...(cert === undefined ? {} : { cert: await readFile(cert) }),
    ...(key === undefined ? {} : { key: await readFile(key) }),
    ...(settings.ssl_key_passphrase === undefined ? {} : { passphrase: settings.ssl_key_passphrase.reveal() }),
    ...(ca.length === 0 ? {} : { ca: withSystem ? [...rootCertificates, ...ca] : ca }),
    ...(versions.length === 0
      ? {}
      : { minVersion: versions[0] as SecureVersion, maxVersion: versions.at(-1) as SecureVersion }),
    ...(ciphers === "" ? {} : { ciphers }),
    rejectUnauthorized: settings.ssl_verification_mode === "full",
  };
}

/**
 * Names of cipher suites as OpenSSL has them, joined by colons; empty for none.
 * @throws RangeError for one that is not known here
 */
export function cipherList(names: readonly string[]): string {
  return names.map(opensslName).join(":");
}

/** `TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384` is `ECDHE-RSA-AES256-GCM-SHA384`; those of TLS 1.3 are called the same. */
function opensslName(name: string): string {
  const upper = name.toUpperCase();
  const match = /^TLS_(\w+)_WITH_(\w+)$/.exec(upper);
  let found = upper;
  if (match !== null) {
    const [, exchange = "", cipher = ""] = match;
    const short = cipher
      .replace(/AES_(\d+)_CBC_/, "AES$1-")
      .replace(/AES_(\d+)/, "AES$1")
      .replace(/(POLY1305)_SHA256$/, "$1");
    found = `${exchange === "RSA" ? "" : `${exchange}-`}${short}`.replaceAll("_", "-");
  }
  if (!getCiphers().includes(found.toLowerCase())) throw new RangeError(`there is no cipher suite "${name}" here`);
  return found;
}
