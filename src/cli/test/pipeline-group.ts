import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { basename, join, resolve } from "node:path";
import { DiagnosticCollector } from "../../diagnostics/diagnostic.ts";
import type { PipelineDefinition } from "../../pipeline/compile/definition.ts";
import { resolvePipeline } from "../../pipeline/compile/resolve.ts";

/** A pipeline, and those that it hands events on to. */
export interface PipelineGroup {
  /** Id of the pipeline that events enter. */
  readonly entry: string;
  readonly definitions: readonly PipelineDefinition[];
}

const FILE = "pipeline.conf";

/** Configuration files of a dataset's folder: `pipeline.conf`, else every `.conf` in the order of names. */
export function configurationFiles(folder: string): string[] {
  const file = join(folder, FILE);
  if (existsSync(file)) return [file];
  return readdirSync(folder)
    .filter((name) => name.endsWith(".conf"))
    .sort()
    .map((name) => join(folder, name))
    .filter((path) => statSync(path).isFile());
}

/**
 * The pipeline in `folder` with what it sends on to. An address is looked for as a folder of that name beside it; where there is none,
 * events end there. Unreadable files go to `found`.
 */
export function loadGroup(folder: string, found: DiagnosticCollector): PipelineGroup {
  const entry = basename(resolve(folder));
  const definitions = new Map<string, PipelineDefinition>();
  const ends = new Set<string>();
  const waiting = [entry];
  for (let id = waiting.pop(); id !== undefined; id = waiting.pop()) {
    if (definitions.has(id)) continue;
    const own = id === entry ? folder : join(folder, "..", id);
    if (id !== entry && (id.includes("/") || !isPipeline(own))) {
      ends.add(id);
      continue;
    }
    const definition = readDefinition(id, own, found);
    definitions.set(id, definition);
    waiting.push(...addressesOf(definition));
  }
  const own = [...definitions.values()];
  const known = new Set(own.flatMap(entrancesOf));
  const stubs = [...ends].filter((address) => !known.has(address)).map(endOf);
  return { entry, definitions: [...own, ...stubs] };
}

function isPipeline(folder: string): boolean {
  return existsSync(join(folder, FILE));
}

function readDefinition(id: string, folder: string, found: DiagnosticCollector): PipelineDefinition {
  const sources = configurationFiles(folder).flatMap((name) => {
    try {
      return [{ name, text: readFileSync(name, "utf8") }];
    } catch (error) {
      found.error("CONF020", `${name}: ${(error as Error).message}`);
      return [];
    }
  });
  return { id, sources, ecs: "v8", supportEscapes: false };
}

/** Findings are shown later, when the group is resolved as a whole. */
function addressesOf(definition: PipelineDefinition): string[] {
  return resolvePipeline(definition, new DiagnosticCollector(), "check").links.flatMap(({ addresses }) => addresses);
}

function entrancesOf(definition: PipelineDefinition): string[] {
  return resolvePipeline(definition, new DiagnosticCollector(), "check").entrances.map(({ address }) => address);
}

/** A pipeline that takes what is sent to an address outside the folder. */
function endOf(address: string): PipelineDefinition {
  const text = `input { pipeline { address => ${JSON.stringify(address)} } } output { null { } }`;
  return { id: ` ${address}`, sources: [{ name: `the end "${address}"`, text }], ecs: "v8", supportEscapes: false };
}
