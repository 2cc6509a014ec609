import { readFile } from "node:fs/promises";

/** Counters of the Linux kernel since the host's start, as /proc has them. Source: proc(5), Documentation/admin-guide/iostats. */

const SECTOR_BYTES = 512;

interface Transfers {
  readonly count: number;
  readonly bytes: number;
  /** Milliseconds. */
  readonly time: number;
}

export interface DiskCounters {
  readonly name: string;
  readonly read: { readonly count: number; readonly bytes: number; readonly time: number };
  readonly write: { readonly count: number; readonly bytes: number; readonly time: number };
  readonly ioTimeMs: number;
}

/** Disks and partitions that have done anything. */
export async function diskCounters(): Promise<DiskCounters[]> {
  return (await readFile("/proc/diskstats", "utf8")).split("\n").flatMap((line) => {
    const [, , name = "", ...texts] = line.trim().split(/\s+/);
    const n = texts.map(Number);
    const transfers = (at: number): Transfers => ({
      count: n[at] ?? 0,
      bytes: (n[at + 2] ?? 0) * SECTOR_BYTES,
      time: n[at + 3] ?? 0,
    });
    const [read, write] = [transfers(0), transfers(4)];
    if (name === "" || /^(?:loop|ram)\d/.test(name) || read.count + write.count === 0) return [];
    return [{ name, read, write, ioTimeMs: n[9] ?? 0 }];
  });
}

interface Traffic {
  readonly bytes: number;
  readonly packets: number;
  readonly errors: number;
  readonly dropped: number;
}

export interface InterfaceCounters {
  readonly name: string;
  readonly received: Traffic;
  readonly sent: Traffic;
}

export async function networkCounters(): Promise<InterfaceCounters[]> {
  return (await readFile("/proc/net/dev", "utf8")).split("\n").flatMap((line) => {
    const colon = line.indexOf(":");
    if (colon < 0) return [];
    const n = line
      .slice(colon + 1)
      .trim()
      .split(/\s+/)
      .map(Number);
    const traffic = (at: number): Traffic => ({
      bytes: n[at] ?? 0,
      packets: n[at + 1] ?? 0,
      errors: n[at + 2] ?? 0,
      dropped: n[at + 3] ?? 0,
    });
    return [{ name: line.slice(0, colon).trim(), received: traffic(0), sent: traffic(8) }];
  });
}

/** Processes that the kernel has ended for want of memory; undefined where it does not say. */
export async function oomKills(): Promise<number | undefined> {
  const text = await readFile("/proc/vmstat", "utf8").catch(() => "");
  const match = /^oom_kill (\d+)$/m.exec(text);
  return match === null ? undefined : Number(match[1]);
}
