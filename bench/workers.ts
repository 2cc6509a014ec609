import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { join } from "node:path";
import { combinedLine, seeded } from "./lines.ts";
import type { BenchOptions } from "./main.ts";
import { usageOf } from "./process-usage.ts";
import { runAntler } from "./run-antler.ts";

/** Generator to null through grok and date, with one worker and with two: how the work grows with cores. */
export async function workers(options: BenchOptions): Promise<object[]> {
  const random = seeded(3);
  const lines = Array.from({ length: 100 }, () => combinedLine(random, 1_794_000_000).replaceAll('"', "'"));
  const results: object[] = [];
  for (const count of [1, 2]) {
    const folder = mkdtempSync(join(options.folder, "workers-"));
    const config = `input { generator { count => ${options.events / 100} lines => [${lines.map((line) => `"${line}"`).join(",")}] } }
filter { grok { match => { "message" => "${WORK}" } } date { match => ["timestamp", "dd/MMM/yyyy:HH:mm:ss Z"] } }
output { null { } }`;
    try {
      let usage = { cpuSeconds: 0, rssMegabytes: 0 };
      const begin = performance.now();
      let wall = 0;
      await runAntler(
        ["pipeline", "-e", config, "-w", String(count), "--path.data", folder],
        async (child: ChildProcess) => {
          const timer = setInterval(() => {
            try {
              usage = usageOf(child.pid as number);
            } catch {
              // It has just ended.
            }
          }, 20);
          await once(child, "exit");
          clearInterval(timer);
          wall = (performance.now() - begin) / 1000;
        },
      ).catch(() => undefined);
      results.push({
        bench: "workers",
        workers: count,
        events: options.events,
        wall_s: wall,
        cpu_s: usage.cpuSeconds,
        rss_mb: usage.rssMegabytes,
      });
    } finally {
      rmSync(folder, { recursive: true });
    }
  }
  return results;
}

/** The combined format with single quotes, since the lines stand inside double-quoted strings. */
const WORK =
  "%{IPORHOST:clientip} %{USER:ident} %{USER:auth} \\[%{HTTPDATE:timestamp}\\] '%{WORD:verb} %{NOTSPACE:request} HTTP/%{NUMBER:version}' %{INT:status:int} %{INT:bytes:int} '%{DATA:referrer}' '%{GREEDYDATA:agent}'";
