import type { Event } from "../../event/event.ts";
import { FieldReference } from "../../event/field-reference.ts";
import { TextSlice } from "../../event/lazy-value.ts";
import { Timestamp } from "../../event/timestamp.ts";
import { isTree, type StoredTree, setOwn, type Value } from "../../event/value.ts";
import type { Decoder, EcsMode } from "../../plugin/definitions.ts";
import { charsetDecoder } from "./charset.ts";

const ORIGINAL: FieldReference = new FieldReference("[event][original]");

export interface JsonDecoderSettings {
  readonly charset: string;
  /** Field that the document goes into; undefined: the event itself. */
  readonly target: string | undefined;
}

/** Reads a record as a JSON object, or an array of objects as several events. What is no JSON stays whole in `message`, tagged. */
export function jsonDecoder(settings: JsonDecoderSettings, ecs: EcsMode): Decoder {
  const decode = charsetDecoder(settings.charset);
  const target = settings.target === undefined ? undefined : new FieldReference(settings.target);
  return {
    decode(record, event, more) {
      const slice =
        decode === undefined
          ? new TextSlice(record.bytes, record.start, record.end)
          : decode(record.bytes, record.start, record.end);
      const text = typeof slice === "string" ? slice : slice.materialise();
      if (text.trim() === "") {
        event.cancelled = true;
        return;
      }
      let parsed: unknown;
      try {
        parsed = JSON.parse(text);
      } catch {
        parsed = undefined;
      }
      const documents = Array.isArray(parsed) ? parsed : [parsed];
      if (documents.length === 0) event.cancelled = true;
      documents.forEach((document: unknown, i) => {
        const into = i === 0 ? event : more();
        if (!isTree(document)) {
          into.fields["message"] = slice;
          into.tag("_jsonparsefailure");
        } else if (target !== undefined) target.set(into, document);
        else adoptDocument(into, document);
        if (ecs !== "disabled" && documents.length === 1 && !ORIGINAL.has(into)) ORIGINAL.set(into, slice);
      });
    },
  };
}

/** Moves a document's fields into the event; `@timestamp` becomes a timestamp, or stays aside with a tag when it is none. */
export function adoptDocument(event: Event, document: StoredTree): void {
  for (const key of Object.keys(document)) {
    const value = document[key] as Value;
    if (key === "@timestamp") {
      const time =
        typeof value === "string"
          ? Timestamp.parse(value)
          : typeof value === "number"
            ? new Timestamp(Math.round(value * 1000))
            : undefined;
      if (time === undefined) {
        event.tag("_timestampparsefailure");
        event.fields["_@timestamp"] = value;
      } else event.timestamp = time;
    } else if (key === "@metadata") {
      if (isTree(value)) Object.assign(event.metadata, value);
    } else setOwn(event.fields, key, value);
  }
}
