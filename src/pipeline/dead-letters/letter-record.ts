import { Event } from "../../event/event.ts";
import { FieldReference } from "../../event/field-reference.ts";
import { identityString, NO_SPLIT, parseIdentity, parseSplit } from "../../event/identity.ts";
import { isTree, type ObjectValue, type Value } from "../../event/value.ts";
import type { DeadLetter } from "../../segments/dead-letter.ts";
import type { LogPlace } from "../../segments/log-reader.ts";
import { failedEvent, writtenId } from "./letters.ts";

/**
 * A letter as a JSON document for the dead_letter_queue input: the event as it failed with `[@metadata][dead_letter_queue]`. Names of its
 * first four members: Logstash, "Dead letter queue input plugin".
 */
export function letterRecord(letter: DeadLetter, { segment, offset }: LogPlace): Buffer {
  const event = failedEvent(letter) ?? recordEvent(letter);
  const metadata = event["@metadata"];
  const known = isTree(metadata) ? (metadata as ObjectValue) : {};
  const plugin = pluginOf(letter);
  const about: ObjectValue = {
    plugin_id: plugin,
    plugin_type: plugin.replace(/^.*\//, "").replace(/#\d+$/, ""),
    reason: letter.reason,
    entry_time: new Date(letter.time).toISOString(),
    code: letter.code,
    stage: letter.stage,
    letter: `${segment}-${offset}`,
  };
  const id = known["_id"] ?? writtenId(letter) ?? eventIdentity(letter);
  const all = { ...known, ...(id === undefined ? {} : { _id: id }), dead_letter_queue: about };
  return Buffer.from(JSON.stringify({ ...event, "@metadata": all }));
}

/** The record in `message`, with the fields of its source. */
function recordEvent({ raw, origin }: DeadLetter): ObjectValue {
  const event = new Event(0, {});
  for (const [reference, value] of origin?.fields ?? []) new FieldReference(reference).set(event, value as Value);
  const message = Buffer.from(raw).toString("utf8");
  return { ...event.toObject(), "@metadata": event.metadataObject(), message };
}

/** The output or filter that failed; the stage where it was none. */
function pluginOf({ output, stage, code, reason }: DeadLetter): string {
  if (output !== undefined) return output;
  const filter = code === "filter_exception" ? /^([^\s:]+): /.exec(reason)?.[1] : undefined;
  return filter ?? stage;
}

/** The identity that the event has in Elasticsearch; undefined where it was the whole record that failed, which can become several events. */
function eventIdentity({ id, split }: DeadLetter): string | undefined {
  const record = parseIdentity(id);
  if (record === undefined || split === undefined) return undefined;
  const path = parseSplit(split);
  const { fileId, generation, offset, length, crc } = record;
  return identityString(fileId, generation, offset, length, crc, path.high === 0 && path.low === 0 ? NO_SPLIT : path);
}
