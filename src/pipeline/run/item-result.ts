import { ByteWriter } from "../../event/byte-writer.ts";
import type { Event } from "../../event/event.ts";
import { NO_SPLIT } from "../../event/identity.ts";
import type { JsonWriter } from "../../event/json-writer.ts";
import type { FilteredChunk } from "./chunk.ts";
import { GroupedEvents } from "./grouped-events.ts";
import type { ChildCounts, DeadEvent, DeadLetterStage, DoneMessage, OutputPart } from "./messages.ts";
import { CHUNK_MILLIS, type WorkerProgram } from "./worker-program.ts";

/** Output bytes in the making. */
interface OpenPart {
  readonly writer: ByteWriter;
  readonly ends: number[];
  readonly records: number[];
  readonly events: number[];
  readonly groups: GroupedEvents;
  /** Two words an event, from the first on that has a split path. */
  splits: number[] | undefined;
  children: Map<number, ChildCounts> | undefined;
}

/** Collects what an item gives, chunk by chunk; only finished chunks reach it. */
export class ItemResult {
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

  add(chunk: FilteredChunk): void {
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
      else this.#encode(event, number, chunk.targets[i] as readonly number[]);
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
      noteLineage(part, event);
      part.groups.add(this.#program.encoders[output]?.destination, event.timestamp);
    }
    this.#routed++;
  }

  #part(output: number): OpenPart {
    let part = this.#parts[output];
    if (part === undefined) {
      part = {
        writer: this.#take(),
        ends: [],
        records: [],
        events: [],
        groups: new GroupedEvents(),
        splits: undefined,
        children: undefined,
      };
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
    const { record, split } = event;
    this.#dead.push({ record, event: number, stage, code, reason, json, split, children: childCounts(event) });
  }

  /** A record that no filter could be blamed for: a condition, a codec or an output's route stalled. */
  stalled(record: number, read: number): void {
    this.#read += read;
    this.#dead.push({
      record,
      event: -1,
      stage: "filter",
      code: "time_limit",
      reason: `a codec or condition took longer than ${CHUNK_MILLIS} ms on this record`,
      json: undefined,
      split: undefined,
      children: undefined,
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
      this.#program.encoders[output]?.finish?.(part.writer);
      outputs.push({
        output,
        bytes: part.writer.bytes.buffer as SharedArrayBuffer,
        length: part.writer.length,
        ends: Int32Array.from(part.ends),
        records: Int32Array.from(part.records),
        events: Int32Array.from(part.events),
        ...part.groups.done(),
        splits: part.splits === undefined ? undefined : Int32Array.from(part.splits),
        children: part.children,
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

/** Remembers how the event that was just added to a part came to be, and what it had made. */
function noteLineage(part: OpenPart, event: Event): void {
  const index = part.events.length - 1;
  if (event.split !== NO_SPLIT && part.splits === undefined) part.splits = new Array<number>(index * 2).fill(0);
  part.splits?.push(event.split.high, event.split.low);
  if (event.children === undefined) return;
  part.children ??= new Map();
  part.children.set(index, childCounts(event) as ChildCounts);
}

function childCounts({ children }: Event): ChildCounts | undefined {
  return children === undefined ? undefined : Object.fromEntries(children);
}
