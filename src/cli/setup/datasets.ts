import type { Dataset } from "../../elastic/assets/template-assets.ts";
import type { ResolvedGroup } from "../../pipeline/compile/resolve-group.ts";
import { filtersOf, type ResolvedOutput, type Values } from "../../pipeline/compile/resolved.ts";
import {
  DATA_STREAM_PARTS,
  type DataStreamPart,
  dataStreamPart,
  usesDataStream,
} from "../../pipeline/outputs/data-stream.ts";

/** The data streams that a configuration says it writes to. */
export interface KnownDatasets {
  /** In the order of their names. */
  readonly datasets: readonly Dataset[];
  /** Values that are known only when an event is there: `%{[service][name]}`. */
  readonly dynamic: readonly string[];
}

interface DataStreamOptions {
  readonly data_stream: string;
  readonly data_stream_type: string;
  readonly data_stream_dataset: string;
  readonly data_stream_auto_routing: boolean;
}

type Parts = Partial<Record<DataStreamPart, string>>;

/** The elasticsearch outputs that write to data streams. */
export function dataStreamOutputs(group: ResolvedGroup): ResolvedOutput[] {
  return group.outputs.filter(
    ({ plugin, options, ecs }) => plugin.name === "elasticsearch" && usesDataStream(options as never, ecs),
  );
}

/** What outputs name themselves, and what `[data_stream][…]` is set to by inputs and filters of the group before them. */
export function knownDatasets(group: ResolvedGroup, outputs: readonly ResolvedOutput[]): KnownDatasets {
  const set = group.pipelines.flatMap(({ inputs, filters }) => [
    ...inputs.map(({ options }) => partsSet(options)),
    ...filtersOf(filters).map(({ options }) => partsSet(options)),
  ]);
  const found = new Map<string, Dataset>();
  const dynamic = new Set<string>();
  for (const { options } of outputs) {
    const own = options as unknown as DataStreamOptions;
    const named: Parts[] = [{ type: own.data_stream_type, dataset: own.data_stream_dataset }];
    if (own.data_stream_auto_routing) named.push(...set);
    for (const { type = own.data_stream_type, dataset } of named) {
      if (dataset === undefined) continue;
      const unknown = [type, dataset].filter((value) => value.includes("%{"));
      for (const value of unknown) dynamic.add(value);
      if (unknown.length > 0) continue;
      const safe = { type: dataStreamPart(type, "type"), dataset: dataStreamPart(dataset, "dataset") };
      found.set(`${safe.type}-${safe.dataset}`, safe);
    }
  }
  const names = [...found.keys()].sort();
  return { datasets: names.map((name) => found.get(name) as Dataset), dynamic: [...dynamic].sort() };
}

/** Options whose names are fields and whose values they get. */
const SETTING_OPTIONS: readonly string[] = ["add_field", "replace", "update", "coerce"];

function partsSet(options: Values): Parts {
  const parts: Parts = {};
  for (const name of SETTING_OPTIONS) {
    const hash = options[name];
    if (typeof hash !== "object" || hash === null) continue;
    for (const [field, value] of Object.entries(hash)) {
      const part = dataStreamField(field);
      if (part !== undefined && typeof value === "string") parts[part] = value;
    }
  }
  return parts;
}

function dataStreamField(field: string): DataStreamPart | undefined {
  return DATA_STREAM_PARTS.find((part) => field === `[data_stream][${part}]`);
}
