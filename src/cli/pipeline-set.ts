import type { DiagnosticCollector } from "../diagnostics/diagnostic.ts";
import type { EcsMode } from "../plugin/definitions.ts";
import { readConfiguration } from "./configuration-files.ts";
import { EXIT_USAGE } from "./exit-codes.ts";
import { type CommandLineSettings, type PipelineSet, readSettingsFolder, readSettingsFor } from "./pipelines-yml.ts";
import type { Ordered } from "./pipelines-yml-workers.ts";

/** Options of a command, by their long names. */
export type CommandOptions = Readonly<Record<string, string | string[] | boolean | undefined>>;

/** The pipelines that `-f`, `-e` and `--path.settings` name, and how to run them; or an exit code, when the command line does not say it. */
export function pipelineSet(options: CommandOptions, found: DiagnosticCollector): PipelineSet | number {
  const text = options["config.string"] as string | undefined;
  const paths = (options["path.config"] as string[] | undefined) ?? [];
  const folder = options["path.settings"] as string | undefined;
  const named = (text === undefined ? 0 : 1) + (paths.length === 0 ? 0 : 1);
  if (named === 2 || (named === 0 && folder === undefined)) {
    return wrong("give the configuration with -f PATH, with -e TEXT, or as a folder with --path.settings FOLDER");
  }
  const workers = whole(options["pipeline.workers"]);
  const batchSize = whole(options["pipeline.batch.size"]);
  const timeout = options["shutdown.timeout"];
  if (Number.isNaN(workers) || Number.isNaN(batchSize) || (timeout !== undefined && !(Number(timeout) >= 0)))
    return wrong("workers, batch size and timeout are positive numbers");
  const ecs = options["pipeline.ecs_compatibility"] as EcsMode | undefined;
  if (ecs !== undefined && !["disabled", "v1", "v8"].includes(ecs))
    return wrong("--pipeline.ecs_compatibility is v8, v1 or disabled");
  const ordered = options["pipeline.ordered"] as Ordered | undefined;
  if (ordered !== undefined && !["auto", "true", "false"].includes(ordered))
    return wrong("--pipeline.ordered is auto, true or false");
  const queueType = options["queue.type"] as string | undefined;
  if (queueType !== undefined && !["memory", "persisted"].includes(queueType))
    return wrong("--queue.type is memory or persisted");
  const enabled = options["api.enabled"] as string | undefined;
  if (enabled !== undefined && !["true", "false"].includes(enabled)) return wrong("--api.enabled is true or false");
  const given: CommandLineSettings = {
    api: {
      enabled,
      host: options["api.http.host"] as string | undefined,
      port: options["api.http.port"] as string | undefined,
    },
    queueType,
    isolation: options["pipeline.output_isolation"] as true | undefined,
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
