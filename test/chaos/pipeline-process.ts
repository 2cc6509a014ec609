/**
 * `antler pipeline` whose workers end at random: a process for the chaos test. Arguments: configuration file, data folder, seed, `queued` for a
 * persistent queue.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { DiagnosticCollector } from "../../src/diagnostics/diagnostic.ts";
import { renderDiagnostics } from "../../src/diagnostics/render.ts";
import { resolveGroup } from "../../src/pipeline/compile/resolve-group.ts";
import { DEFAULT_QUEUE_SETTINGS } from "../../src/pipeline/queue/queue-settings.ts";
import { Pipeline } from "../../src/pipeline/run/pipeline.ts";
import type { PipelineQueue } from "../../src/pipeline/run/queues.ts";
import { createLogger } from "../../src/telemetry/logger.ts";

const [path = "", dataFolder = "", seed = "1", queue = ""] = process.argv.slice(2);
const definition = {
  id: "chaos",
  sources: [{ name: path, text: readFileSync(path, "utf8") }],
  ecs: "v8" as const,
  supportEscapes: false,
};
const QUEUE: PipelineQueue = {
  folder: join(dataFolder, "queue"),
  settings: { ...DEFAULT_QUEUE_SETTINGS, pageCapacity: 4 << 20, maxBytes: 64 << 20 },
};
const found = new DiagnosticCollector();
const resolved = resolveGroup([definition], found, "start");
if (found.errors > 0) {
  process.stderr.write(renderDiagnostics(found.sorted()));
  process.exit(78);
}
const pipeline = new Pipeline(
  {
    id: definition.id,
    definitions: [definition],
    workers: 2,
    batchSize: 2000,
    ordered: false,
    dataFolder,
    shutdownTimeoutMs: 20_000,
    workerHeapMegabytes: 256,
    ...(queue === "queued" ? { queues: new Map([[definition.id, QUEUE]]) } : {}),
  },
  resolved,
  createLogger("warn"),
);
await pipeline.start();
process.send?.({ ready: true });

let state = Number(seed) >>> 0;
function random(): number {
  state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
  return state / 2 ** 32;
}

/** Ends a worker now and then: from outside, or by itself with work still before it. */
function harm(): void {
  const threads = pipeline.threads;
  const victim = threads[Math.floor(random() * threads.length)];
  if (random() < 0.5) victim?.terminate().catch(() => undefined);
  else victim?.postMessage({ type: "stop" });
  timer = setTimeout(harm, 200 + random() * 1500);
}
let timer = setTimeout(harm, 300 + random() * 500);

process.on("message", (message) => {
  if (message === "calm") clearTimeout(timer);
});
process.on("SIGTERM", () => {
  clearTimeout(timer);
  pipeline.stop();
});
await pipeline.run();
process.send?.({ ledger: pipeline.ledger() });
process.exit(0);
