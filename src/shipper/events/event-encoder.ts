import { ByteWriter } from "../../event/byte-writer.ts";
import { IDENTITY_CHARACTERS, IdentityWriter, NO_SPLIT } from "../../event/identity.ts";
import { JsonWriter } from "../../event/json-writer.ts";
import { TextSlice } from "../../event/lazy-value.ts";
import {
  FLAG_MULTILINE,
  FLAG_TRUNCATED,
  RECORD_CRC,
  RECORD_FLAGS,
  RECORD_LENGTH,
  RECORD_OFFSET_HIGH,
  RECORD_OFFSET_LOW,
  RECORD_RAW_LENGTH,
  RECORD_SOURCE,
  RECORD_START,
  RECORD_WORDS,
  type RecordBatch,
  type Source,
} from "../../event/record-batch.ts";
import type { ObjectValue } from "../../event/value.ts";
import { EVENT_HEAD_BYTES, SHORT_FRAME_BYTES } from "../../lumberjack/frames.ts";
import type { EncodedWindow } from "../outputs/window-sender.ts";
import type { ShipperEvent } from "./event.ts";
import type { InputEvents } from "./input-events.ts";
import { type SourceTemplate, sourceTemplate } from "./source-template.ts";

/** What processors have made of a source's constant fields is made anew after so long: a host may get other addresses. */
const TEMPLATE_MS = 5 * 60_000;

const LOG: Uint8Array = new Uint8Array(Buffer.from(',"log":{"offset":'));
const TAIL: Uint8Array = new Uint8Array(Buffer.from('"}}'));
const FLAG_NAMES: Readonly<Record<number, readonly string[]>> = {
  [FLAG_TRUNCATED]: ["truncated"],
  [FLAG_MULTILINE]: ["multiline"],
  [FLAG_MULTILINE | FLAG_TRUNCATED]: ["multiline", "truncated"],
};
const FLAGS: Readonly<Record<number, Uint8Array>> = Object.fromEntries(
  Object.entries(FLAG_NAMES).map(([flags, names]) => [
    flags,
    new Uint8Array(Buffer.from(`,"flags":${JSON.stringify(names)}`)),
  ]),
);

/**
 * Turns record batches into windows of JSON events. Where nothing is to be done for each event, constant bytes go around the escaped message, without an object or
 * a string for an event; else the event is made as a tree, decoded, processed and serialised.
 */
export class EventEncoder {
  readonly #json = new JsonWriter();
  readonly #identity = new IdentityWriter();
  readonly #templates = new WeakMap<Source, SourceTemplate>();
  readonly #base: ObjectValue;
  readonly #inputs: readonly InputEvents[];
  readonly #version: string;
  readonly #beat: string;
  #head: Uint8Array = new Uint8Array();
  #headTime = Number.NaN;

  /** `base`: fields of every event. `inputs`: by the input's number. `beat`: `@metadata.beat`. */
  constructor(base: ObjectValue, inputs: readonly InputEvents[], version: string, beat = "filebeat") {
    this.#base = base;
    this.#inputs = inputs;
    this.#version = version;
    this.#beat = beat;
  }

  /**
   * Writes records `from` to `to` into `out`, with room for the heads of frames; filtered events are left out and counted by the difference.
   * `timestamp`: epoch milliseconds.
   */
  encode(batch: RecordBatch, from: number, to: number, timestamp: number, out: ByteWriter): EncodedWindow {
    const starts = new Int32Array(to - from);
    const ends = new Int32Array(to - from);
    const metadata = new Int32Array(to - from);
    const head = this.#headOf(timestamp);
    out.reserve(SHORT_FRAME_BYTES);
    out.length += SHORT_FRAME_BYTES;
    const { table } = batch;
    let count = 0;
    let current = -1;
    let template = {} as SourceTemplate;
    for (let i = from; i < to; i++) {
      const row = i * RECORD_WORDS;
      const source = table[row + RECORD_SOURCE] as number;
      if (source !== current) {
        current = source;
        const of = batch.sources[source] as Source;
        template = this.#templateOf(of, timestamp);
        this.#identity.setSource(of.fileId, of.generation);
      }
      if (template.isDropped) continue;
      if (!template.isConstant) {
        const written = this.#encodeTree(batch, i, template, timestamp, out);
        if (written === undefined) continue;
        starts[count] = written.start;
        metadata[count] = written.metadata;
        ends[count++] = out.length;
        continue;
      }
      const start = table[row + RECORD_START] as number;
      const slice = new TextSlice(batch.bytes, start, start + (table[row + RECORD_LENGTH] as number));
      starts[count] = out.length + EVENT_HEAD_BYTES;
      out.put(head);
      this.#json.begin();
      this.#json.slice(out, slice);
      out.put(LOG);
      const low = table[row + RECORD_OFFSET_LOW] as number;
      const high = table[row + RECORD_OFFSET_HIGH] as number;
      this.#json.number(out, high * 0x1000000 + low);
      const flags = FLAGS[(table[row + RECORD_FLAGS] as number) & (FLAG_TRUNCATED | FLAG_MULTILINE)];
      if (flags !== undefined) out.put(flags);
      metadata[count] = out.length + template.metadata;
      out.put(template.rest);
      out.reserve(IDENTITY_CHARACTERS);
      const raw = table[row + RECORD_RAW_LENGTH] as number;
      const crc = table[row + RECORD_CRC] as number;
      out.length = this.#identity.write(out.bytes, out.length, low, high, raw, crc, NO_SPLIT);
      out.put(TAIL);
      ends[count++] = out.length;
    }
    return { bytes: out.bytes, starts, ends, metadata, count, gaps: true };
  }

