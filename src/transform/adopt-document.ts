import type { Event } from "../event/event.ts";
import { FieldReference } from "../event/field-reference.ts";
import { Timestamp } from "../event/timestamp.ts";
import { isTree, type StoredTree, setOwn, type Value } from "../event/value.ts";
import { valueText } from "../language/sprintf.ts";
import { areTags } from "./reserved-fields.ts";

/** Where a value for `@timestamp` that is no time is put, and the tag that says so. */
const TIMESTAMP_ASIDE = "_@timestamp";
const TIMESTAMP_TAG = "_timestampparsefailure";
/** The same for `tags` that are neither a text nor a list of texts. */
const TAGS_ASIDE = "_tags";
const TAGS_TAG = "_tagsparsefailure";

/**
 * Makes a decoded document's members the fields of an event that came in as this document, as Logstash's `Event.new` does: names are
 * taken literally, `@metadata` goes where it belongs, `@timestamp` becomes a time. Reserved fields of the wrong type stay aside with a tag.
 */
export function adoptDocument(event: Event, document: StoredTree): void {
  for (const name of Object.keys(document)) {
    const value = document[name] as Value;
    if (name === "@metadata" && isTree(value)) Object.assign(event.metadata, value);
    else adoptField(event, name, value, (bad) => bad);
  }
}

/**
 * Sets a document's members on an event that is on its way, as Logstash's json filter does: names are field references (those that
 * are none stay as they are), `@metadata` is replaced. `now`: the time of events whose `@timestamp` is no time, epoch milliseconds.
 */
export function setDocument(event: Event, document: StoredTree, now: () => number): void {
  for (const name of Object.keys(document)) {
    const value = document[name] as Value;
    const reference = /[[\]]/.test(name) ? parsed(name) : undefined;
    if (reference !== undefined && (reference.isMetadata || reference.path.length > 1)) reference.set(event, value);
    else if (name === "@metadata" && isTree(value)) event.metadata = value;
    else if (!adoptField(event, reference?.path[0] ?? name, value, valueText)) event.timestamp = new Timestamp(now());
  }
}

function parsed(name: string): FieldReference | undefined {
  try {
    return new FieldReference(name);
  } catch {
    return undefined;
  }
}

/** Sets a member at the top of the event; false where it was to be `@timestamp` and is no time. */
function adoptField(event: Event, name: string, value: Value, aside: (value: Value) => Value): boolean {
  if (name === "@timestamp") {
    if (value === null) return true;
    const time = typeof value === "string" ? Timestamp.parse(value) : undefined;
    if (time === undefined) {
      event.tag(TIMESTAMP_TAG);
      event.fields[TIMESTAMP_ASIDE] = aside(value);
      return false;
    }
    event.timestamp = time;
  } else if (name === "tags" && !areTags(value)) {
    event.fields[TAGS_ASIDE] = value;
    event.tag(TAGS_TAG);
  } else setOwn(event.fields, name, value);
  return true;
}
