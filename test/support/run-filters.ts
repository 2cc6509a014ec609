import { Event } from "../../src/event/event.ts";
import { Timestamp } from "../../src/event/timestamp.ts";
import type { StoredTree, Value } from "../../src/event/value.ts";
import { compileWorkerProgram } from "../../src/pipeline/compile/worker-program.ts";
import { ChunkRun } from "../../src/pipeline/run/program.ts";
import { runStages } from "../../src/pipeline/run/stages.ts";
import type { EcsMode } from "../../src/plugin/definitions.ts";

const silent = { info: () => undefined, warn: () => undefined, error: () => undefined };

export interface FilterRunOptions {
  readonly ecs?: EcsMode;
  /** Frozen clock, epoch milliseconds. */
  readonly now?: number;
}

/** Runs a `filter { … }` configuration over events; what comes out, without the dropped ones. A text is a `message`. */
export function runFilters(
  config: string,
  inputs: readonly (string | StoredTree)[],
  options: FilterRunOptions = {},
): Event[] {
  return runAllFilters(config, inputs, options).filter((event) => !event.cancelled);
}

/** The same with the dropped ones in their places. */
export function runAllFilters(
  config: string,
  inputs: readonly (string | StoredTree)[],
  options: FilterRunOptions = {},
): Event[] {
  const now = options.now ?? Date.UTC(2026, 10, 22, 12);
  const program = compileWorkerProgram(
    [{ id: "test", sources: [{ name: "test.conf", text: config }], ecs: options.ecs ?? "v8", supportEscapes: false }],
    { log: silent, now: () => now, random: () => 0.5 },
  );
  const events = inputs.map((input, i) => eventOf(input, i, now));
  const run = new ChunkRun();
  const { events: done } = runStages(program, [events], run);
  const failure = run.failed[0];
  if (failure !== undefined) throw new Error(`${failure.code}: ${failure.reason}`);
  return [...done];
}

function eventOf(input: string | StoredTree, record: number, now: number): Event {
  const fields: StoredTree = typeof input === "string" ? { message: input } : (structuredClone(input) as StoredTree);
  const event = new Event(record, reviveTimestamps(fields) as StoredTree);
  const metadata = fields["@metadata"];
  if (metadata !== undefined) {
    event.metadata = metadata as StoredTree;
    delete event.fields["@metadata"];
  }
  const time = event.fields["@timestamp"];
  event.timestamp =
    time instanceof Timestamp
      ? time
      : ((typeof time === "string" ? Timestamp.parse(time) : undefined) ?? new Timestamp(now));
  return event;
}

/** `{"$timestamp": iso}` stands for a timestamp in the conformance cases. */
function reviveTimestamps(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(reviveTimestamps);
  if (typeof value !== "object" || value === null) return value;
  const iso = (value as Record<string, unknown>)["$timestamp"];
  if (typeof iso === "string") return Timestamp.parse(iso);
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, reviveTimestamps(item)]));
}

/** Timestamps as ISO texts, for comparing. */
export function comparable(value: Value | undefined): unknown {
  if (value instanceof Timestamp) return value.toString();
  if (Array.isArray(value)) return value.map((item) => comparable(item as Value));
  if (typeof value === "object" && value !== null) {
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, comparable(item as Value)]));
  }
  return value ?? null;
}
