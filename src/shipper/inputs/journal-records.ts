import { Event } from "../../event/event.ts";
import { isTree } from "../../event/value.ts";
import { adoptJournalEntry } from "../../sources/journal-fields.ts";
import { mergeFields } from "../events/fields.ts";
import type { EventDecoder } from "../events/parsers/parser.ts";

/** A journal entry as journalctl prints it, in ECS. */
export const decodeJournalEntry: EventDecoder = (text, event) => {
  let entry: unknown;
  try {
    entry = JSON.parse(text);
  } catch {
    entry = undefined;
  }
  if (!isTree(entry)) {
    event.fields["message"] = text;
    event.fields["tags"] = [...((event.fields["tags"] as string[] | undefined) ?? []), "_jsonparsefailure"];
    return true;
  }
  const made = new Event(0, {});
  const message = adoptJournalEntry(entry, made);
  if (made.timestamp !== undefined) event.timestamp = made.timestamp.toString();
  const { "@timestamp": _time, ...fields } = made.toObject();
  mergeFields(event.fields, fields, true);
  if (message !== undefined) event.fields["message"] = message;
  return true;
};
