import { copyValue, Event } from "../../event/event.ts";
import { NO_SPLIT, type SplitPath } from "../../event/identity.ts";
import type { Source } from "../../event/record-batch.ts";
import type { SharedTree } from "../../event/shared-tree.ts";
import type { Timestamp } from "../../event/timestamp.ts";
import type { ObjectValue, StoredTree } from "../../event/value.ts";
import type { Decoder, Encoder } from "../../plugin/definitions.ts";
import type { Route, Step } from "./program.ts";

/** Longest time for a chunk, and for one event where its filter sets no shorter one, in milliseconds. */
export const CHUNK_MILLIS = 1000;

/** The fields every event of a source starts with; made once for a source. */
export interface PreparedSource {
  readonly source: Source;
  /** The pipeline that its events enter, by its place among the stages. */
  readonly stage: number;
  readonly constants: readonly (readonly [string, SharedTree | string | number | boolean | null])[];
  /** `[@metadata]` of every event, copied for each; undefined where there is none. */
  readonly metadata: ObjectValue | undefined;
  readonly decoder: Decoder;
  /** The input's `add_field`, `tags`, `type`, applied to what was decoded. */
  readonly decorate: ((event: Event) => void) | undefined;
  /** Records in one chunk: 1 where its events come to a filter with state. */
  readonly chunkEvents: number;
}

/** The "input" of records that carry no event but say that time has passed, for filters that make events by it. */
export const TICK_INPUT = -1;
/** Flag of the last of them. */
export const FINAL_TICK = 1;

/** One pipeline: its filters, and where its output section sends events. */
export interface Stage {
  /** The pipeline's id. */
  readonly id: string;
  readonly filters: readonly Step[];
  readonly route: Route;
}

/** A `pipeline` output: the stages that it sends to. */
export interface Link {
  readonly pluginId: string;
  readonly stages: readonly number[];
}

/** Pipelines compiled for a worker: everything between the batch's bytes and the outputs' bytes. */
export interface WorkerProgram {
  prepare(source: Source): PreparedSource;
  /** Each stands before those that it sends to. */
  readonly stages: readonly Stage[];
  readonly links: readonly Link[];
  /** One an output; undefined where only the number of events counts. */
  readonly encoders: readonly (Encoder | undefined)[];
  /** Bound for one event by itself, in milliseconds: the shortest `timeout_millis`, at most that of a chunk. */
  readonly eventMillis: number;
  /** Some filters wait for something outside. */
  readonly waits: boolean;
  /** Called before a chunk is encoded, so that identities find their batch. */
  bind(records: RecordTable): void;
}

/** Where the identities of the events at hand are. */
export interface RecordTable {
  readonly table: Int32Array;
  readonly sources: readonly PreparedSource[];
}

/** A fresh event with the constants of its source. */
export function startEvent(
  prepared: PreparedSource,
  record: number,
  timestamp: Timestamp,
  split: SplitPath = NO_SPLIT,
): Event {
  const fields: StoredTree = { "@timestamp": timestamp, "@version": "1" };
  for (const [name, value] of prepared.constants) fields[name] = value;
  const event = new Event(record, fields, split);
  if (prepared.metadata !== undefined) event.metadata = copyValue(prepared.metadata) as StoredTree;
  return event;
}
