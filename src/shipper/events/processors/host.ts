import { readFileSync, readlinkSync } from "node:fs";
import { arch, hostname, networkInterfaces, release } from "node:os";

/** What processors need of the host; tests supply their own. */
export interface ProcessorHost {
  /** Epoch milliseconds. */
  now(): number;
  /** The text of a small file; undefined where it cannot be read. */
  readFile(path: string): string | undefined;
  /** Where a link points; undefined where that cannot be read. */
  readLink(path: string): string | undefined;
  hostname(): string;
  /** `linux`, `darwin`, `win32`. */
  readonly platform: string;
  /** Node's name of the processor's architecture. */
  arch(): string;
  /** The kernel's version. */
  kernel(): string;
  interfaces(): ReturnType<typeof networkInterfaces>;
  /** IANA name of the local time zone. */
  timezone(): string;
}

export const realHost: ProcessorHost = {
  now: () => Date.now(),
  readFile(path) {
    try {
      return readFileSync(path, "utf8");
    } catch {
      return undefined;
    }
  },
  readLink(path) {
    try {
      return readlinkSync(path);
    } catch {
      return undefined;
    }
  },
  hostname,
  platform: process.platform,
  arch,
  kernel: release,
  interfaces: networkInterfaces,
  timezone: () => Intl.DateTimeFormat().resolvedOptions().timeZone,
};
