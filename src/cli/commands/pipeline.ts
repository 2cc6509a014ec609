import { availableParallelism } from "node:os";
import { DiagnosticCollector } from "../../diagnostics/diagnostic.ts";
import { renderDiagnostics } from "../../diagnostics/render.ts";
import { type ResolvedGroup, resolveGroup } from "../../pipeline/compile/resolve-group.ts";
import { lettersFolder } from "../../pipeline/dead-letters/settings.ts";
import { Pipeline } from "../../pipeline/run/pipeline.ts";
import type { EcsMode } from "../../plugin/definitions.ts";
import { imbalance } from "../../telemetry/ledger.ts";
import { createLogger } from "../../telemetry/logger.ts";
import { readConfiguration } from "../configuration-files.ts";
import { dataFolder, FolderInUse, lockFolder } from "../data-folder.ts";
import { EXIT_CONFIGURATION, EXIT_INTERNAL, EXIT_USAGE } from "../exit-codes.ts";
import { type CommandLineSettings, type PipelineSet, readSettingsFolder, readSettingsFor } from "../pipelines-yml.ts";
import type { Ordered } from "../pipelines-yml-workers.ts";
import { onStopSignal } from "../signals.ts";

/** Most events in a batch; measured best between small batches' overhead and big ones' memory. */
const BATCH_SIZE = 4096;
const WORKER_HEAP_MEGABYTES = 1024;

type CommandOptions = Readonly<Record<string, string | string[] | boolean | undefined>>;

/** `antler pipeline`. The exit code. */
export async function runPipelineCommand(options: CommandOptions): Promise<number> {
  const found = new DiagnosticCollector();
  const set = pipelinesOf(options, found);
  if (typeof set === "number") return set;
  const { id, definitions } = set;
  const resolved = resolveGroup(definitions, found, "start");
  if (found.errors === 0) checkEnds(resolved, found);
  process.stderr.write(renderDiagnostics(found.sorted()));
  if (found.errors > 0) return EXIT_CONFIGURATION;

  const log = createLogger();
  const folder = dataFolder((options["path.data"] as string | undefined) ?? set.dataPath, "pipeline", id);
  const workers = set.workers ?? availableParallelism();
  const batchSize = set.batchSize ?? BATCH_SIZE;
  const timeout = Number(options["shutdown.timeout"]);
  const ordered = set.ordered === "true" || (set.ordered === "auto" && workers === 1);
  try {
    await lockFolder(folder);
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
      deadLetters: set.deadLetters,
    },
    resolved,
    log,
  );
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
    return EXIT_INTERNAL;
  }
  log.info("pipeline is ready", {
    pipeline: id,
    ...(definitions.length > 1 ? { pipelines: definitions.length } : {}),
    workers: ordered ? 1 : workers,
    milliseconds: Math.round(performance.now()),
  });
  const ended = pipeline.run();
  // A signal that came during the start.
  if (stopping) pipeline.stop();
  await ended;
  off();
  const ledger = pipeline.ledger();
  log.info("pipeline has ended", { ...ledger, imbalance: imbalance(ledger) });
  return 0;
}

/** What to run; or an exit code, when the command line does not say it. */
function pipelinesOf(options: CommandOptions, found: DiagnosticCollector): PipelineSet | number {
  const text = options["config.string"] as string | undefined;
  const paths = (options["path.config"] as string[] | undefined) ?? [];
  const folder = options["path.settings"] as string | undefined;
  const named = (text === undefined ? 0 : 1) + (paths.length === 0 ? 0 : 1);
  if (named === 2 || (named === 0 && folder === undefined)) {
    return wrong("give the configuration with -f PATH, with -e TEXT, or as a folder with --path.settings FOLDER");
  }
  const workers = whole(options["pipeline.workers"]);
  const batchSize = whole(options["pipeline.batch.size"]);
  if (Number.isNaN(workers) || Number.isNaN(batchSize) || !(Number(options["shutdown.timeout"]) >= 0))
    return wrong("workers, batch size and timeout are positive numbers");
  const ecs = options["pipeline.ecs_compatibility"] as EcsMode | undefined;
  if (ecs !== undefined && !["disabled", "v1", "v8"].includes(ecs))
    return wrong("--pipeline.ecs_compatibility is v8, v1 or disabled");
  const ordered = options["pipeline.ordered"] as Ordered | undefined;
  if (ordered !== undefined && !["auto", "true", "false"].includes(ordered))
    return wrong("--pipeline.ordered is auto, true or false");
  const given: CommandLineSettings = {
    id: options["pipeline.id"] as string | undefined,
    workers,
    batchSize,
    ordered,
    ecs,
    supportEscapes: options["config.support_escapes"] as true | undefined,
  };
  if (named === 0) return readSettingsFolder(folder as string, given, found, "start");
  const sources = text === undefined ? readConfiguration(paths, found) : [{ name: "-e", text }];
  return readSettingsFor(folder, given, sources, found);
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

function wrong(message: string): number {
  process.stderr.write(`antler: ${message}\n`);
  return EXIT_USAGE;
}

/** A whole number from 1 on; NaN when it is none. */
function whole(given: CommandOptions[string]): number | undefined {
  if (given === undefined) return undefined;
  const value = Number(given);
  return Number.isInteger(value) && value >= 1 ? value : Number.NaN;
}
