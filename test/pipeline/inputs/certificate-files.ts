import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { makeCertificates } from "../../lumberjack/support.ts";

/** Certificates as files: `ca.crt`, and `.crt` and `.key` of server, client and stranger. */
export interface CertificateFiles {
  file(name: string): string;
  read(name: string): Buffer;
  remove(): void;
}

/** undefined where there is no openssl command. */
export function certificateFiles(): CertificateFiles | undefined {
  const made = makeCertificates();
  if (made === undefined) return undefined;
  const folder = mkdtempSync(join(tmpdir(), "antler-certificates-"));
  const file = (name: string): string => join(folder, name);
  writeFileSync(file("ca.crt"), made.ca);
  for (const name of ["server", "client", "stranger"] as const) {
    writeFileSync(file(`${name}.crt`), made[name].cert);
    writeFileSync(file(`${name}.key`), made[name].key);
  }
  return { file, read: (name) => readFileSync(file(name)), remove: () => rmSync(folder, { recursive: true }) };
}
