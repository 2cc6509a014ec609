import { isFields, mergeFields } from "../events/fields.ts";
import type { EventDecoder } from "../events/parsers/parser.ts";

/** A record that is a tree of fields as JSON. */
export const decodeFields: EventDecoder = (text, event) => {
  const parsed = JSON.parse(text) as unknown;
  if (!isFields(parsed)) return true;
  const { "@timestamp": time, ...fields } = parsed;
  if (typeof time === "string") event.timestamp = time;
  mergeFields(event.fields, fields, true);
  return true;
};
