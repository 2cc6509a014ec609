import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { bareLoop, round } from "./bare-loop.ts";
import { inputFile } from "./input-file.ts";
import type { BenchOptions } from "./main.ts";
import { type AntlerRun, reached, runAntler, startSink } from "./run-antler.ts";

/** A file to a Lumberjack receiver that only counts and acknowledges, with each compression level; then the ratio to a bare loop that only reads. */
export async function* ship(options: BenchOptions): AsyncGenerator<object> {
  for (const level of [0, 3]) {
    const run = await shipOnce(options, level);
    const bare = await bareLoop(options);
    yield { bench: "ship", level, ...run, ...bare, ratio: round(run.cpu_s / Math.max(0.01, bare.bare_cpu_s)) };
  }
}

async function shipOnce(options: BenchOptions, level: number): Promise<AntlerRun & { events: number }> {
  const path = await inputFile(options);
  const sink = await startSink("./lumberjack-sink.js");
  const folder = mkdtempSync(join(options.folder, "ship-"));
  const conf = join(folder, "shipper.yml");
  writeFileSync(
    conf,
    `filebeat.inputs:
  - type: filestream
    id: bench
    paths: ["${path}"]
output.logstash:
  hosts: ["127.0.0.1:${sink.port}"]
  compression_level: ${level}
`,
  );
  try {
    const args = ["ship", "-c", conf, "--path.data", join(folder, "data")];
    const run = await runAntler(args, () => reached(sink.count, options.events));
    return { events: sink.count(), ...run };
  } finally {
    sink.stop();
    rmSync(folder, { recursive: true });
  }
}
