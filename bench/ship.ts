import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { bareLoop } from "./bare-loop.ts";
import { inputFile } from "./input-file.ts";
import type { BenchOptions } from "./main.ts";
import { reached, runAntler, startSink } from "./run-antler.ts";

/** A file to a Lumberjack receiver that only counts and acknowledges. */
export async function ship(options: BenchOptions): Promise<object> {
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
  compression_level: 0
`,
  );
  try {
    const args = ["ship", "-c", conf, "--path.data", join(folder, "data")];
    const run = await runAntler(args, () => reached(sink.count, options.events));
    return { bench: "ship", events: sink.count(), ...run, ...(await bareLoop(options)) };
  } finally {
    sink.stop();
    rmSync(folder, { recursive: true });
  }
}
