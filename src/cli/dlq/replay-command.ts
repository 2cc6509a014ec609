import { existsSync } from "node:fs";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import type { DiagnosticCollector } from "../../diagnostics/diagnostic.ts";
import { renderDiagnostics } from "../../diagnostics/render.ts";
import { type ResolvedGroup, resolveGroup } from "../../pipeline/compile/resolve-group.ts";
import { stateOf } from "../../pipeline/compile/state.ts";
import { Letters, type OpenLetter } from "../../pipeline/dead-letters/letters.ts";
import { Replay, type ReplayCounts } from "../../pipeline/dead-letters/replay.ts";
import type { RunningOutput } from "../../pipeline/run/deliveries.ts";
import { WorkerPool } from "../../pipeline/run/worker-pool.ts";
import { settledFolder } from "../../segments/settled-log.ts";
import { realCheckpointFileSystem } from "../../telemetry/checkpoint-file.ts";
import { createLogger, type Logger } from "../../telemetry/logger.ts";
import { readConfiguration } from "../configuration-files.ts";
import { EXIT_CONFIGURATION } from "../exit-codes.ts";
import { PIPELINES_FILE, type PipelineSet, readSettingsFolder, readSettingsFor } from "../pipelines-yml.ts";
import { onStopSignal } from "../signals.ts";
import { type FindOptions, type FoundLetters, UsageError } from "./find-letters.ts";
import type { Write } from "./list.ts";
import { openMarks } from "./marks.ts";
import { selected } from "./select.ts";

const WORKER_HEAP_MEGABYTES = 1024;
/** After a signal, deliveries under way have so long to end, in milliseconds. */
const GRACE_MILLIS = 10_000;
const PROGRESS_MILLIS = 2000;

export interface ReplayCommandOptions extends FindOptions {
  readonly with?: readonly string[];
  readonly json?: boolean;
}

/** `antler dlq replay`. The exit code: 1 when some letters failed again or were not got to. */
export async function runReplay(
  { folder, set }: FoundLetters,
  which: (open: OpenLetter) => boolean,
  options: ReplayCommandOptions,
  found: DiagnosticCollector,
  write: Write,
): Promise<number> {
  const { definitions, workers } = configurationOf(set, options, found);
  const group = resolveGroup(definitions, found, "start");
  process.stderr.write(renderDiagnostics(found.sorted()));
  if (found.errors > 0) return EXIT_CONFIGURATION;
  const log = createLogger("warn");
  const { filters } = stateOf(group);
  if (filters.length > 0)
    log.warn(
      "filters that keep state see the replayed events only, and what they would make of them later is not made",
      {
        filters,
      },
    );
  const settled = await openMarks(folder);
  const letters = await Letters.open(folder);
  const stop = new AbortController();
  const replay = new Replay({
    group,
    outputs: await startOutputs(group, log),
    workers: (events) =>
      new WorkerPool(
        { workers: workers ?? availableParallelism(), definitions, heapMegabytes: WORKER_HEAP_MEGABYTES },
        events,
        log,
      ),
    settled,
    end: letters.end,
    log,
    now: Date.now,
    signal: stop.signal,
    progress: progressLine(),
  });
  const off = onStopSignal(() => {
    stop.abort();
    setTimeout(() => replay.abort(), GRACE_MILLIS).unref();
  });
  try {
    await replay.run(selected(letters, which));
  } finally {
    off();
    await replay.close();
    await settled.close();
    // For `antler ledger`, which looks for files of this name.
    await realCheckpointFileSystem.replace(join(settledFolder(folder), "ledger.json"), JSON.stringify(replay.ledger));
  }
  const result = options.json === true ? resultJson(replay.counts) : resultText(replay.counts, stop.signal.aborted);
  // Standard output belongs to the events then.
  if (group.outputs.some(({ plugin }) => plugin.name === "stdout")) process.stderr.write(result);
  else write(result);
  return replay.counts.failed.size > 0 || stop.signal.aborted ? 1 : 0;
}

function configurationOf(set: PipelineSet, options: ReplayCommandOptions, found: DiagnosticCollector): PipelineSet {
  if (options.with !== undefined) {
    const [folder = ""] = options.with;
    if (existsSync(join(folder, PIPELINES_FILE))) return readSettingsFolder(folder, {}, found, "start");
    const sources = readConfiguration(options.with, found);
    // The ids of the first pipeline: letters name its inputs.
    return readSettingsFor(options["path.settings"], { id: set.definitions[0]?.id ?? set.id }, sources, found);
  }
  if (set.definitions.every(({ sources }) => sources.length === 0) && found.errors === 0)
    throw new UsageError(
      "give the configuration to run the records through: -f, -e, --path.settings, or --with CONFIG",
    );
  return set;
}

/** The outputs of a group, by number, with the names that letters have. */
async function startOutputs({ pipelines }: ResolvedGroup, log: Logger): Promise<RunningOutput[]> {
  const outputs: RunningOutput[] = [];
  for (const { definition, outputs: own } of pipelines) {
    for (const { number, id, plugin, options, ecs } of own) {
      const host = { pluginId: id, pipelineId: definition.id, ecs, log, now: Date.now, random: Math.random };
      const name = pipelines.length === 1 ? id : `${definition.id}/${id}`;
      outputs[number] = { id: name, deliverer: await plugin.deliverer(options, host) };
    }
  }
  return outputs;
}

/** Says now and then how far a replay is. */
function progressLine(): (counts: ReplayCounts) => void {
  let last = performance.now();
  return ({ read, delivered, filtered, failed }) => {
    const now = performance.now();
    if (now - last < PROGRESS_MILLIS) return;
    last = now;
    const again = [...failed.values()].reduce((sum, { count }) => sum + count, 0);
    process.stderr.write(
      `${read} letters read: ${delivered} delivered, ${filtered} filtered out, ${again} failed again\n`,
    );
  };
}

function resultText(counts: ReplayCounts, interrupted: boolean): string {
  const { read, delivered, filtered, existing, conflicts, failureStore, failed } = counts;
  const again = [...failed.values()].reduce((sum, { count }) => sum + count, 0);
  const parts = [`${delivered} delivered`];
  if (filtered > 0) parts.push(`${filtered} filtered out`);
  if (again > 0) parts.push(`${again} failed again`);
  const lines = [
    read === 0 ? "no dead letters to replay" : `${read} letter${read === 1 ? "" : "s"}: ${parts.join(", ")}`,
  ];
  if (existing > 0) lines.push(`  ${existing} events were there already`);
  if (conflicts > 0) lines.push(`  ${conflicts} events met a document with their document_id (409)`);
  if (failureStore > 0) lines.push(`  ${failureStore} events went to Elasticsearch's failure store`);
  for (const [code, { count, reason, letter }] of failed)
    lines.push(`  ${count} ${code}, as letter ${letter}: ${reason}`);
  if (interrupted) lines.push("  interrupted: the letters that are left stay as they are");
  return `${lines.join("\n")}\n`;
}

function resultJson({ failed, read, ...counts }: ReplayCounts): string {
  return `${JSON.stringify({ letters: read, ...counts, failed: Object.fromEntries(failed) }, null, 2)}\n`;
}
