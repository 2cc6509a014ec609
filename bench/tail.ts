import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { RecordBatch, type RecordSink } from "../src/event/record-batch.ts";
import { Tail } from "../src/tail/tail.ts";
import { bareLoop, round } from "./bare-loop.ts";
import { inputFile } from "./input-file.ts";
import type { BenchOptions } from "./main.ts";

/** A sink that counts records and acknowledges at once; a few batches of 1 MiB. */
class CountingSink implements RecordSink {
  records = 0;
  bytes = 0;
  readonly #free: RecordBatch[] = Array.from({ length: 4 }, () => RecordBatch.allocate(1024 * 1024, 8192));

  async acquire(bytes = 0): Promise<RecordBatch> {
    const batch = bytes > 1024 * 1024 ? undefined : this.#free.pop();
    batch?.clear();
    return batch ?? RecordBatch.allocate(Math.max(bytes, 1024 * 1024), 8192);
  }

  submit(batch: RecordBatch, acknowledged: () => void): void {
    this.records += batch.count;
    this.bytes += batch.used;
    this.release(batch);
    acknowledged();
  }

  release(batch: RecordBatch): void {
    if (batch.bytes.length === 1024 * 1024) this.#free.push(batch);
  }
}

/** A file of generated lines through the tail, read + framed + checksummed + counted, and the bare loop in the same run. */
async function tail(options: BenchOptions): Promise<object> {
  const bare = await bareLoop(options);
  const path = await inputFile(options);
  const registryFolder = mkdtempSync(join(tmpdir(), "antler-bench-tail-"));
  try {
    const sink = new CountingSink();
    const before = process.cpuUsage();
    const began = process.hrtime.bigint();
    const reader = new Tail({ inputs: [{ number: 0, name: "bench", paths: [path] }], registryFolder }, sink);
    await reader.start();
    while (sink.records < bare.lines) await new Promise((resolve) => setTimeout(resolve, 1));
    const wall = Number(process.hrtime.bigint() - began) / 1e9;
    const used = process.cpuUsage(before);
    await reader.stop({ drain: true, timeoutMs: 1000 });
    return {
      bench: "tail",
      events: sink.records,
      bytes: sink.bytes,
      wall_s: round(wall),
      cpu_s: round((used.user + used.system) / 1e6),
      rss_mb: Math.round(process.memoryUsage().rss / 1e6),
      bare_cpu_s: bare.bare_cpu_s,
    };
  } finally {
    rmSync(registryFolder, { recursive: true, force: true });
  }
}

const [events = "1000000", folder = join(tmpdir(), "antler-bench")] = process.argv.slice(2);
process.stdout.write(`${JSON.stringify(await tail({ events: Number(events), folder }))}\n`);
