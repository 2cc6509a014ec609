import { existsSync } from "node:fs";
import { basename, isAbsolute, join, resolve } from "node:path";
import { isScalar, isSeq, type Node } from "yaml";
import type { DiagnosticCollector } from "../diagnostics/diagnostic.ts";
import type { SourceText } from "../diagnostics/source.ts";
import type { PipelineDefinition } from "../pipeline/compile/definition.ts";
import type { Strictness } from "../pipeline/compile/resolve.ts";
import type { DeadLetterSettings } from "../pipeline/dead-letters/settings.ts";
import type { EcsMode } from "../plugin/definitions.ts";
import { parseYaml, spanOf } from "../shipper/config/yaml-settings.ts";
import type { ApiAddress } from "../telemetry/api-server.ts";
import { readConfiguration } from "./configuration-files.ts";
import { apiAddress, type CommandLineApi } from "./pipelines-yml-api.ts";
import { deadLetterSettings } from "./pipelines-yml-dead-letters.ts";
import { isolationOf, type QueueChoice, queueChoice } from "./pipelines-yml-queue.ts";
import { readSource, readValues, type YmlValues } from "./pipelines-yml-values.ts";
import { commonOrder, largestCount, type Ordered } from "./pipelines-yml-workers.ts";

/** What the command line says; it wins over both files. */
export interface CommandLineSettings {
  readonly id?: string | undefined;
  readonly workers?: number | undefined;
  readonly batchSize?: number | undefined;
  readonly ordered?: Ordered | undefined;
  readonly ecs?: EcsMode | undefined;
  readonly supportEscapes?: boolean | undefined;
  readonly api?: CommandLineApi;
  /** `memory` or `persisted`. */
  readonly queueType?: string | undefined;
  readonly isolation?: boolean | undefined;
}

/** Pipelines that run in one process, and how. */
export interface PipelineSet {
  /** Name of what runs, and of its data folder. */
  readonly id: string;
  readonly definitions: readonly PipelineDefinition[];
  readonly workers: number | undefined;
  readonly batchSize: number | undefined;
  readonly ordered: Ordered;
  /** `path.data` of logstash.yml. */
  readonly dataPath: string | undefined;
  /** Queues on disk, by pipeline. */
  readonly queues: ReadonlyMap<string, QueueChoice>;
  readonly deadLetters: DeadLetterSettings;
  /** Where metrics and health are shown; undefined: nowhere. */
  readonly api: ApiAddress | undefined;
  /** Outputs hold up nobody but themselves, if one pipeline wants it so; each keeps so many bytes on disk at most. */
  readonly isolation: { readonly maxBytes: number } | undefined;
}

export const PIPELINES_FILE = "pipelines.yml";
const SETTINGS_FILE = "logstash.yml";

/**
 * The settings of a folder with Logstash's pipelines.yml and logstash.yml. Paths in them are relative to that folder (in Logstash: to the
 * working folder). Command line before pipelines.yml before logstash.yml. What is wrong goes to `found`, with its place.
 * Source: Logstash, "Multiple Pipelines" and "logstash.yml".
 */
export function readSettingsFolder(
  folder: string,
  given: CommandLineSettings,
  found: DiagnosticCollector,
  strictness: Strictness,
): PipelineSet {
  return new SettingsFolder(folder, given, found, strictness).read();
}

/** `antler pipeline -f` or `-e` with `--path.settings`: one pipeline by the settings of logstash.yml. */
export function readSettingsFor(
  folder: string | undefined,
  given: CommandLineSettings,
  sources: PipelineDefinition["sources"],
  found: DiagnosticCollector,
): PipelineSet {
  return new SettingsFolder(folder, given, found, "start").one(sources);
}

class SettingsFolder {
  readonly #folder: string;
  readonly #given: CommandLineSettings;
  readonly #found: DiagnosticCollector;
  readonly #strictness: Strictness;
  readonly #shared: YmlValues;

  constructor(
    folder: string | undefined,
    given: CommandLineSettings,
    found: DiagnosticCollector,
    strictness: Strictness,
  ) {
    this.#folder = folder ?? "";
    this.#given = given;
    this.#found = found;
    this.#strictness = strictness;
    this.#shared = folder === undefined ? new Map() : this.#sharedValues();
  }

