import { ByteWriter } from "../../event/byte-writer.ts";
import type { Event } from "../../event/event.ts";
import { NO_SPLIT } from "../../event/identity.ts";
import { JsonWriter } from "../../event/json-writer.ts";
import {
  RECORD_FLAGS,
  RECORD_LENGTH,
  RECORD_OFFSET_HIGH,
  RECORD_OFFSET_LOW,
  RECORD_SOURCE,
  RECORD_START,
  RECORD_WORDS,
  type Source,
} from "../../event/record-batch.ts";
import { splitOf } from "../../event/split-path.ts";
import { Timestamp } from "../../event/timestamp.ts";
import { runBounded } from "./bounded.ts";
import type { DeadEvent, DeadLetterStage, DoneMessage, OutputPart, WorkMessage } from "./messages.ts";
import { ChunkRun, type FilterStep, runSteps } from "./program.ts";
import { CHUNK_MILLIS, type PreparedSource, startEvent, type WorkerProgram } from "./worker-program.ts";

/** A chunk ends at so many bytes of records. */
const CHUNK_BYTES = 256 * 1024;
const INITIAL_OUTPUT_BYTES = 2 << 20;
/** Sources remembered with what was prepared for them. */
const PREPARED_LIMIT = 4096;

/** The events of one chunk after the filters, and where each goes. */
interface Filtered {
  readonly run: ChunkRun;
  readonly events: readonly Event[];
  /** For each event the outputs that take it. */
  readonly targets: readonly number[][];
  readonly read: number;
}

/** Output bytes in the making. */
interface OpenPart {
  readonly writer: ByteWriter;
  readonly ends: number[];
  readonly records: number[];
  readonly events: number[];
}

/** Does a worker's work on items: bytes to events, filters, bytes again. Holds the output buffers until they are freed. */
export class BatchProcessor {
  readonly #program: WorkerProgram;
  readonly #progress: () => void;
  readonly #prepared = new Map<string, PreparedSource>();
  readonly #json = new JsonWriter();
  readonly #spare: ByteWriter[] = [];
  readonly #held = new Map<number, ByteWriter[]>();

  /** `progress` is called after each chunk, as a sign of life. */
  constructor(program: WorkerProgram, progress: () => void) {
    this.#program = program;
    this.#progress = progress;
  }

  /** The main thread has done with an item's bytes. */
  free(item: number): void {
    for (const writer of this.#held.get(item) ?? []) {
      writer.length = 0;
      // A buffer that one huge item made grow is not kept.
      if (writer.bytes.length <= INITIAL_OUTPUT_BYTES * 8) this.#spare.push(writer);
    }
    this.#held.delete(item);
  }

