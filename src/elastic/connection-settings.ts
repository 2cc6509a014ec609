import { readFile } from "node:fs/promises";
import type { SecureVersion } from "node:tls";
import { BulkConnectionError } from "./connection-error.ts";

/** The way to a cluster, as the elasticsearch output's options have it. */
export interface ConnectionSettings {
  /** `https://host:9200`, `host:9200` or `//host`; tried in turn. */
  readonly hosts: readonly string[];
  /** Instead of `hosts`. */
  readonly cloudId?: string | undefined;
  readonly user?: string | undefined;
  readonly password?: string | undefined;
  /** `id:key`, or that in base64. */
  readonly apiKey?: string | undefined;
  readonly tls?: TlsSettings | undefined;
  readonly proxy?: string | undefined;
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /** Path before the API's own. */
  readonly path?: string | undefined;
  /** For a request and its answer. Default 60,000. */
  readonly timeoutMs?: number | undefined;
  /** gzip level of requests; 0: none. Default: 1, and 0 when all hosts are on this machine, where it costs more than it saves. */
  readonly compressionLevel?: number | undefined;
}

export interface TlsSettings {
  /** TLS for hosts without a scheme. */
  readonly enabled?: boolean | undefined;
  /** PEM files; here and below the PEM text itself can stand instead. */
  readonly certificateAuthorities?: readonly string[] | undefined;
  /** SHA-256 of a CA certificate that the server sends along, in hex, with or without colons. */
  readonly caFingerprint?: string | undefined;
  /** PEM files of the client. */
  readonly certificate?: string | undefined;
  readonly key?: string | undefined;
  readonly keyPassphrase?: string | undefined;
  /** `certificate`: the authority is checked, the name in the certificate is not. */
  readonly verification?: "full" | "certificate" | "none" | undefined;
  /** `TLSv1.2`; undefined: Node's. */
  readonly minVersion?: string | undefined;
  readonly maxVersion?: string | undefined;
}

/** TLS options of Node, files read. */
export interface TlsMaterial {
  ca?: (string | Buffer)[];
  readonly cert?: Buffer;
  readonly key?: Buffer;
  readonly passphrase?: string;
  readonly minVersion?: SecureVersion;
  readonly maxVersion?: SecureVersion;
  readonly checkServerIdentity?: () => undefined;
  readonly rejectUnauthorized: boolean;
}

const DEFAULT_PORT = 9200;

/**
 * A host as a URL; scheme http and port 9200 where it has none, as in Logstash's elasticsearch output.
 * Throws a BulkConnectionError for what is no host, without saying the password in it.
 */
export function nodeUrl(host: string, tls: boolean, path = ""): URL {
  const full = /^[a-z][a-z0-9+.-]*:\/\//i.test(host)
    ? host
    : `${tls ? "https" : "http"}://${host.replace(/^\/\//, "")}`;
  if (!URL.canParse(full) || !/^https?:/i.test(full)) {
    const shown = host.replace(/\/\/.*@/, "//…@");
    throw new BulkConnectionError("settings", shown, "this is no address of a server: https://host:9200 is one");
  }
  const url = new URL(full);
  // URL forgets a port that is its scheme's own.
  const hasPort = /^[^/]*\/\/[^/?#]*:\d+(?:[/?#]|$)/.test(full);
  if (url.port === "" && !hasPort) url.port = String(DEFAULT_PORT);
  url.pathname = [url.pathname, path]
    .map((part) => part.replace(/^\/+|\/+$/g, ""))
    .filter(Boolean)
    .join("/");
  return url;
}

/** On this machine, by its name or address. */
export function isLoopback({ hostname }: URL): boolean {
  return /^(localhost|127(\.\d+){3}|\[::1\])$/i.test(hostname);
}

/** `host:port` of a URL, without names and passwords. */
export function placeOf(url: URL): string {
  return `${url.protocol}//${url.host}`;
}

/** Throws a BulkConnectionError that names the file. */
export async function readTlsMaterial(tls: TlsSettings): Promise<TlsMaterial> {
  const ca = await Promise.all((tls.certificateAuthorities ?? []).map((path) => readPem(path, "CA certificates")));
  return {
    ...(ca.length > 0 ? { ca } : {}),
    ...(tls.certificate === undefined ? {} : { cert: await readPem(tls.certificate, "the client certificate") }),
    ...(tls.key === undefined ? {} : { key: await readPem(tls.key, "the client certificate's key") }),
    ...(tls.keyPassphrase === undefined ? {} : { passphrase: tls.keyPassphrase }),
    ...(tls.minVersion === undefined ? {} : { minVersion: tls.minVersion as SecureVersion }),
    ...(tls.maxVersion === undefined ? {} : { maxVersion: tls.maxVersion as SecureVersion }),
    ...(tls.verification === "certificate" ? { checkServerIdentity: () => undefined } : {}),
    rejectUnauthorized: tls.verification !== "none",
  };
}

async function readPem(path: string, what: string): Promise<Buffer> {
  if (path.trimStart().startsWith("-----BEGIN ")) return Buffer.from(path);
  let bytes: Buffer;
  try {
    bytes = await readFile(path);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    throw new BulkConnectionError("settings", path, `${what} cannot be read: ${code ?? message}`);
  }
  if (bytes.includes("-----BEGIN ")) return bytes;
  throw new BulkConnectionError("settings", path, `${what} must be a PEM file; this is another format`);
}