  /** The way through a tree of fields; undefined: the event is not sent. */
  #encodeTree(
    { bytes, table }: RecordBatch,
    i: number,
    template: SourceTemplate,
    timestamp: number,
    out: ByteWriter,
  ): { start: number; metadata: number } | undefined {
    const row = i * RECORD_WORDS;
    const start = table[row + RECORD_START] as number;
    const text = bytes.toString("utf8", start, start + (table[row + RECORD_LENGTH] as number));
    const fields = JSON.parse(template.json) as ObjectValue;
    const log = (fields["log"] ?? {}) as ObjectValue;
    if (template.hasOffsets)
      log["offset"] =
        (table[row + RECORD_OFFSET_HIGH] as number) * 0x1000000 + (table[row + RECORD_OFFSET_LOW] as number);
    const flags = FLAG_NAMES[(table[row + RECORD_FLAGS] as number) & template.input.flags];
    if (flags !== undefined) log["flags"] = flags;
    if (Object.keys(log).length > 0) fields["log"] = log;
    const event: ShipperEvent = { timestamp: new Date(timestamp).toISOString(), fields, metadata: {} };
    const { decode, steps } = template.input;
    if (decode === undefined) fields["message"] = text;
    else if (!decode(text, event)) return undefined;
    for (const step of steps) if (!step(event)) return undefined;
    out.reserve(EVENT_HEAD_BYTES);
    out.length += EVENT_HEAD_BYTES;
    const begin = out.length;
    const body = JSON.stringify(event.fields).slice(1, -1);
    out.text(`{"@timestamp":${JSON.stringify(event.timestamp)}${body === "" ? "" : `,${body}`}`);
    const metadata = out.length;
    const { _id: ownId, ...more } = event.metadata;
    const own = JSON.stringify(more).slice(1, -1);
    out.text(`${template.metadataHead}${own === "" ? "" : `${own},`}"_id":`);
    if (typeof ownId === "string") out.text(`${JSON.stringify(ownId)}}}`);
    else {
      out.byte(0x22);
      this.#putIdentity(table, row, out);
      out.put(TAIL);
    }
    return { start: begin, metadata };
  }

  #putIdentity(table: Int32Array, row: number, out: ByteWriter): void {
    out.reserve(IDENTITY_CHARACTERS);
    out.length = this.#identity.write(
      out.bytes,
      out.length,
      table[row + RECORD_OFFSET_LOW] as number,
      table[row + RECORD_OFFSET_HIGH] as number,
      table[row + RECORD_RAW_LENGTH] as number,
      table[row + RECORD_CRC] as number,
      NO_SPLIT,
    );
  }

  /** What an event begins with: room for the head of a frame, `@timestamp`, and the key of the message. */
  #headOf(timestamp: number): Uint8Array {
    if (timestamp !== this.#headTime) {
      const text = `{"@timestamp":${JSON.stringify(new Date(timestamp))},"message":`;
      this.#head = new Uint8Array(Buffer.from("\0".repeat(EVENT_HEAD_BYTES) + text));
      this.#headTime = timestamp;
    }
    return this.#head;
  }

  #templateOf(source: Source, now: number): SourceTemplate {
    let made = this.#templates.get(source);
    if (made === undefined || now - made.madeAt > TEMPLATE_MS) {
      const input = this.#inputs[source.input] as InputEvents;
      made = sourceTemplate(source, input, this.#base, { beat: this.#beat, version: this.#version, now });
      this.#templates.set(source, made);
    }
    return made;
  }
}

/** Writers for windows, used again when a window is acknowledged. */
export class WriterPool {
  readonly #free: ByteWriter[] = [];
  readonly #firstBytes: number;

  /** `firstBytes`: size of a new writer, which grows as needed. */
  constructor(firstBytes: number = 1 << 20) {
    this.#firstBytes = firstBytes;
  }

  take(): ByteWriter {
    return this.#free.pop() ?? new ByteWriter(this.#firstBytes);
  }

  giveBack(writer: ByteWriter): void {
    writer.length = 0;
    if (writer.bytes.length <= 16 << 20) this.#free.push(writer);
  }
}