  process(work: WorkMessage): DoneMessage {
    const bytes = Buffer.from(work.data);
    const table = new Int32Array(work.table);
    const sources = work.sources.map((source) => this.#prepare(source));
    const timestamp = new Timestamp(work.readAt);
    this.#program.bind({ table, sources });
    const item = new ItemResult(
      this.#program,
      () => this.#spare.pop() ?? new ByteWriter(INITIAL_OUTPUT_BYTES),
      this.#json,
    );
    const chunkOf = { bytes, table, sources, timestamp };
    for (let from = work.from; from < work.to; ) {
      const to = chunkEnd(table, from, work.to, this.#program.chunkEvents);
      const filtered = this.#filter(chunkOf, from, to, CHUNK_MILLIS);
      if (filtered !== undefined) item.add(filtered);
      else for (let i = from; i < to; i++) this.#single(chunkOf, i, item);
      from = to;
      this.#progress();
    }
    this.#held.set(work.item, item.writers());
    return item.done(work.item);
  }

  /** Sources arrive as copies with each batch; the same one is prepared once. */
  #prepare(source: Source): PreparedSource {
    const key = `${source.input}/${Buffer.from(source.fileId).toString("base64")}/${source.generation}/${JSON.stringify(source.fields)}`;
    let prepared = this.#prepared.get(key);
    if (prepared === undefined) {
      prepared = this.#program.prepare(source);
      if (this.#prepared.size >= PREPARED_LIMIT) this.#prepared.clear();
      this.#prepared.set(key, prepared);
    }
    return prepared;
  }

  /** Decodes and filters records under the time bound; undefined when the time ran out. */
  #filter(
    of: ChunkInput,
    from: number,
    to: number,
    millis: number,
    run: ChunkRun = new ChunkRun(),
  ): Filtered | undefined {
    let result: Filtered | undefined;
    const inTime = runBounded(() => {
      const decoded = decode(of, from, to, run);
      const events = runSteps(this.#program.filters, decoded, run);
      run.step = undefined;
      const targets: number[][] = [];
      for (const event of events) {
        const taken: number[] = [];
        if (!event.cancelled) this.#program.route.collect(event, taken);
        targets.push(taken);
      }
      result = { run, events, targets, read: to - from };
    }, millis);
    return inTime ? result : undefined;
  }

  /** One record by itself, after its chunk ran out of time: each filter that stalls on it tags it and is passed over. */
  #single(of: ChunkInput, record: number, item: ItemResult): void {
    const skip = new Set<FilterStep>();
    for (;;) {
      const run = new ChunkRun(skip);
      const filtered = this.#filter(of, record, record + 1, this.#program.eventMillis, run);
      this.#progress();
      if (filtered !== undefined) {
        item.add(filtered);
        return;
      }
      const culprit = run.step;
      if (culprit === undefined || skip.has(culprit)) {
        item.stalled(record);
        return;
      }
      item.timeout(culprit.pluginId);
      skip.add(culprit);
    }
  }
}

interface ChunkInput {
  readonly bytes: Buffer;
  readonly table: Int32Array;
  readonly sources: readonly PreparedSource[];
  readonly timestamp: Timestamp;
}

function chunkEnd(table: Int32Array, from: number, to: number, most: number): number {
  const last = Math.min(to, from + most);
  let size = 0;
  for (let i = from; i < last; i++) {
    size += table[i * RECORD_WORDS + RECORD_LENGTH] as number;
    if (size > CHUNK_BYTES && i > from) return i;
  }
  return last;
}

function decode(of: ChunkInput, from: number, to: number, run: ChunkRun): Event[] {
  const events: Event[] = [];
  const { table } = of;
  for (let i = from; i < to; i++) {
    const row = i * RECORD_WORDS;
    const prepared = of.sources[table[row + RECORD_SOURCE] as number] as PreparedSource;
    const start = table[row + RECORD_START] as number;
    const event = startEvent(prepared, i, of.timestamp);
    events.push(event);
    let extra = 0;
    const more = (): Event => {
      extra++;
      const another = startEvent(prepared, i, of.timestamp, splitOf(NO_SPLIT, "codec", extra));
      events.push(another);
      return another;
    };
    const record = {
      bytes: of.bytes,
      start,
      end: start + (table[row + RECORD_LENGTH] as number),
      offset: (table[row + RECORD_OFFSET_HIGH] as number) * 0x1000000 + (table[row + RECORD_OFFSET_LOW] as number),
      flags: table[row + RECORD_FLAGS] as number,
    };
    try {
      prepared.decoder.decode(record, event, more);
      if (prepared.decorate !== undefined)
        for (let k = events.length - 1 - extra; k < events.length; k++) prepared.decorate(events[k] as Event);
    } catch (error) {
      event.cancelled = true;
      run.failed.push({ event, code: "decode_error", reason: error instanceof Error ? error.message : String(error) });
    }
  }
  return events;
}

/** Collects what an item gives, chunk by chunk; only finished chunks reach it. */
class ItemResult {
  readonly #program: WorkerProgram;
  readonly #parts: (OpenPart | undefined)[];
  readonly #take: () => ByteWriter;
  readonly #json: JsonWriter;
  readonly #dead: DeadEvent[] = [];
  readonly #timeouts: Record<string, number> = {};
  #events = 0;
  #read = 0;
  #created = 0;
  #filtered = 0;
  #unrouted = 0;
  #routed = 0;

