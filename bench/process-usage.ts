import { readFileSync } from "node:fs";

/** Clock ticks a second in /proc (USER_HZ), 100 on every Linux that matters. */
const TICKS = 100;

/** CPU seconds and peak memory of a running process and its threads, from Linux's /proc. */
export function usageOf(pid: number): { cpuSeconds: number; rssMegabytes: number } {
  const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  const peak = /VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, "utf8"));
  return {
    cpuSeconds: (Number(fields[11]) + Number(fields[12])) / TICKS,
    rssMegabytes: Math.round(Number(peak?.[1] ?? 0) / 1024),
  };
}
