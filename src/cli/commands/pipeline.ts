import { availableParallelism } from "node:os";
import { DiagnosticCollector } from "../../diagnostics/diagnostic.ts";
import { renderDiagnostics } from "../../diagnostics/render.ts";
import { type ResolvedGroup, resolveGroup } from "../../pipeline/compile/resolve-group.ts";
import { lettersFolder } from "../../pipeline/dead-letters/settings.ts";
import { Pipeline } from "../../pipeline/run/pipeline.ts";
import { startApi } from "../../telemetry/api-server.ts";
import { imbalance } from "../../telemetry/ledger.ts";
import { createLogger } from "../../telemetry/logger.ts";
import { dataFolder, FolderInUse, lockFolder } from "../data-folder.ts";
import { EXIT_CONFIGURATION, EXIT_INTERNAL } from "../exit-codes.ts";
import { apiSource } from "../pipeline-api.ts";
import { type CommandOptions, pipelineSet } from "../pipeline-set.ts";
import { PipelineStatus } from "../pipeline-status.ts";
import { preflight } from "../preflight.ts";
import { queuesOf, warnOfQueuesLeft } from "../queue/queue-folders.ts";
import { onStopSignal } from "../signals.ts";

/** Most events in a batch; measured best between small batches' overhead and big ones' memory. */
const BATCH_SIZE = 4096;
const WORKER_HEAP_MEGABYTES = 1024;

/** `antler pipeline`. The exit code. */
export async function runPipelineCommand(options: CommandOptions): Promise<number> {
  const found = new DiagnosticCollector();
  const set = pipelineSet(options, found);
  if (typeof set === "number") return set;
  const { id, definitions } = set;
  const resolved = resolveGroup(definitions, found, "start");
  if (found.errors === 0) checkEnds(resolved, found);
  process.stderr.write(renderDiagnostics(found.sorted()));
  if (found.errors > 0) return EXIT_CONFIGURATION;

  let status: PipelineStatus | undefined;
  const log = createLogger("info", () => status?.clear());
  const folder = dataFolder((options["path.data"] as string | undefined) ?? set.dataPath, "pipeline", id);
  const workers = set.workers ?? availableParallelism();
  const batchSize = set.batchSize ?? BATCH_SIZE;
  const timeout = Number(options["shutdown.timeout"]);
  const ordered = set.ordered === "true" || (set.ordered === "auto" && workers === 1);
  const queues = queuesOf(set, folder);
  try {
    await lockFolder(folder);
    for (const { folder: own } of queues.values()) if (!own.startsWith(folder)) await lockFolder(own);
    if (set.deadLetters.path !== undefined) await lockFolder(lettersFolder(set.deadLetters, folder, id));
  } catch (error) {
    if (!(error instanceof FolderInUse)) throw error;
    process.stderr.write(`antler: ${error.message}\n`);
    return EXIT_INTERNAL;
  }
  const pipeline = new Pipeline(
    {
      id,
      definitions,
      workers: ordered ? 1 : workers,
      batchSize,
      ordered,
      dataFolder: folder,
      shutdownTimeoutMs: timeout * 1000,
      workerHeapMegabytes: WORKER_HEAP_MEGABYTES,
      queues,
      isolation: set.isolation,
      deadLetters: set.deadLetters,
    },
    resolved,
    log,
  );
  await warnOfQueuesLeft(definitions, queues, folder, log);
  const api = set.api === undefined ? undefined : await startApi(set.api, apiSource(pipeline, id, batchSize), log);
  let stopping = false;
  const off = onStopSignal((signal) => {
    log.info("stopping", { signal });
    stopping = true;
    pipeline.stop();
  });
  try {
    await pipeline.start();
  } catch (error) {
    process.stderr.write(`antler: ${error instanceof Error ? error.message : String(error)}\n`);
    await pipeline.close();
    await api?.close();
    return EXIT_INTERNAL;
  }
  log.info("pipeline is ready", {
    pipeline: id,
    ...(definitions.length > 1 ? { pipelines: definitions.length } : {}),
    workers: ordered ? 1 : workers,
    milliseconds: Math.round(performance.now()),
  });
  if (showsStatus(resolved)) status = new PipelineStatus(() => pipeline.figures(), process.stderr, Date.now);
  const ended = pipeline.run();
  const stopPreflight = new AbortController();
  const say = (text: string): void => {
    status?.clear();
    process.stderr.write(text);
  };
  const checked = preflight(resolved, log, say, Date.now(), stopPreflight.signal);
  // A signal that came during the start.
  if (stopping) pipeline.stop();
  await ended;
  stopPreflight.abort();
  await checked;
  off();
  status?.stop();
  await api?.close();
  const ledger = pipeline.ledger();
  const dropped = pipeline.deadLetters()?.dropped ?? {};
  log.info("pipeline has ended", {
    ...ledger,
    ...(Object.keys(dropped).length > 0 ? { droppedDeadLetters: dropped } : {}),
    imbalance: imbalance(ledger),
  });
  return 0;
}

/** On a terminal, unless the pipelines read from it or write to it themselves. */
function showsStatus({ pipelines }: ResolvedGroup): boolean {
  const has = (side: "inputs" | "outputs", plugin: string): boolean =>
    pipelines.some((pipeline) => pipeline[side].some((one) => one.plugin.name === plugin));
  if (process.stdout.isTTY && has("outputs", "stdout")) return false;
  if (process.stdin.isTTY && has("inputs", "stdin")) return false;
  return process.stderr.isTTY === true;
}

/** Each pipeline reads from something and writes to something. */
function checkEnds({ pipelines }: ResolvedGroup, found: DiagnosticCollector): void {
  const several = pipelines.length > 1;
  for (const { definition, inputs, entrances, outputs, links } of pipelines) {
    const name = several ? `the pipeline "${definition.id}"` : "the configuration";
    if (inputs.length + entrances.length === 0)
      found.error("CONF019", `${name} has no input`, undefined, { help: "for example: input { stdin { } }" });
    if (outputs.length + links.length === 0)
      found.error("CONF019", `${name} has no output`, undefined, { help: "for example: output { stdout { } }" });
  }
  if (pipelines.length > 0 && found.errors === 0 && pipelines.every(({ inputs }) => inputs.length === 0))
    found.error("CONF019", "no pipeline reads from outside", undefined, {
      help: "for example: input { beats { port => 5044 } }",
    });
}
