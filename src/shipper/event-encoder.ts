import { ByteWriter } from "../event/byte-writer.ts";
import { IDENTITY_CHARACTERS, IdentityWriter, NO_SPLIT } from "../event/identity.ts";
import { JsonWriter } from "../event/json-writer.ts";
import { TextSlice } from "../event/lazy-value.ts";
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
} from "../event/record-batch.ts";
import { Timestamp } from "../event/timestamp.ts";
import type { ObjectValue } from "../event/value.ts";
import { EVENT_HEAD_BYTES, SHORT_FRAME_BYTES } from "../lumberjack/frames.ts";
import type { EncodedWindow } from "./outputs/window-sender.ts";

/** Which lines of an input are sent. */
export interface LineFilter {
  readonly include: readonly RegExp[];
  readonly exclude: readonly RegExp[];
}

/** What is constant for the events of a source behind the offset, as bytes. */
interface SourceFragments {
  readonly rest: Uint8Array;
  /** Where `,"@metadata"` begins in it. */
  readonly metadata: number;
}

const LOG: Uint8Array = new Uint8Array(Buffer.from(',"log":{"offset":'));
const TAIL: Uint8Array = new Uint8Array(Buffer.from('"}}'));
const FLAGS: Readonly<Record<number, Uint8Array>> = {
  [FLAG_TRUNCATED]: new Uint8Array(Buffer.from('"flags":["truncated"],')),
  [FLAG_MULTILINE]: new Uint8Array(Buffer.from('"flags":["multiline"],')),
  [FLAG_MULTILINE | FLAG_TRUNCATED]: new Uint8Array(Buffer.from('"flags":["multiline","truncated"],')),
};

/** Turns record batches into windows of JSON events, without an object or a string for an event. */
export class EventEncoder {
  readonly #json = new JsonWriter();
  readonly #identity = new IdentityWriter();
  readonly #fragments = new WeakMap<Source, SourceFragments>();
  readonly #base: ObjectValue;
  readonly #filters: readonly (LineFilter | undefined)[];
  readonly #version: string;
  #head: Uint8Array = new Uint8Array();
  #headTime = Number.NaN;

  /** `base`: fields of every event. `filters`: by the input's number. */
  constructor(base: ObjectValue, filters: readonly (LineFilter | undefined)[], version: string) {
    this.#base = base;
    this.#filters = filters;
    this.#version = version;
  }

  /**
   * Writes records `from` to `to` into `out`, with room for the heads of frames; filtered lines are left out and counted by the difference.
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
    let fragments = {} as SourceFragments;
    let filter: LineFilter | undefined;
    for (let i = from; i < to; i++) {
      const row = i * RECORD_WORDS;
      const source = table[row + RECORD_SOURCE] as number;
      if (source !== current) {
        current = source;
        const of = batch.sources[source] as Source;
        fragments = this.#fragmentsOf(of);
        filter = this.#filters[of.input];
        this.#identity.setSource(of.fileId, of.generation);
      }
      const start = table[row + RECORD_START] as number;
      const slice = new TextSlice(batch.bytes, start, start + (table[row + RECORD_LENGTH] as number));
      if (filter !== undefined && !passes(filter, slice.materialise())) continue;
      starts[count] = out.length + EVENT_HEAD_BYTES;
      out.put(head);
      this.#json.begin();
      this.#json.slice(out, slice);
      out.put(LOG);
      const low = table[row + RECORD_OFFSET_LOW] as number;
      const high = table[row + RECORD_OFFSET_HIGH] as number;
      this.#json.number(out, high * 0x1000000 + low);
      out.byte(0x2c);
      const flags = FLAGS[(table[row + RECORD_FLAGS] as number) & (FLAG_TRUNCATED | FLAG_MULTILINE)];
      if (flags !== undefined) out.put(flags);
      metadata[count] = out.length + fragments.metadata;
      out.put(fragments.rest);
      out.reserve(IDENTITY_CHARACTERS);
      const raw = table[row + RECORD_RAW_LENGTH] as number;
      out.length = this.#identity.write(
        out.bytes,
        out.length,
        low,
        high,
        raw,
        table[row + RECORD_CRC] as number,
        NO_SPLIT,
      );
      out.put(TAIL);
      ends[count++] = out.length;
    }
    return { bytes: out.bytes, starts, ends, metadata, count, gaps: true };
  }

  /** What an event begins with: room for the head of a frame, `@timestamp`, and the key of the message. */
  #headOf(timestamp: number): Uint8Array {
    if (timestamp !== this.#headTime) {
      const text = `{"@timestamp":${JSON.stringify(new Timestamp(timestamp))},"message":`;
      this.#head = new Uint8Array(Buffer.from("\0".repeat(EVENT_HEAD_BYTES) + text));
      this.#headTime = timestamp;
    }
    return this.#head;
  }

  #fragmentsOf(source: Source): SourceFragments {
    let made = this.#fragments.get(source);
    if (made === undefined) {
      made = this.#make(source);
      this.#fragments.set(source, made);
    }
    return made;
  }

  /** A source's first field is its path; the others are fields at the top. */
  #make(source: Source): SourceFragments {
    const [path, ...others] = source.fields;
    const fields = { ...this.#base, ...Object.fromEntries(others) };
    const body = JSON.stringify(fields).slice(1, -1);
    const metadata = `,"@metadata":{"beat":"filebeat","type":"_doc","version":${JSON.stringify(this.#version)},"_id":"`;
    const own = Buffer.from(`"file":{"path":${JSON.stringify(path?.[1])}}}${body === "" ? "" : `,${body}`}`);
    return { rest: new Uint8Array(Buffer.concat([own, Buffer.from(metadata)])), metadata: own.length };
  }
}

function passes({ include, exclude }: LineFilter, line: string): boolean {
  if (include.length > 0 && !include.some((expression) => expression.test(line))) return false;
  return !exclude.some((expression) => expression.test(line));
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
