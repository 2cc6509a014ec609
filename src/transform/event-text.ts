import type { Event } from "../event/event.ts";
import { FieldReference } from "../event/field-reference.ts";
import { Timestamp } from "../event/timestamp.ts";
import { isTree, type Value } from "../event/value.ts";

const HOST: FieldReference = new FieldReference("host");
const MESSAGE: FieldReference = new FieldReference("message");

/**
 * An event as one line, where no format is given: time, `host` and `message`. As Logstash's codecs write it: an object in Java's
 * look (`{name=web-1}`), a missing field as its place (`%{host}`).
 */
export function eventText(event: Event): string {
  const host = HOST.get(event);
  const message = MESSAGE.get(event);
  const text = `${host === undefined || host === null ? "%{host}" : javaText(host)} ${
    message === undefined || message === null ? "%{message}" : javaText(message)
  }`;
  return event.timestamp === undefined ? text : `${event.timestamp.toString()} ${text}`;
}

/** As Java's collections show themselves: `{a=1, b=[x, y]}`. */
function javaText(value: Value): string {
  if (typeof value === "string") return value;
  if (value instanceof Timestamp) return value.toString();
  if (Array.isArray(value)) return `[${value.map((item) => javaText(item as Value)).join(", ")}]`;
  if (!isTree(value)) return String(value);
  return `{${Object.entries(value)
    .map(([name, item]) => `${name}=${javaText(item as Value)}`)
    .join(", ")}}`;
}