  read(): PipelineSet {
    const path = join(this.#folder, PIPELINES_FILE);
    if (this.#shared.has("path.config") || this.#shared.has("config.string")) {
      if (existsSync(path))
        this.#found.warning("CONF010", `${path} is not read: ${SETTINGS_FILE} names a configuration itself`);
      return this.one(this.#sources(this.#shared));
    }
    const source = readSource(path, this.#found);
    const pipelines = source === undefined ? [] : this.#pipelines(source);
    const id = this.#given.id ?? basename(resolve(this.#folder));
    return this.#set(
      id,
      pipelines.map((values) => ({
        ...this.#definition(this.#text(values, "pipeline.id") ?? "main", values),
        named: true,
      })),
      pipelines,
    );
  }

  one(sources: PipelineDefinition["sources"]): PipelineSet {
    const id = this.#given.id ?? this.#text(this.#shared, "pipeline.id") ?? "main";
    return this.#set(id, [{ ...this.#definition(id, new Map()), sources }], []);
  }

  #set(id: string, definitions: readonly PipelineDefinition[], pipelines: readonly YmlValues[]): PipelineSet {
    const given = this.#given;
    const dataPath = this.#text(this.#shared, "path.data");
    const merged = pipelines.map((values): YmlValues => new Map([...this.#shared, ...values]));
    const all = merged.length === 0 ? [this.#shared] : merged;
    const queues = new Map<string, QueueChoice>();
    definitions.forEach((definition, i) => {
      const queue = queueChoice(all[i] ?? this.#shared, given.queueType, this.#folder);
      if (queue !== undefined) queues.set(definition.id, queue);
    });
    const workers = given.workers ?? largestCount("pipeline.workers", all, this.#found);
    return {
      id,
      definitions,
      workers,
      batchSize: given.batchSize ?? largestCount("pipeline.batch.size", all, this.#found),
      ordered: given.ordered ?? commonOrder(all, workers, this.#found),
      dataPath: dataPath === undefined || isAbsolute(dataPath) ? dataPath : join(this.#folder, dataPath),
      queues,
      isolation: isolationOf(all, given.isolation),
      deadLetters: deadLetterSettings(all, this.#folder, this.#found),
      api: apiAddress(this.#shared, given.api ?? {}, this.#found),
    };
  }

  #sharedValues(): YmlValues {
    const path = join(this.#folder, SETTINGS_FILE);
    const source = existsSync(path) ? readSource(path, this.#found) : undefined;
    if (source === undefined) return new Map();
    return readValues(source, parseYaml(source, this.#found), true, this.#found, this.#strictness);
  }

  #pipelines(source: SourceText): YmlValues[] {
    const root = parseYaml(source, this.#found);
    const empty = root === null || (isScalar(root) && root.value === null) || (isSeq(root) && root.items.length === 0);
    if (empty) {
      this.#found.error("CONF011", `there is no pipeline in ${source.name}`, undefined, {
        help: "- pipeline.id: main\n  path.config: conf.d/*.conf",
      });
      return [];
    }
    if (!isSeq(root)) {
      this.#found.error("CONF013", "a list of pipelines is expected", spanOf(source, root), {
        help: "each begins with a dash: - pipeline.id: main",
      });
      return [];
    }
    const ids = new Set<string>();
    return (root.items as Node[]).map((item) => {
      const values = readValues(source, item, false, this.#found, this.#strictness);
      const id = this.#text(values, "pipeline.id") ?? "main";
      const place = values.get("pipeline.id")?.span ?? firstLine(source, item);
      if (ids.has(id))
        this.#found.error("CONF017", `two pipelines have the id "${id}"`, place, {
          help: "give each a pipeline.id of its own",
        });
      ids.add(id);
      if (!values.has("path.config") && !values.has("config.string"))
        this.#found.error("CONF011", `the pipeline "${id}" has no configuration`, place, {
          help: "path.config names its files, or config.string is its text",
        });
      return values;
    });
  }

  #definition(id: string, values: YmlValues): PipelineDefinition {
    const text = (name: string): string | undefined => this.#text(values, name) ?? this.#text(this.#shared, name);
    return {
      id,
      sources: this.#sources(values),
      ecs: this.#given.ecs ?? (text("pipeline.ecs_compatibility") as EcsMode | undefined) ?? "v8",
      supportEscapes: this.#given.supportEscapes ?? text("config.support_escapes") === "true",
    };
  }

  #sources(values: YmlValues): PipelineDefinition["sources"] {
    const path = values.get("path.config");
    const text = values.get("config.string");
    if (path !== undefined && text !== undefined)
      this.#found.error("CONF016", "path.config and config.string: one of the two", text.span);
    if (path !== undefined)
      return readConfiguration([String(path.value)], this.#found, { folder: this.#folder, span: path.span });
    if (text === undefined) return [];
    const id = this.#text(values, "pipeline.id") ?? "main";
    return [{ name: `${text.span.source.name} (config.string of ${id})`, text: String(text.value) }];
  }

  #text(values: YmlValues, name: string): string | undefined {
    const value = values.get(name)?.value;
    return value === undefined ? undefined : String(value);
  }
}

function firstLine(source: SourceText, item: Node): ReturnType<typeof spanOf> {
  const { start } = spanOf(source, item);
  return { source, start, end: start + 1 };
}
