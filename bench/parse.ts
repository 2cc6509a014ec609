import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { bareLoop } from "./bare-loop.ts";
import { inputFile } from "./input-file.ts";
import type { BenchOptions } from "./main.ts";
import { nginxConf } from "./nginx-conf.ts";
import { reached, runAntler, startSink } from "./run-antler.ts";

/** A file through grok and date, as people write them, to a `_bulk` server that only counts. */
export async function parse(options: BenchOptions): Promise<object> {
  const path = await inputFile(options);
  const sink = await startSink("./bulk-sink.js");
  const folder = mkdtempSync(join(options.folder, "parse-"));
  const conf = join(folder, "parse.conf");
  writeFileSync(conf, nginxConf(path, `http://127.0.0.1:${sink.port}`));
  try {
    const args = ["pipeline", "-f", conf, "--path.data", join(folder, "data")];
    const run = await runAntler(args, () => reached(sink.count, options.events));
    return { bench: "parse", events: sink.count(), ...run, ...(await bareLoop(options)) };
  } finally {
    sink.stop();
    rmSync(folder, { recursive: true });
  }
}
