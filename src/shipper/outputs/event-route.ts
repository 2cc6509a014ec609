import { IDENTITY_CHARACTERS } from "../../event/identity.ts";
import { Timestamp } from "../../event/timestamp.ts";
import type { ObjectValue } from "../../event/value.ts";
import { compileSprintf, type Sprintf } from "../../language/sprintf.ts";

/** Routes that are remembered at once. */
const REMEMBERED = 1000;
const ID_KEY = '"_id":"';
const ID_END = '"}}';
const DATA_STREAM: Buffer = Buffer.from('"data_stream');

export interface RouteOptions {
  /** undefined: data streams. */
  readonly index: string | undefined;
  readonly pipeline: string | undefined;
}

interface Metadata {
  readonly _id?: unknown;
  readonly raw_index?: unknown;
  readonly pipeline?: unknown;
}

/**
 * Finds out where events go, and writes the beginning of their action lines: `@metadata.raw_index`, else `output.elasticsearch.index`, else the
 * data stream that `data_stream.*` names, else `logs-generic-default`. What is constant for a source is parsed once.
 * Source: Elasticsearch, "Bulk API"; Beats, "Configure the Elasticsearch output".
 */
export class EventRouter {
  readonly #index: Sprintf | undefined;
  readonly #pipeline: string | undefined;
  readonly #metadata = new Map<string, Metadata>();
  readonly #streams = new Map<string, string>();
  readonly #heads = new Map<string, Buffer>();

  constructor({ index, pipeline }: RouteOptions) {
    this.#index = index === undefined ? undefined : compileSprintf(index);
    this.#pipeline = pipeline;
  }

  /** The action line, without its line feed, of the event `bytes[start..end)` whose metadata begin at `metadataAt`. */
  action(
    bytes: Buffer,
    start: number,
    metadataAt: number,
    end: number,
  ): { readonly head: Buffer; readonly id: string } {
    const idFrom = end - ID_END.length - IDENTITY_CHARACTERS;
    const isUsual =
      idFrom - ID_KEY.length > metadataAt &&
      text(bytes, idFrom - ID_KEY.length, idFrom) === ID_KEY &&
      text(bytes, end - ID_END.length, end) === ID_END;
    if (!isUsual) {
      const metadata = parseMetadata(bytes.toString("utf8", metadataAt, end));
      const id = typeof metadata._id === "string" ? metadata._id : "";
      return { head: this.#head(metadata, bytes, start, metadataAt), id };
    }
    const prefix = bytes.toString("utf8", metadataAt, idFrom);
    const metadata = remember(this.#metadata, prefix, () => parseMetadata(`${prefix}${ID_END}`));
    return { head: this.#head(metadata, bytes, start, metadataAt), id: text(bytes, idFrom, end - ID_END.length) };
  }

  #head(metadata: Metadata, bytes: Buffer, start: number, end: number): Buffer {
    const pipeline = typeof metadata.pipeline === "string" ? metadata.pipeline : this.#pipeline;
    const raw = typeof metadata.raw_index === "string" ? metadata.raw_index : undefined;
    const index = raw ?? this.#namedIndex(bytes, start, end);
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

function text(bytes: Buffer, from: number, to: number): string {
  return bytes.toString("latin1", from, to);
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
