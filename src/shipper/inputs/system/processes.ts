import { readdir, readFile } from "node:fs/promises";
import { cpus, totalmem } from "node:os";
import { type Measure, type Metric, ratio, rounded } from "./metric.ts";

/** Clock ticks a second in /proc (USER_HZ), and bytes of a page, on every Linux that matters. */
const TICKS = 100;
const PAGE_BYTES = 4096;
const STATES: Readonly<Record<string, string>> = {
  R: "running",
  S: "sleeping",
  D: "waiting",
  Z: "zombie",
  T: "stopped",
  t: "stopped",
  I: "idle",
};

interface ProcessFigures {
  readonly pid: number;
  readonly parent: number;
  readonly name: string;
  readonly state: string;
  readonly ticks: number;
  readonly started: number;
  readonly residentBytes: number;
  /** Share of one core since the last measurement; 0 at the first. */
  cpu: number;
}

/**
 * The `top` processes with the most CPU since the last measurement, and those with the most memory. /proc is read here, since a library that runs `ps` each time costs
 * ten times as much. Command lines are left out: they may hold secrets.
 */
export function processes(top: number): Measure {
  let before = new Map<string, number>();
  let measuredAt = 0;
  return async () => {
    const now = performance.now();
    const all = await readProcesses();
    const seconds = (now - measuredAt) / 1000;
    for (const one of all) {
      const last = before.get(`${one.pid}:${one.started}`);
      if (last !== undefined && measuredAt > 0) one.cpu = (one.ticks - last) / TICKS / seconds;
    }
    before = new Map(all.map((one) => [`${one.pid}:${one.started}`, one.ticks]));
    measuredAt = now;
    const byCpu = all.toSorted((a, b) => b.cpu - a.cpu || b.ticks - a.ticks).slice(0, top);
    const byMemory = all.toSorted((a, b) => b.residentBytes - a.residentBytes).slice(0, top);
    return [...new Set([...byCpu, ...byMemory])].map(metricOf);
  };
}

function metricOf(one: ProcessFigures): Metric {
  const { pid, parent, name, state, ticks, residentBytes, cpu } = one;
  const cores = cpus().length;
  return {
    process: {
      pid,
      parent: { pid: parent },
      name,
      cpu: { pct: rounded(cpu / cores) },
      memory: { pct: ratio(residentBytes, totalmem()) },
    },
    system: {
      process: {
        state,
        cpu: { total: { value: (ticks / TICKS) * 1000, pct: rounded(cpu), norm: { pct: rounded(cpu / cores) } } },
        memory: { rss: { bytes: residentBytes, pct: ratio(residentBytes, totalmem()) } },
      },
    },
  };
}

async function readProcesses(): Promise<ProcessFigures[]> {
  const found: ProcessFigures[] = [];
  for (const name of await readdir("/proc")) {
    if (!/^\d+$/.test(name)) continue;
    // One that has ended meanwhile is none.
    const stat = await readFile(`/proc/${name}/stat`, "utf8").catch(() => undefined);
    const read = stat === undefined ? undefined : parseStat(stat);
    if (read !== undefined) found.push(read);
  }
  return found;
}

/** `PID (NAME) STATE PPID …`; the name may hold anything. Source: proc(5). */
function parseStat(stat: string): ProcessFigures | undefined {
  const [open, close] = [stat.indexOf("("), stat.lastIndexOf(")")];
  if (open < 0 || close < 0) return undefined;
  const fields = stat.slice(close + 2).split(" ");
  const number = (at: number): number => Number(fields[at] ?? 0);
  return {
    pid: Number(stat.slice(0, open).trim()),
    parent: number(1),
    name: stat.slice(open + 1, close),
    state: STATES[fields[0] ?? ""] ?? "unknown",
    ticks: number(11) + number(12),
    started: number(19),
    residentBytes: number(21) * PAGE_BYTES,
    cpu: 0,
  };
}
