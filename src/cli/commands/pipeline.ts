import { availableParallelism } from "node:os";
import { DiagnosticCollector } from "../../diagnostics/diagnostic.ts";
import { renderDiagnostics } from "../../diagnostics/render.ts";
import type { PipelineDefinition } from "../../pipeline/compile/definition.ts";
import { resolveGroup } from "../../pipeline/compile/resolve-group.ts";
import { Pipeline } from "../../pipeline/run/pipeline.ts";
import type { EcsMode } from "../../plugin/definitions.ts";
import { imbalance } from "../../telemetry/ledger.ts";
import { createLogger } from "../../telemetry/logger.ts";
import { readConfiguration } from "../configuration-files.ts";
import { dataFolder, FolderInUse, lockFolder } from "../data-folder.ts";
import { EXIT_CONFIGURATION, EXIT_INTERNAL, EXIT_USAGE } from "../exit-codes.ts";
import { onStopSignal } from "../signals.ts";

/** Most events in a batch; measured best between small batches' overhead and big ones' memory. */
const BATCH_SIZE = 4096;
const WORKER_HEAP_MEGABYTES = 1024;

type CommandOptions = Readonly<Record<string, string | string[] | boolean | undefined>>;

/** `antler pipeline`. The exit code. */
export async function runPipelineCommand(options: CommandOptions): Promise<number> {
  const found = new DiagnosticCollector();
  const definition = definitionOf(options, found);
  if (typeof definition === "number") return definition;
  const resolved = resolveGroup([definition], found, "start");
  if (found.errors === 0) {
    if (resolved.inputs.length === 0)
      found.error("CONF019", "the configuration has no input", undefined, { help: "for example: input { stdin { } }" });
    if (resolved.outputs.length === 0)
      found.error("CONF019", "the configuration has no output", undefined, {
        help: "for example: output { stdout { } }",
      });
  }
  process.stderr.write(renderDiagnostics(found.sorted()));
  if (found.errors > 0) return EXIT_CONFIGURATION;

  const log = createLogger();
  const folder = dataFolder(options["path.data"] as string | undefined, "pipeline", definition.id);
  const workers = whole(options["pipeline.workers"], availableParallelism());
  const batchSize = whole(options["pipeline.batch.size"], BATCH_SIZE);
  const timeout = Number(options["shutdown.timeout"]);
  if (workers === undefined || batchSize === undefined || !(timeout >= 0)) {
    process.stderr.write("antler: workers, batch size and timeout are positive numbers\n");
    return EXIT_USAGE;
  }
  try {
    await lockFolder(folder);
  } catch (error) {
    if (!(error instanceof FolderInUse)) throw error;
    process.stderr.write(`antler: ${error.message}\n`);
    return EXIT_INTERNAL;
  }
  const ordered = options["pipeline.ordered"] === "true" || (options["pipeline.ordered"] === "auto" && workers === 1);
  const pipeline = new Pipeline(
    {
      id: definition.id,
      definitions: [definition],
      workers: ordered ? 1 : workers,
      batchSize,
      ordered,
      dataFolder: folder,
      shutdownTimeoutMs: timeout * 1000,
      workerHeapMegabytes: WORKER_HEAP_MEGABYTES,
    },
    resolved,
    log,
  );
  const off = onStopSignal((signal) => {
    log.info("stopping", { signal });
    pipeline.stop();
  });
  try {
    await pipeline.start();
  } catch (error) {
    process.stderr.write(`antler: ${error instanceof Error ? error.message : String(error)}\n`);
    await pipeline.close();
    return EXIT_INTERNAL;
  }
  log.info("pipeline is ready", {
    pipeline: definition.id,
    workers: ordered ? 1 : workers,
    milliseconds: Math.round(performance.now()),
  });
  await pipeline.run();
  off();
  const ledger = pipeline.ledger();
  log.info("pipeline has ended", { ...ledger, imbalance: imbalance(ledger) });
  return 0;
}

function definitionOf(options: CommandOptions, found: DiagnosticCollector): PipelineDefinition | number {
  const text = options["config.string"] as string | undefined;
  const paths = (options["path.config"] as string[] | undefined) ?? [];
  if ((text === undefined) === (paths.length === 0)) {
    process.stderr.write("antler: give the configuration with -f PATH or with -e TEXT, one of the two\n");
    return EXIT_USAGE;
  }
  const ecs = options["pipeline.ecs_compatibility"] as EcsMode;
  if (!["disabled", "v1", "v8"].includes(ecs)) {
    process.stderr.write("antler: --pipeline.ecs_compatibility is v8, v1 or disabled\n");
    return EXIT_USAGE;
  }
  return {
    id: options["pipeline.id"] as string,
    sources: text === undefined ? readConfiguration(paths, found) : [{ name: "-e", text }],
    ecs,
    supportEscapes: options["config.support_escapes"] === true,
  };
}

/** A whole number from 1 on; undefined when it is none. */
function whole(given: CommandOptions[string], fallback: number): number | undefined {
  if (given === undefined) return fallback;
  const value = Number(given);
  return Number.isInteger(value) && value >= 1 ? value : undefined;
}
