import { readFile, statfs } from "node:fs/promises";
import { cpus, loadavg } from "node:os";
import type { ObjectValue } from "../../../event/value.ts";
import { type Measure, type Metric, ratio, rounded } from "./metric.ts";
import { diskCounters, networkCounters, oomKills } from "./proc-files.ts";
import { processes } from "./processes.ts";

interface MeasureOptions {
  /** Processes with the most CPU, and with the most memory. */
  readonly top: number;
}

/** By name; each makes what measures it. */
export type Metricsets = Readonly<Record<string, (options: MeasureOptions) => Measure>>;

/** Field names: Metricbeat reference, "System module". Shares are 0 to 1, sizes bytes. */
export const METRICSETS: Metricsets = {
  cpu: () => measureCpu,
  load: () => measureLoad,
  memory: () => measureMemory,
  filesystem: () => measureFilesystems,
  diskio: () => measureDisks,
  network: () => measureNetwork,
  process: ({ top }) => processes(top),
};

/** systeminformation takes a while to load, and not everyone measures. */
const library = (): Promise<typeof import("systeminformation")> => import("systeminformation");

async function measureCpu(): Promise<Metric[]> {
  const load = await (await library()).currentLoad();
  const cores = load.cpus.length;
  const share = (percent: number): ObjectValue => ({
    pct: rounded((percent * cores) / 100),
    norm: { pct: rounded(percent / 100) },
  });
  return [
    {
      system: {
        cpu: {
          cores,
          total: share(load.currentLoad),
          user: share(load.currentLoadUser),
          system: share(load.currentLoadSystem),
          nice: share(load.currentLoadNice),
          irq: share(load.currentLoadIrq),
          steal: share(load.currentLoadSteal ?? 0),
          idle: share(load.currentLoadIdle),
        },
      },
      host: { cpu: { usage: rounded(load.currentLoad / 100) } },
    },
  ];
}

async function measureLoad(): Promise<Metric[]> {
  const cores = cpus().length;
  const [one = 0, five = 0, fifteen = 0] = loadavg();
  const norm = { "1": rounded(one / cores), "5": rounded(five / cores), "15": rounded(fifteen / cores) };
  return [{ system: { load: { cores, "1": rounded(one), "5": rounded(five), "15": rounded(fifteen), norm } } }];
}

async function measureMemory(): Promise<Metric[]> {
  const memory = await (await library()).mem();
  const { total, free, used, available, swaptotal, swapused, swapfree } = memory;
  const kills = await oomKills();
  return [
    {
      system: {
        memory: {
          total,
          free,
          used: { bytes: used, pct: ratio(used, total) },
          cached: memory.cached,
          actual: { free: available, used: { bytes: total - available, pct: ratio(total - available, total) } },
          swap: { total: swaptotal, free: swapfree, used: { bytes: swapused, pct: ratio(swapused, swaptotal) } },
          ...(kills === undefined ? {} : { oom_kills: kills }),
        },
      },
    },
  ];
}

/** Kernel filesystems that hold no files of anyone. */
const PSEUDO =
  /^(?:proc|sysfs|devtmpfs|devpts|cgroup2?|securityfs|pstore|efivarfs|bpf|debugfs|tracefs|configfs|fusectl|mqueue|hugetlbfs|rpc_pipefs|autofs|binfmt_misc|nsfs|ramfs|squashfs)$/;

async function measureFilesystems(): Promise<Metric[]> {
  const mounts = (await readFile("/proc/self/mounts", "utf8")).split("\n").map((line) => line.split(" "));
  const found = new Map<string, Metric>();
  for (const [device = "", folder = "", type = ""] of mounts) {
    if (folder === "" || PSEUDO.test(type) || found.has(device + folder)) continue;
    const path = folder.replace(/\\(\d{3})/g, (_whole, octal: string) =>
      String.fromCharCode(Number.parseInt(octal, 8)),
    );
    const space = await statfs(path).catch(() => undefined);
    if (space === undefined || space.blocks === 0) continue;
    const { bsize, blocks, bfree, bavail, files, ffree } = space;
    const used = (blocks - bfree) * bsize;
    found.set(device + folder, {
      system: {
        filesystem: {
          device_name: device,
          mount_point: path,
          type,
          total: blocks * bsize,
          free: bfree * bsize,
          available: bavail * bsize,
          used: { bytes: used, pct: ratio(used, used + bavail * bsize) },
          files,
          free_files: ffree,
        },
      },
    });
  }
  return [...found.values()];
}

async function measureDisks(): Promise<Metric[]> {
  return (await diskCounters()).map(({ name, read, write, ioTimeMs }) => ({
    system: { diskio: { name, read, write, io: { time: ioTimeMs } } },
  }));
}

async function measureNetwork(): Promise<Metric[]> {
  return (await networkCounters()).map(({ name, received, sent }) => ({
    system: { network: { name, in: { ...received }, out: { ...sent } } },
  }));
}
