import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import type { DiagnosticCollector } from "../../diagnostics/diagnostic.ts";
import { lettersFolder } from "../../pipeline/dead-letters/settings.ts";
import { readConfiguration } from "../configuration-files.ts";
import { dataFolder, defaultDataFolder } from "../data-folder.ts";
import { type CommandLineSettings, type PipelineSet, readSettingsFolder, readSettingsFor } from "../pipelines-yml.ts";

/** How a pipeline's dead letters are found: the options of `antler pipeline`. */
export interface FindOptions {
  readonly "path.config"?: readonly string[];
  readonly "config.string"?: string;
  readonly "path.settings"?: string;
  readonly "path.data"?: string;
  readonly "pipeline.id"?: string;
  /** The folder of the letters itself. */
  readonly letters?: string;
}

/** A command line that cannot be meant; exit code 2. */
export class UsageError extends Error {}

export interface FoundLetters {
  readonly folder: string;
  readonly set: PipelineSet;
}

/** The folder of a pipeline's dead letters, and its settings. What is wrong with these goes to `found`. @throws UsageError */
export function findLetters(options: FindOptions, found: DiagnosticCollector): FoundLetters {
  const set = readSet(options, found);
  const base = options["path.data"] ?? set.dataPath;
  const folder = options.letters ?? lettersFolder(set.deadLetters, dataFolder(base, "pipeline", set.id), set.id);
  if (!existsSync(folder) && options.letters !== undefined) throw new UsageError(`${folder}: no such folder`);
  if (!existsSync(folder)) throw new UsageError(absent(folder, set, base ?? defaultDataFolder()));
  return { folder, set };
}

function readSet(options: FindOptions, found: DiagnosticCollector): PipelineSet {
  const { "path.config": paths = [], "config.string": text, "path.settings": settings } = options;
  const given: CommandLineSettings = { id: options["pipeline.id"] };
  if (text !== undefined && paths.length > 0) throw new UsageError("-f or -e: one of the two");
  if (text !== undefined) return readSettingsFor(settings, given, [{ name: "-e", text }], found);
  if (paths.length > 0) return readSettingsFor(settings, given, readConfiguration(paths, found), found);
  return settings === undefined
    ? readSettingsFor(undefined, given, [], found)
    : readSettingsFolder(settings, given, found, "check");
}

function absent(folder: string, { id }: PipelineSet, base: string): string {
  const parent = join(base, "pipeline");
  const others = existsSync(parent)
    ? readdirSync(parent).filter((name) => existsSync(join(parent, name, "dead-letters")))
    : [];
  const ship = join(base, "ship");
  const shippers = existsSync(ship)
    ? readdirSync(ship)
        .map((name) => join(ship, name, "dead-letters"))
        .filter((path) => existsSync(path))
    : [];
  if (others.length === 0 && shippers.length > 0)
    return `no pipeline has dead letters below ${base}; those of the shipper: --letters ${shippers.join(", ")}`;
  const help =
    others.length > 0
      ? `there are letters of ${others.join(", ")}: give --pipeline.id`
      : "give the options that the pipeline was started with: --path.data, --path.settings, --pipeline.id";
  return `the pipeline "${id}" has no dead letters (${folder}); ${help}`;
}
