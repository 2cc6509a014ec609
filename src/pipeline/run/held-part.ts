import {
  RECORD_CRC,
  RECORD_FLAGS,
  RECORD_LENGTH,
  RECORD_RAW_LENGTH,
  RECORD_SOURCE,
  RECORD_START,
  RECORD_WORDS,
  RecordBatch,
  type Source,
} from "../../event/record-batch.ts";
import type { EncodedEvents } from "../../plugin/definitions.ts";
import type { ChildCounts, DestinationGroup, OutputPart } from "./messages.ts";
import { RecordOrigins } from "./record-origins.ts";

/**
 * The part of an output as a batch of its own, so that a persistent queue keeps it. It has one record an event: four words (split path
 * high and low, group, length of the raw record; int32, little-endian), the raw record, the encoded event. Where the raw record came from
 * stands in the batch's table, as it did. The head, JSON, is the field of one more source, the last.
 */
interface HeldHead {
  /** Number of an attempt to deliver it that is under way in this process. */
  readonly attempt: number | undefined;
  /** Process that made the attempt. */
  readonly process: string;
  /** Base64. */
  readonly trailer: string;
  readonly groups: readonly DestinationGroup[];
  /** Names of the inputs of the batch's sources. */
  readonly inputs: readonly string[];
  readonly children: readonly (readonly [event: number, counts: ChildCounts])[];
}

const HEAD_FIELD = "held part";
const WORDS = 4;
const PREFIX_BYTES = WORDS * 4;

/** Which attempt a part belongs to: none, or one of this process. */
export interface AttemptName {
  readonly attempt: number | undefined;
  readonly process: string;
}

/** Room that a part needs. */
export interface HeldSize {
  readonly bytes: number;
  readonly records: number;
}

/** What has to be known to hold a part. */
export interface PartOfBatch {
  readonly batch: RecordBatch;
  readonly part: OutputPart;
  readonly events: EncodedEvents;
}

/** A part made ready: its head, and the room that it needs. */
export class HeldWriter {
  readonly size: HeldSize;
  readonly #of: PartOfBatch;
  readonly #head: string;

  constructor(of: PartOfBatch, name: AttemptName, inputs: readonly string[]) {
    const { part, events, batch } = of;
    const head: HeldHead = {
      ...name,
      trailer: events.trailer.toString("base64"),
      groups: part.groups,
      inputs: batch.sources.map(({ input }) => inputs[input] ?? ""),
      children: [...(part.children ?? [])],
    };
    this.#of = of;
    this.#head = JSON.stringify(head);
    let raw = 0;
    for (const record of part.records) raw += batch.table[record * RECORD_WORDS + RECORD_LENGTH] as number;
    const { count, bytes } = events;
    this.size = { bytes: count * PREFIX_BYTES + raw + bytes.length, records: count };
  }

  /** Fills an empty batch of at least `size`. */
  write(into: RecordBatch): void {
    const { batch, part, events } = this.#of;
    const { table } = batch;
    const head: Source = { input: 0, fileId: new Uint8Array(0), generation: 0, fields: [[HEAD_FIELD, this.#head]] };
    into.sources.push(...batch.sources, head);
    into.readAt = batch.readAt;
    for (let i = 0; i < events.count; i++) {
      const record = part.records[i] as number;
      const row = record * RECORD_WORDS;
      const raw = batch.recordBytes(record);
      const from = i === 0 ? 0 : (events.ends[i - 1] as number);
      const to = events.ends[i] as number;
      const at = into.used;
      const bytes = into.bytes;
      bytes.writeInt32LE(part.splits?.[2 * i] ?? 0, at);
      bytes.writeInt32LE(part.splits?.[2 * i + 1] ?? 0, at + 4);
      bytes.writeInt32LE(part.groups.length === 0 ? -1 : (part.groupOf?.[i] ?? 0), at + 8);
      bytes.writeInt32LE(raw.length, at + 12);
      bytes.set(raw, at + PREFIX_BYTES);
      bytes.set(events.bytes.subarray(from, to), at + PREFIX_BYTES + raw.length);
      const length = PREFIX_BYTES + raw.length + to - from;
      into.describe(
        at,
        length,
        table[row + RECORD_SOURCE] as number,
        batch.offsetOf(record),
        table[row + RECORD_RAW_LENGTH] as number,
        table[row + RECORD_CRC] as number,
        table[row + RECORD_FLAGS] as number,
      );
      into.used = at + length;
    }
  }
}

/** A part read back; it keeps nothing of the batch that it was read from. */
export interface HeldPart extends AttemptName {
  readonly events: EncodedEvents;
  /** The raw records, one an event, with their sources; for dead letters and origins. */
  readonly raw: RecordBatch;
  readonly part: Omit<OutputPart, "output" | "bytes" | "length" | "events">;
}

/** @throws SyntaxError, RangeError for what is no held part. `numberOf` is the number that an input of that name has now. */
export function readHeld(held: RecordBatch, numberOf: (input: string) => number): HeldPart {
  const head = JSON.parse(String(held.sources.at(-1)?.fields[0]?.[1])) as HeldHead;
  const { count } = held;
  const { rawBytes, eventBytes } = sizes(held);
  const raw = RecordBatch.allocate(rawBytes, count);
  raw.readAt = held.readAt;
  raw.sources.push(
    ...held.sources.slice(0, -1).map((source, i): Source => ({ ...source, input: numberOf(head.inputs[i] ?? "") })),
  );
  const bytes = Buffer.allocUnsafe(eventBytes);
  const ends = new Int32Array(count);
  const splits = new Int32Array(count * 2);
  const groupOf = new Int32Array(count);
  let end = 0;
  for (let i = 0; i < count; i++) {
    const record = held.recordBytes(i);
    const row = i * RECORD_WORDS;
    splits[2 * i] = record.readInt32LE(0);
    splits[2 * i + 1] = record.readInt32LE(4);
    groupOf[i] = record.readInt32LE(8);
    const from = PREFIX_BYTES + record.readInt32LE(12);
    raw.append(
      held.table[row + RECORD_SOURCE] as number,
      record,
      PREFIX_BYTES,
      from,
      held.offsetOf(i),
      held.table[row + RECORD_RAW_LENGTH] as number,
      held.table[row + RECORD_CRC] as number,
      held.table[row + RECORD_FLAGS] as number,
    );
    end += record.copy(bytes, end, from);
    ends[i] = end;
  }
  const records = Int32Array.from({ length: count }, (_none, i) => i);
  const trailer = Buffer.from(head.trailer, "base64");
  return {
    attempt: head.attempt,
    process: head.process,
    raw,
    events: { bytes, ends, count, trailer, origins: new RecordOrigins(raw, 0, count, records) },
    part: { ends, records, groups: head.groups, groupOf, splits, children: new Map(head.children) },
  };
}

/** @throws RangeError where a record is not as long as it says */
function sizes(held: RecordBatch): { rawBytes: number; eventBytes: number } {
  let rawBytes = 0;
  let eventBytes = 0;
  for (let i = 0; i < held.count; i++) {
    const row = i * RECORD_WORDS;
    const start = held.table[row + RECORD_START] as number;
    const length = held.table[row + RECORD_LENGTH] as number;
    const raw = length < PREFIX_BYTES ? -1 : held.bytes.readInt32LE(start + 12);
    if (raw < 0 || PREFIX_BYTES + raw > length) throw new RangeError("an event of the output's queue is cut off");
    rawBytes += raw;
    eventBytes += length - PREFIX_BYTES - raw;
  }
  return { rawBytes, eventBytes };
}
