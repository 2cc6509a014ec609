import { createPrivateKey, X509Certificate } from "node:crypto";
import { readFile } from "node:fs/promises";
import type { SecureVersion } from "node:tls";
import type { LumberjackTls } from "../../lumberjack/network.ts";
import type { TlsSettings } from "../config/config.ts";

/** A TLS setting that cannot be used; names the file, or the setting where the PEM stands in the configuration itself. */
export class TlsFileError extends Error {
  constructor(place: string, what: string) {
    super(`${place}: ${what}`);
    this.name = "TlsFileError";
  }
}

/** Reads the files of TLS settings and looks whether they belong together. @throws TlsFileError */
export async function readTlsFiles(settings: TlsSettings): Promise<LumberjackTls> {
  const ca = await Promise.all(
    settings.certificateAuthorities.map((given) => readCertificates(given, "ssl.certificate_authorities")),
  );
  const certificate = settings.certificate;
  const cert = certificate === undefined ? undefined : await readCertificates(certificate, "ssl.certificate");
  const key = settings.key === undefined ? undefined : await readKey(settings.key, settings.keyPassphrase);
  if (cert !== undefined && key === undefined)
    throw new TlsFileError(named(certificate, "ssl.certificate"), "the certificate needs its key: set ssl.key");
  if (key !== undefined && cert === undefined)
    throw new TlsFileError(named(settings.key, "ssl.key"), "the key needs its certificate: set ssl.certificate");
  if (cert !== undefined && key !== undefined) {
    const own = createPrivateKey({
      key,
      ...(settings.keyPassphrase === undefined ? {} : { passphrase: settings.keyPassphrase }),
    });
    if (!new X509Certificate(cert).checkPrivateKey(own))
      throw new TlsFileError(
        named(settings.key, "ssl.key"),
        `the key does not belong to the certificate ${named(certificate, "in ssl.certificate")}`,
      );
  }
  return {
    ...(ca.length > 0 ? { ca } : {}),
    ...(cert === undefined ? {} : { cert }),
    ...(key === undefined ? {} : { key }),
    ...(settings.keyPassphrase === undefined ? {} : { passphrase: settings.keyPassphrase }),
    ...(settings.minVersion === undefined ? {} : { minVersion: settings.minVersion as SecureVersion }),
    ...(settings.maxVersion === undefined ? {} : { maxVersion: settings.maxVersion as SecureVersion }),
    rejectUnauthorized: settings.verificationMode !== "none",
    ...(settings.verificationMode === "certificate" ? { checkServerIdentity: () => undefined } : {}),
  };
}

function isPem(given: string): boolean {
  return given.trimStart().startsWith("-----BEGIN ");
}

/** What to call it in messages: a PEM text is not shown, it may be a key. */
function named(given: string | undefined, setting: string): string {
  return given === undefined || isPem(given) ? setting : given;
}

async function readPem(given: string, setting: string, what: string): Promise<Buffer> {
  if (isPem(given)) return Buffer.from(given);
  let bytes: Buffer;
  try {
    bytes = await readFile(given);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    throw new TlsFileError(given, `${what} (${setting}) cannot be read: ${code ?? message}`);
  }
  if (!bytes.includes("-----BEGIN "))
    throw new TlsFileError(given, `${what} (${setting}) must be PEM; this is another format`);
  return bytes;
}

async function readCertificates(given: string, setting: string): Promise<Buffer> {
  const bytes = await readPem(given, setting, "the certificate");
  try {
    new X509Certificate(bytes);
  } catch {
    throw new TlsFileError(named(given, setting), `this is no certificate (${setting})`);
  }
  return bytes;
}

async function readKey(given: string, passphrase: string | undefined): Promise<Buffer> {
  const bytes = await readPem(given, "ssl.key", "the key");
  try {
    createPrivateKey({ key: bytes, ...(passphrase === undefined ? {} : { passphrase }) });
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    const hint =
      code === "ERR_MISSING_PASSPHRASE"
        ? "the key is encrypted: set ssl.key_passphrase"
        : passphrase === undefined
          ? "this is no private key"
          : "this is no private key, or ssl.key_passphrase is wrong";
    throw new TlsFileError(named(given, "ssl.key"), hint);
  }
  return bytes;
}
