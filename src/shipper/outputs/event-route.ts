import type { ByteWriter } from "../../event/byte-writer.ts";
import { IDENTITY_CHARACTERS } from "../../event/identity.ts";
import { Timestamp } from "../../event/timestamp.ts";
import type { ObjectValue } from "../../event/value.ts";
import { compileSprintf, type Sprintf } from "../../language/sprintf.ts";

/** Routes that are remembered at once. */
const REMEMBERED = 1000;
const ID_KEY: Buffer = Buffer.from('"_id":"');
const ID_END: Buffer = Buffer.from('"}}');
const ID: Uint8Array = new Uint8Array(Buffer.from(',"_id":"'));
const ACTION_END: Uint8Array = new Uint8Array(Buffer.from('"}}'));
const TIME_KEY: Buffer = Buffer.from('{"@timestamp":"');
/** Of `{"@timestamp":"2026-11-23T10:00:00.000Z"`. */
const TIME_BYTES = 40;
const DATA_STREAM: Buffer = Buffer.from('"data_stream');

export interface RouteOptions {
  /** undefined: data streams. */
  readonly index: string | undefined;
  readonly pipeline: string | undefined;
}

interface Metadata {
  readonly _id?: unknown;
  readonly raw_index?: unknown;
  /** The day is added. */
  readonly index?: unknown;
  readonly pipeline?: unknown;
}

/** Where an event goes, and what of it decides that. */
interface Route {
  /** The action line up to the id. */
  readonly head: Buffer;
  /** From the event's metadata on up to the id. */
  readonly metadata: Buffer;
  /** From its `data_stream` up to the metadata, empty where it has none; undefined: it does not matter. */
  readonly tail: Buffer | undefined;
  /** What it begins with; undefined: it does not matter. */
  readonly time: Buffer | undefined;
}

/**
 * Finds out where events go, and writes the beginning of their action lines: `@metadata.raw_index`, else `@metadata.index` and the day, else `output.elasticsearch.index`, else the
 * data stream that `data_stream.*` names, else `logs-generic-default`. What is constant for a source is parsed once.
 * Source: Elasticsearch, "Bulk API"; Beats, "Configure the Elasticsearch output".
 */
export class EventRouter {
  readonly #index: Sprintf | undefined;
  readonly #pipeline: string | undefined;
  readonly #metadata = new Map<string, Metadata>();
  readonly #streams = new Map<string, string>();
  readonly #heads = new Map<string, Buffer>();
  /** The index is made of the event's time and nothing else of it. */
  readonly #isTimeOnly: boolean;
  /** The route of the event before: most often that of the next as well. */
  #last: Route | undefined;

  constructor({ index, pipeline }: RouteOptions) {
    this.#index = index === undefined ? undefined : compileSprintf(index);
    this.#pipeline = pipeline;
    this.#isTimeOnly = index !== undefined && !/%\{[^+]/.test(index);
  }

