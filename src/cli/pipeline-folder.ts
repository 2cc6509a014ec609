import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import type { DiagnosticCollector } from "../diagnostics/diagnostic.ts";
import type { PipelineDefinition } from "../pipeline/compile/definition.ts";
import { readConfiguration } from "./configuration-files.ts";
import { PIPELINES_FILE, readSettingsFolder } from "./pipelines-yml.ts";

/** The pipelines that come with Antler. */
export const SHIPPED_PIPELINES: string = fileURLToPath(new URL("../../../pipelines/", import.meta.url));

const FILE = "pipeline.conf";
const DELIVER = "deliver";

/** Every `<name>/pipeline.conf` of a folder, as a pipeline of that name. */
export function readPipelineFolder(folder: string): PipelineDefinition[] {
  return pipelinesIn(folder).map((id) => {
    const path = join(folder, id, FILE);
    return { id, sources: [{ name: path, text: readFileSync(path, "utf8") }], ecs: "v8", supportEscapes: false };
  });
}

function pipelinesIn(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && existsSync(join(folder, entry.name, FILE)))
    .map(({ name }) => name)
    .sort();
}

/** Pipelines that belong together, and how many files they were read from. */
export interface FoundPipelines {
  readonly definitions: readonly PipelineDefinition[];
  readonly files: number;
}

/**
 * The pipelines that paths mean: a folder with pipelines.yml, a folder of `<name>/pipeline.conf`, such a dataset's folder or file. All
 * other files are one pipeline together, as for Logstash. What cannot be read goes to `found`.
 */
export function findPipelines(paths: readonly string[], found: DiagnosticCollector): FoundPipelines[] {
  const groups: FoundPipelines[] = [];
  const datasets = new Map<string, Set<string>>();
  const plain: string[] = [];
  const addDataset = (folder: string): void => {
    const parent = dirname(resolve(folder));
    datasets.set(parent, (datasets.get(parent) ?? new Set()).add(folder));
  };
  for (const path of paths) {
    const isFolder = statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
    if (isFolder && existsSync(join(path, PIPELINES_FILE))) groups.push(settingsGroup(path, found));
    else if (isFolder && existsSync(join(path, FILE))) addDataset(path);
    else if (isFolder && pipelinesIn(path).length > 0) groups.push(datasetGroup(readPipelineFolder(path)));
    else if (basename(path) === PIPELINES_FILE) groups.push(settingsGroup(dirname(path), found));
    else if (basename(path) === FILE) addDataset(dirname(path));
    else plain.push(path);
  }
  for (const folders of datasets.values()) {
    const read = (folder: string): PipelineDefinition =>
      definition(basename(resolve(folder)), [join(folder, FILE)], found);
    groups.push(datasetGroup([...folders].map(read)));
  }
  if (plain.length > 0 || groups.length === 0) groups.push(counted([definition("main", plain, found)]));
  return groups;
}

function settingsGroup(folder: string, found: DiagnosticCollector): FoundPipelines {
  const { definitions } = readSettingsFolder(folder, {}, found, "check");
  const files = new Set(definitions.flatMap(({ sources }) => sources.map(({ name }) => name)));
  return { definitions, files: [...files].filter((name) => existsSync(name)).length + 1 };
}

/** Datasets' pipelines send to "deliver", which whoever runs them supplies. */
function datasetGroup(definitions: readonly PipelineDefinition[]): FoundPipelines {
  const group = counted(definitions);
  if (definitions.some(({ id }) => id === DELIVER)) return group;
  const text = `input { pipeline { address => "${DELIVER}" } } output { null { } }`;
  const end: PipelineDefinition = { id: DELIVER, sources: [{ name: DELIVER, text }], ecs: "v8", supportEscapes: false };
  return { ...group, definitions: [...definitions, end] };
}

function counted(definitions: readonly PipelineDefinition[]): FoundPipelines {
  return { definitions, files: definitions.reduce((sum, { sources }) => sum + sources.length, 0) };
}

function definition(id: string, paths: readonly string[], found: DiagnosticCollector): PipelineDefinition {
  return { id, sources: readConfiguration(paths, found), ecs: "v8", supportEscapes: false };
}
