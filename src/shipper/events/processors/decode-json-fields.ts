import { isTree, type ObjectValue, type Value } from "../../../event/value.ts";
import { parseJson } from "../../../transform/parse-json.ts";
import { row } from "../../config/settings.ts";
import type { ShipperEvent } from "../event.ts";
import { copyOf, expandDots, FieldError, getField, mergeInto, noteError, putField } from "../event-fields.ts";
import type { ProcessorDefinition } from "./definition.ts";

/** Levels of JSON in JSON; each costs a parse of what is left. */
const MOST_DEPTH = 100;

export const decodeJsonFields: ProcessorDefinition = {
  name: "decode_json_fields",
  options: {
    fields: row("list", undefined, "fields that hold JSON"),
    process_array: row("boolean", false, "decode lists too"),
    max_depth: row("number", 1, "levels of JSON in texts of JSON that are decoded"),
    target: row(
      "text",
      undefined,
      "field that gets it (default: the one that it came from); empty: the top of the event",
    ),
    overwrite_keys: row("boolean", false, "with an empty target: replace fields that are there"),
    expand_keys: row("boolean", false, "keys with dots become objects"),
    add_error_key: row("boolean", true, "note in error.message what is no JSON"),
    document_id: row("text", undefined, "key whose value becomes the _id of the document, and is taken out"),
  },
  required: ["fields"],
  make(settings) {
    const fields = settings.list("fields");
    const depth = settings.within("max_depth", 1, MOST_DEPTH);
    const arrays = settings.boolean("process_array");
    const expand = settings.boolean("expand_keys");
    const overwrite = settings.boolean("overwrite_keys");
    const idKey = settings.optional("document_id");
    const target = settings.has("target") ? settings.text("target") : undefined;
    const note = settings.boolean("add_error_key");

    function decodeField(event: ShipperEvent, field: string): void {
      const text = getField(event, field);
      if (typeof text !== "string") return;
      let value = decode(text, depth, arrays);
      if (value === undefined) return;
      if (expand && isTree(value)) value = expandDots(value as ObjectValue);
      const id = idKey === undefined || !isTree(value) ? undefined : takeId(event, value as ObjectValue, idKey);
      if (target !== "") putField(event, target ?? field, value);
      else if (isTree(value)) mergeAtTop(event, value as ObjectValue, overwrite);
      else throw new FieldError(`${field} is no JSON object`);
      if (id !== undefined) event.metadata["_id"] = id;
    }

    return {
      reads: target === "" ? undefined : [...fields, ...(target === undefined ? [] : [target])],
      run(event) {
        for (const field of fields) {
          try {
            decodeField(event, field);
          } catch (error) {
            if (note) noteError(event, `decode_json_fields: ${field}: ${(error as Error).message}`);
          }
        }
        return true;
      },
    };
  },
};

/** undefined: a list, and lists are not wanted. @throws SyntaxError */
function decode(text: string, depth: number, arrays: boolean): Value | undefined {
  const value = parseJson(text) as Value;
  if (Array.isArray(value) && !arrays) return undefined;
  return depth <= 1 ? value : deeper(value, depth - 1, arrays);
}

function deeper(value: Value, depth: number, arrays: boolean): Value {
  if (isTree(value)) {
    const tree = value as ObjectValue;
    for (const [key, item] of Object.entries(tree)) if (key !== "__proto__") tree[key] = inner(item, depth, arrays);
    return tree;
  }
  return Array.isArray(value) ? value.map((item) => inner(item as Value, depth, arrays)) : value;
}

function inner(item: Value, depth: number, arrays: boolean): Value {
  if (typeof item !== "string" || !/^\s*[[{]/.test(item)) return item;
  try {
    return decode(item, depth, arrays) ?? item;
  } catch {
    return item;
  }
}

function takeId(event: ShipperEvent, tree: ObjectValue, key: string): string | undefined {
  const inside: ShipperEvent = { timestamp: event.timestamp, fields: tree, metadata: {} };
  const id = getField(inside, key);
  if (typeof id !== "string" || id === "") return undefined;
  delete tree[key];
  return id;
}

/** Keys of JSON as fields of the event: `@timestamp` only where it is a time. */
function mergeAtTop(event: ShipperEvent, tree: ObjectValue, overwrite: boolean): void {
  const { "@timestamp": time, "@metadata": metadata, ...fields } = tree;
  mergeInto(event.fields, fields, overwrite);
  if (!overwrite) return;
  if (isTree(metadata)) mergeInto(event.metadata, copyOf(metadata as ObjectValue) as ObjectValue, true);
  if (time !== undefined) putField(event, "@timestamp", time);
}