  /** Writes the action line, without its line feed, of the event `bytes[start..end)` whose metadata begin at `metadataAt`. */
  writeAction(out: ByteWriter, bytes: Buffer, start: number, metadataAt: number, end: number): void {
    const idEnd = end - ID_END.length;
    const idFrom = idEnd - IDENTITY_CHARACTERS;
    const last = this.#last;
    const isAsLast = last !== undefined && isSameRoute(last, bytes, start, metadataAt, idFrom);
    if ((isAsLast || isAt(bytes, ID_KEY, idFrom - ID_KEY.length)) && isPlainId(bytes, idFrom, idEnd)) {
      out.put(isAsLast ? last.head : this.#newRoute(bytes, start, metadataAt, idFrom).head);
      out.put(ID);
      out.reserve(IDENTITY_CHARACTERS);
      out.length += bytes.copy(out.bytes, out.length, idFrom, idEnd);
      out.put(ACTION_END);
      return;
    }
    const metadata = parseMetadata(bytes.toString("utf8", metadataAt, end));
    out.put(this.#head(metadata, bytes, start, metadataAt));
    if (typeof metadata._id === "string" && metadata._id !== "") out.text(`,"_id":${JSON.stringify(metadata._id)}`);
    out.text("}}");
  }

  #newRoute(bytes: Buffer, start: number, metadataAt: number, idFrom: number): Route {
    const prefix = bytes.toString("utf8", metadataAt, idFrom);
    const metadata = remember(this.#metadata, prefix, () => parseMetadata(`${prefix}"}}`));
    const head = this.#head(metadata, bytes, start, metadataAt);
    const isDated = typeof metadata.raw_index !== "string" && typeof metadata.index === "string";
    const isNamed = typeof metadata.raw_index === "string" || (!isDated && this.#index?.isConstant === true);
    const stream = bytes.subarray(start, metadataAt).indexOf(DATA_STREAM);
    const isByTime = isDated || (!isNamed && this.#index !== undefined);
    const route: Route = {
      metadata: Buffer.from(prefix),
      head,
      tail: isNamed || isByTime ? undefined : copied(bytes, stream < 0 ? metadataAt : start + stream, metadataAt),
      time: isByTime ? copied(bytes, start, start + TIME_BYTES) : undefined,
    };
    const isTimeOnly = route.time === undefined || ((isDated || this.#isTimeOnly) && isAt(route.time, TIME_KEY, 0));
    this.#last = isTimeOnly ? route : undefined;
    return route;
  }

  #head(metadata: Metadata, bytes: Buffer, start: number, end: number): Buffer {
    const pipeline = typeof metadata.pipeline === "string" ? metadata.pipeline : this.#pipeline;
    const index = ownIndex(metadata, bytes, start, end) ?? this.#namedIndex(bytes, start, end);
    const isStream = index === undefined;
    const name = index ?? this.#stream(bytes, start, end);
    return remember(this.#heads, `${isStream}\n${name}\n${pipeline ?? ""}`, () =>
      Buffer.from(
        `{"create":{"_index":${JSON.stringify(name)}${isStream ? ',"require_data_stream":true' : ""}` +
          `${pipeline === undefined ? "" : `,"pipeline":${JSON.stringify(pipeline)}`}`,
      ),
    );
  }

  #namedIndex(bytes: Buffer, start: number, end: number): string | undefined {
    if (this.#index === undefined) return undefined;
    if (this.#index.isConstant) return this.#index({ fields: {}, metadata: {} });
    const fields = parseEvent(bytes, start, end);
    const time = typeof fields["@timestamp"] === "string" ? new Timestamp(Date.parse(fields["@timestamp"])) : undefined;
    return this.#index({
      fields: { ...fields, ...(time === undefined ? {} : { "@timestamp": time }) },
      metadata: {},
    }).toLowerCase();
  }

  /** The stream's fields are constants of a source, behind what differs between events: what follows them tells sources apart. */
  #stream(bytes: Buffer, start: number, end: number): string {
    const at = bytes.subarray(start, end).indexOf(DATA_STREAM);
    if (at < 0) return "logs-generic-default";
    return remember(this.#streams, bytes.toString("utf8", start + at, end), () =>
      streamOf(parseEvent(bytes, start, end)),
    );
  }
}

/** What the event's metadata say; lower case, as Elasticsearch wants it. */
function ownIndex({ raw_index, index }: Metadata, bytes: Buffer, start: number, end: number): string | undefined {
  if (typeof raw_index === "string") return raw_index.toLowerCase();
  if (typeof index !== "string") return undefined;
  const time = parseEvent(bytes, start, end)["@timestamp"];
  const day = typeof time === "string" ? `-${time.slice(0, 10).replaceAll("-", ".")}` : "";
  return `${index}${day}`.toLowerCase();
}

function isSameRoute(route: Route, bytes: Buffer, start: number, metadataAt: number, idFrom: number): boolean {
  const { metadata, tail, time } = route;
  if (metadata.length !== idFrom - metadataAt || !isAt(bytes, metadata, metadataAt)) return false;
  if (time !== undefined && !isAt(bytes, time, start)) return false;
  if (tail === undefined) return true;
  // From there on the texts are the same, and so is how deep it lies.
  if (tail.length > 0) return isAt(bytes, tail, metadataAt - tail.length);
  return !bytes.subarray(start, metadataAt).includes(DATA_STREAM);
}

function isAt(bytes: Buffer, what: Buffer, at: number): boolean {
  return at >= 0 && what.compare(bytes, at, at + what.length) === 0;
}

/** Ends the event, and is a JSON string that needs no look: its bytes are taken as they are. */
function isPlainId(bytes: Buffer, from: number, to: number): boolean {
  for (let i = from; i < to; i++) if (bytes[i] === 0x22 || bytes[i] === 0x5c) return false;
  return isAt(bytes, ID_END, to);
}

function copied(bytes: Buffer, from: number, to: number): Buffer {
  return Buffer.from(bytes.subarray(from, to));
}

function remember<T>(known: Map<string, T>, key: string, make: () => T): T {
  let made = known.get(key);
  if (made === undefined) {
    if (known.size >= REMEMBERED) known.clear();
    made = make();
    known.set(key, made);
  }
  return made;
}

/** `text` begins with the comma before `"@metadata"` and ends with the event. */
function parseMetadata(text: string): Metadata {
  const parsed = JSON.parse(`{${text.slice(1)}`) as { "@metadata"?: Metadata };
  return parsed["@metadata"] ?? {};
}

/** The event without its metadata. */
function parseEvent(bytes: Buffer, start: number, end: number): ObjectValue {
  return JSON.parse(`${bytes.toString("utf8", start, end)}}`) as ObjectValue;
}

function streamOf(event: ObjectValue): string {
  const named = (event["data_stream"] ?? {}) as Record<string, unknown>;
  const part = (name: string, usual: string): string => {
    const value = named[name] ?? event[`data_stream.${name}`];
    return typeof value === "string" && value !== "" ? value.toLowerCase() : usual;
  };
  return `${part("type", "logs")}-${part("dataset", "generic")}-${part("namespace", "default")}`;
}
