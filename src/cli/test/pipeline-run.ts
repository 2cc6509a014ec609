import { DiagnosticCollector } from "../../diagnostics/diagnostic.ts";
import type { Event } from "../../event/event.ts";
import { FieldReference } from "../../event/field-reference.ts";
import { Timestamp } from "../../event/timestamp.ts";
import type { Value } from "../../event/value.ts";
import type { PipelineDefinition } from "../../pipeline/compile/definition.ts";
import { resolveGroup } from "../../pipeline/compile/resolve-group.ts";
import { compileWorkerProgram } from "../../pipeline/compile/worker-program.ts";
import { runBounded } from "../../pipeline/run/bounded.ts";
import { ChunkRun, type FilterStep } from "../../pipeline/run/program.ts";
import { runStages } from "../../pipeline/run/stages.ts";
import {
  CHUNK_MILLIS,
  type PreparedSource,
  startEvent,
  type WorkerProgram,
} from "../../pipeline/run/worker-program.ts";
import type { Document } from "./documents.ts";
import type { LogRecord } from "./log-records.ts";
import type { PipelineGroup } from "./pipeline-group.ts";

/** What the records of a file start with. */
export interface RecordSettings {
  /** `log.file.path` of every event. */
  readonly path: string;
  readonly host: string;
  /** Frozen clock and time of reading, epoch milliseconds. */
  readonly clock: number;
  /** Fields of the event of a record, by reference. */
  readonly fields: (record: LogRecord) => readonly (readonly [string, Value])[];
}

/** What became of the records. */
export interface RunResult {
  /** The events that came to an end, in the order of their records; several of one record in the order they were made. */
  readonly events: readonly { readonly record: number; readonly document: Document }[];
  /** Records that a filter failed on: they would be dead-lettered. */
  readonly failures: readonly { readonly record: number; readonly reason: string }[];
}

const SILENT = { info: () => undefined, warn: () => undefined, error: () => undefined };

/** Reads as the file input does. */
const READER: PipelineDefinition = {
  id: " reader",
  sources: [{ name: "the reader", text: 'input { file { path => "/log" } }' }],
  ecs: "v8",
  supportEscapes: false,
};

/** Findings of a group's configuration, as at a start. */
export function checkGroup(group: PipelineGroup, found: DiagnosticCollector): void {
  resolveGroup(group.definitions, found, "start");
}

/** Pipelines compiled to run records through them in this thread, by the same code as in workers. The configuration must be free of errors. */
export class PipelineRun {
  readonly #program: WorkerProgram;
  readonly #stage: number;
  readonly #input: number;
  #clock = 0;

  constructor(group: PipelineGroup) {
    const definitions = [...group.definitions, READER];
    this.#program = compileWorkerProgram(definitions, { log: SILENT, now: () => this.#clock, random: () => 0.5 });
    this.#stage = this.#program.stages.findIndex(({ id }) => id === group.entry);
    this.#input = resolveGroup(definitions, new DiagnosticCollector(), "check").inputs.length - 1;
  }

  run(records: readonly LogRecord[], settings: RecordSettings): RunResult {
    this.#clock = settings.clock;
    const prepared = this.#program.prepare({
      input: this.#input,
      fileId: new Uint8Array(12),
      generation: 0,
      fields: [
        ["[log][file][path]", settings.path],
        ["[host][name]", settings.host],
        ["[@metadata][path]", settings.path],
      ],
    });
    const all = records.map((_, i) => i);
    const make = (i: number): Event => decode(prepared, records[i] as LogRecord, i, settings);
    return this.#bounded(all, make, CHUNK_MILLIS) ?? joinResults(all.map((i) => this.#single(i, make)));
  }

  /** Runs records under the time limit of a chunk; undefined when it ran out. */
  #bounded(
    which: readonly number[],
    make: (record: number) => Event,
    millis: number,
    run: ChunkRun = new ChunkRun(),
  ): RunResult | undefined {
    let result: RunResult | undefined;
    const entries: Event[][] = [];
    runBounded(() => {
      entries[this.#stage] = which.map(make);
      const { events } = runStages(this.#program, entries, run);
      result = resultOf(events, run);
    }, millis);
    return result;
  }

  /** As in a worker: a filter that stalls on a record tags it and is passed over. */
  #single(record: number, make: (record: number) => Event): RunResult {
    const skip = new Set<FilterStep>();
    for (;;) {
      const run = new ChunkRun(skip);
      const result = this.#bounded([record], make, this.#program.eventMillis, run);
      if (result !== undefined) return result;
      const culprit = run.step;
      if (culprit === undefined || skip.has(culprit))
        return { events: [], failures: [{ record, reason: "ran out of time outside a filter" }] };
      skip.add(culprit);
    }
  }
}

function decode(prepared: PreparedSource, record: LogRecord, number: number, settings: RecordSettings): Event {
  const event = startEvent(prepared, number, new Timestamp(settings.clock));
  const { bytes, offset } = record;
  prepared.decoder.decode({ bytes, start: 0, end: bytes.length, offset, flags: 0 }, event, () => event);
  for (const [reference, value] of settings.fields(record)) new FieldReference(reference).set(event, value);
  return event;
}

function resultOf(events: readonly Event[], run: ChunkRun): RunResult {
  const ended = events.filter((event) => !event.cancelled);
  return {
    events: ended
      .map((event) => ({ record: event.record, document: documentOf(event) }))
      .sort((a, b) => a.record - b.record),
    failures: run.failed.map(({ event, code, reason }) => ({ record: event.record, reason: `${code}: ${reason}` })),
  };
}

/** The event as JSON has it. */
function documentOf(event: Event): Document {
  return JSON.parse(JSON.stringify(event.toObject())) as Document;
}

function joinResults(results: readonly RunResult[]): RunResult {
  return {
    events: results.flatMap(({ events }) => events),
    failures: results.flatMap(({ failures }) => failures),
  };
}