  constructor(program: WorkerProgram, take: () => ByteWriter, json: JsonWriter) {
    this.#program = program;
    this.#parts = program.encoders.map(() => undefined);
    this.#take = take;
    this.#json = json;
  }

  add(chunk: Filtered): void {
    this.#read += chunk.read;
    this.#created += chunk.events.length - chunk.read;
    const failed = new Map(chunk.run.failed.map((failure) => [failure.event, failure]));
    for (let i = 0; i < chunk.events.length; i++) {
      const event = chunk.events[i] as Event;
      const number = this.#events++;
      const failure = failed.size > 0 ? failed.get(event) : undefined;
      if (failure !== undefined) {
        const stage = failure.code === "decode_error" ? "decode" : "filter";
        this.#deadLetter(event, number, stage, failure.code, failure.reason);
      } else if (event.cancelled) this.#filtered++;
      else this.#encode(event, number, chunk.targets[i] as number[]);
    }
  }

  #encode(event: Event, number: number, targets: readonly number[]): void {
    if (targets.length === 0) {
      this.#unrouted++;
      return;
    }
    const lengths = targets.map((output) => this.#part(output).writer.length);
    try {
      for (const output of targets) this.#program.encoders[output]?.encode(event, this.#part(output).writer);
    } catch (error) {
      targets.forEach((output, k) => {
        this.#part(output).writer.length = lengths[k] as number;
      });
      this.#deadLetter(event, number, "encode", "encode_error", error instanceof Error ? error.message : String(error));
      return;
    }
    for (const output of targets) {
      const part = this.#part(output);
      part.ends.push(part.writer.length);
      part.records.push(event.record);
      part.events.push(number);
    }
    this.#routed++;
  }

  #part(output: number): OpenPart {
    let part = this.#parts[output];
    if (part === undefined) {
      part = { writer: this.#take(), ends: [], records: [], events: [] };
      this.#parts[output] = part;
    }
    return part;
  }

  #deadLetter(event: Event, number: number, stage: DeadLetterStage, code: string, reason: string): void {
    const out = new ByteWriter(4096);
    let json: Uint8Array | undefined;
    try {
      this.#json.begin();
      this.#json.object(out, { ...event.fields, "@metadata": event.metadata });
      json = new Uint8Array(out.bytes.subarray(0, out.length));
    } catch {
      json = undefined;
    }
    this.#dead.push({ record: event.record, event: number, stage, code, reason, json });
  }

  /** A record that no filter could be blamed for: a condition, a codec or an output's route stalled. */
  stalled(record: number): void {
    this.#read++;
    this.#dead.push({
      record,
      event: -1,
      stage: "filter",
      code: "time_limit",
      reason: `a codec or condition took longer than ${CHUNK_MILLIS} ms on this record`,
      json: undefined,
    });
  }

  timeout(pluginId: string): void {
    this.#timeouts[pluginId] = (this.#timeouts[pluginId] ?? 0) + 1;
  }

  writers(): ByteWriter[] {
    return this.#parts.filter((part) => part !== undefined).map((part) => part.writer);
  }

  done(item: number): DoneMessage {
    const outputs: OutputPart[] = [];
    this.#parts.forEach((part, output) => {
      if (part === undefined || part.ends.length === 0) return;
      outputs.push({
        output,
        bytes: part.writer.bytes.buffer as SharedArrayBuffer,
        length: part.writer.length,
        ends: Int32Array.from(part.ends),
        records: Int32Array.from(part.records),
        events: Int32Array.from(part.events),
      });
    });
    return {
      type: "done",
      item,
      outputs,
      dead: this.#dead,
      read: this.#read,
      created: this.#created,
      filtered: this.#filtered,
      unrouted: this.#unrouted,
      routed: this.#routed,
      timeouts: this.#timeouts,
    };
  }
}
