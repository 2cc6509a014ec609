import { readFileSync } from "node:fs";
import { createSecureContext, type SecureVersion, type TlsOptions } from "node:tls";
import type { OptionProblem } from "../../plugin/definitions.ts";
import { cipherList } from "../outputs/tls-client-options.ts";
import {
  type ClientAuthentication,
  clientAuthentication,
  type TlsServerSettings,
  tlsServerEnabled,
} from "./tls-server-options.ts";

/** Node's settings of a TLS server; contents of files, not paths. */
export type TlsServerMaterial = Required<Pick<TlsOptions, "cert" | "key" | "requestCert" | "rejectUnauthorized">> &
  Pick<TlsOptions, "ca" | "ciphers"> & {
    readonly passphrase?: string;
    readonly minVersion: SecureVersion;
    readonly maxVersion: SecureVersion;
    /** Milliseconds. */
    readonly handshakeTimeout: number;
  };

type ReadFile = (path: string) => Buffer;

/**
 * What is wrong with the options together; then with the files they name, which is this machine's affair (severity `host`).
 * `asked` as for `tlsServerOptions`.
 */
export function tlsServerProblems(
  settings: TlsServerSettings,
  asked: ClientAuthentication = "none",
  readFile: ReadFile = readFileSync,
): OptionProblem[] {
  const problems = optionProblems(settings);
  if (!tlsServerEnabled(settings) || problems.some(({ severity }) => severity !== "warning")) return problems;
  const missing = filesOf(settings).flatMap(([option, file]) => {
    try {
      readFile(file);
      return [];
    } catch (error) {
      const message = `cannot read ${file}: ${(error as Error).message}`;
      return [{ option, severity: "host" as const, message }];
    }
  });
  if (missing.length > 0) return [...problems, ...missing];
  try {
    createSecureContext(tlsServerMaterial(settings, asked, readFile));
  } catch (error) {
    problems.push({
      option: certificateOption(settings),
      severity: "host",
      message: `certificate, key and authorities cannot be used: ${hint(error as NodeJS.ErrnoException)}`,
    });
  }
  return problems;
}

function optionProblems(settings: TlsServerSettings): OptionProblem[] {
  const problems: OptionProblem[] = [];
  const problem = (option: string, message: string, more?: Partial<OptionProblem>): void => {
    problems.push({ option, message, ...more });
  };
  if (!tlsServerEnabled(settings)) {
    const [unused] = filesOf(settings);
    if (unused !== undefined)
      problem(unused[0], `${unused[0]} is not used while TLS is off`, {
        severity: "warning",
        help: "ssl_enabled => true",
      });
    return problems;
  }
  if ((settings.ssl_certificate ?? settings.ssl_cert) === undefined)
    problem("ssl_certificate", "TLS needs ssl_certificate");
  if (settings.ssl_key === undefined) problem("ssl_key", "TLS needs ssl_key");
  for (const option of ["tls_min_version", "tls_max_version"] as const) {
    const version = settings[option];
    if (version !== undefined && ![1.1, 1.2, 1.3].includes(version))
      problem(option, `there is no TLS version ${version} here`, { help: "1.1, 1.2 or 1.3" });
  }
  const { minVersion, maxVersion } = versions(settings);
  if (minVersion > maxVersion) problem("tls_min_version", "the lowest TLS version is above the highest");
  for (const option of ["ssl_cipher_suites", "cipher_suites"] as const) {
    try {
      cipherList(settings[option]);
    } catch (error) {
      problem(option, (error as Error).message, { severity: "host" });
    }
  }
  return problems;
}

/** For a server that is to speak TLS. @throws Error of the file system; what `tlsServerProblems` finds is not looked for again */
export function tlsServerMaterial(
  settings: TlsServerSettings,
  asked: ClientAuthentication = "none",
  readFile: ReadFile = readFileSync,
): TlsServerMaterial {
  const certificates = [settings.ssl_certificate ?? settings.ssl_cert ?? "", ...settings.ssl_extra_chain_certs].flatMap(
    (file) => [readFile(file), Buffer.from("\n")],
  );
  const ca = authorities(settings).map((file) => readFile(file));
  const authentication = clientAuthentication(settings, asked);
  const suites = settings.ssl_cipher_suites.length > 0 ? settings.ssl_cipher_suites : settings.cipher_suites;
  return {
    cert: Buffer.concat(certificates),
    key: readFile(settings.ssl_key ?? ""),
    ...(settings.ssl_key_passphrase === undefined ? {} : { passphrase: settings.ssl_key_passphrase.reveal() }),
    ...(ca.length > 0 ? { ca } : {}),
    ...versions(settings),
    ...(suites.length > 0 ? { ciphers: cipherList(suites) } : {}),
    requestCert: authentication !== "none",
    // With "optional" whoever shows a bad certificate is refused once it is known: see `badPeer` of src/sources/tls-peer.ts.
    rejectUnauthorized: authentication === "required",
    handshakeTimeout: settings.ssl_handshake_timeout,
  };
}

function versions(settings: TlsServerSettings): { minVersion: SecureVersion; maxVersion: SecureVersion } {
  const spoken = [...settings.ssl_supported_protocols].sort();
  const of = (version: number | undefined): string | undefined =>
    version === undefined ? undefined : `TLSv${version.toFixed(1)}`;
  return {
    minVersion: (of(settings.tls_min_version) ?? spoken[0] ?? "TLSv1.2") as SecureVersion,
    maxVersion: (of(settings.tls_max_version) ?? spoken.at(-1) ?? "TLSv1.3") as SecureVersion,
  };
}

function certificateOption(settings: TlsServerSettings): string {
  return settings.ssl_certificate === undefined ? "ssl_cert" : "ssl_certificate";
}

function authorities(settings: TlsServerSettings): readonly string[] {
  const { ssl_cacert: old, ssl_certificate_authorities: files } = settings;
  return old === undefined ? files : [...files, old];
}

function filesOf(settings: TlsServerSettings): (readonly [option: string, file: string])[] {
  const many = (option: string, files: readonly string[]): [string, string][] => files.map((file) => [option, file]);
  const one = (option: "ssl_certificate" | "ssl_cert" | "ssl_key" | "ssl_cacert"): [string, string][] => {
    const file = settings[option];
    return file === undefined ? [] : [[option, file]];
  };
  return [
    ...one("ssl_certificate"),
    ...one("ssl_cert"),
    ...one("ssl_key"),
    ...one("ssl_cacert"),
    ...many("ssl_certificate_authorities", settings.ssl_certificate_authorities),
    ...many("ssl_extra_chain_certs", settings.ssl_extra_chain_certs),
  ];
}

const HINTS: Readonly<Record<string, string>> = {
  ERR_OSSL_PEM_NO_START_LINE: "one of them is not PEM",
  ERR_OSSL_X509_KEY_VALUES_MISMATCH: "the key does not belong to the certificate",
  ERR_OSSL_BAD_DECRYPT: "the key's passphrase is wrong",
  ERR_OSSL_UNSUPPORTED: "the key's format or encryption is not supported, or it is no key",
  ERR_MISSING_PASSPHRASE: "the key needs ssl_key_passphrase",
};

function hint(error: NodeJS.ErrnoException): string {
  const known = HINTS[error.code ?? ""];
  return known === undefined ? error.message : `${known} (${error.message})`;
}
