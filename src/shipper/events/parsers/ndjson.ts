import type { ObjectValue, Value } from "../../../event/value.ts";
import type { ParserConfig } from "../../config/config.ts";
import type { ShipperEvent } from "../event.ts";
import { isFields, mergeFields, noteError, putField } from "../fields.ts";
import type { Parser } from "./parser.ts";

type NdjsonConfig = Extract<ParserConfig, { kind: "ndjson" }>;

/** Lines that are JSON objects. Names and effects: Beats reference, "filestream input", parsers ndjson. */
export function ndjsonParser(config: NdjsonConfig): Parser {
  return (line) => {
    const { event } = line;
    const parsed = parse(line.message ?? "");
    if (typeof parsed === "string") {
      if (config.addErrorKey && !config.ignoreDecodingError)
        noteError(event.fields, `Error decoding JSON: ${parsed}`, "json");
      return true;
    }
    const fields = config.expandKeys ? expanded(parsed) : parsed;
    takeId(config, fields, event);
    const message = config.messageKey === undefined ? undefined : fields[config.messageKey];
    line.message = message === undefined ? undefined : typeof message === "string" ? message : JSON.stringify(message);
    if (config.target === "") atTop(fields, event, config);
    else putField(event.fields, config.target ?? "json", fields);
    return true;
  };
}

/** A text says what is wrong. */
function parse(text: string): ObjectValue | string {
  try {
    const value = JSON.parse(text) as unknown;
    return isFields(value) ? value : "it is no object";
  } catch (error) {
    return (error as Error).message;
  }
}

function atTop(fields: ObjectValue, event: ShipperEvent, { overwriteKeys, messageKey }: NdjsonConfig): void {
  const { "@timestamp": time, "@metadata": _own, ...others } = fields;
  if (messageKey !== undefined) delete others[messageKey];
  mergeFields(event.fields, others, overwriteKeys);
  if (time === undefined || !overwriteKeys) return;
  const at = typeof time === "string" ? Date.parse(time) : Number.NaN;
  if (Number.isNaN(at))
    noteError(event.fields, `@timestamp not overwritten (parse error on ${JSON.stringify(time)})`, "json");
  else event.timestamp = new Date(at).toISOString();
}

function takeId({ documentId }: NdjsonConfig, fields: ObjectValue, event: ShipperEvent): void {
  const id = documentId === undefined ? undefined : fields[documentId];
  if (documentId === undefined || typeof id !== "string" || id === "") return;
  delete fields[documentId];
  event.metadata["_id"] = id;
}

/** Keys with dots as trees. */
function expanded(fields: ObjectValue): ObjectValue {
  const tree: ObjectValue = {};
  for (const [name, value] of Object.entries(fields)) {
    const inner: Value = isFields(value) ? expanded(value) : value;
    if (!putField(tree, name, inner)) tree[name] = inner;
  }
  return tree;
}
