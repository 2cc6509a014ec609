import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { bareLoop } from "./bare-loop.ts";
import { inputFile } from "./input-file.ts";
import type { BenchOptions } from "./main.ts";
import { nginxConf } from "./nginx-conf.ts";
import { type AntlerRun, reached, runAntler, startSink } from "./run-antler.ts";

const ORDER = ["memory", "persisted", "persisted", "memory"] as const;

/**
 * The work of `parse` with a queue in memory and with one on disk, in turns, twice each: what the disk costs, as a ratio. In the folder of the
 * bench: name one on a real disk.
 */
export async function* queue(options: BenchOptions): AsyncGenerator<object> {
  const path = await inputFile(options);
  const runs: Record<(typeof ORDER)[number], AntlerRun[]> = { memory: [], persisted: [] };
  for (const type of ORDER) {
    const run = await once(options, path, type);
    runs[type].push(run);
    yield {
      bench: "queue",
      type,
      events: options.events,
      events_per_s: Math.round(options.events / run.wall_s),
      ...run,
    };
  }
  const ratio = (of: (run: AntlerRun) => number): number => {
    const mean = (list: readonly AntlerRun[]): number => list.reduce((sum, run) => sum + of(run), 0) / list.length;
    return Math.round((mean(runs.persisted) / mean(runs.memory)) * 100) / 100;
  };
  const ratios = { wall: ratio((run) => run.wall_s), cpu: ratio((run) => run.cpu_s), rss: ratio((run) => run.rss_mb) };
  yield { bench: "queue", persisted_to_memory: ratios, ...(await bareLoop(options)) };
}

async function once(options: BenchOptions, path: string, type: string): Promise<AntlerRun> {
  const sink = await startSink("./bulk-sink.js");
  const folder = mkdtempSync(join(options.folder, "queue-"));
  const conf = join(folder, "queue.conf");
  writeFileSync(conf, nginxConf(path, `http://127.0.0.1:${sink.port}`));
  try {
    const args = ["pipeline", "-f", conf, "--queue.type", type, "--path.data", join(folder, "data")];
    return await runAntler(args, () => reached(sink.count, options.events));
  } finally {
    sink.stop();
    rmSync(folder, { recursive: true });
  }
}
