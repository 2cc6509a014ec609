import type { Event } from "../../event/event.ts";
import { FieldReference } from "../../event/field-reference.ts";
import { isTree, type StoredTree, setOwn } from "../../event/value.ts";
import { type CodecPlugin, defineCodec } from "../../plugin/definitions.ts";
import { fieldReference } from "../../plugin/options.ts";
import { adoptDocument } from "../../transform/adopt-document.ts";
import { parseJson } from "../../transform/parse-json.ts";
import { bulkFramer } from "./es-bulk-framer.ts";

const options = {
  target: fieldReference({ description: "Field that the document goes into; default: the event itself" }),
};

export const esBulk: CodecPlugin = defineCodec({
  name: "es_bulk",
  summary:
    "Elasticsearch's bulk format: an event for each operation, its action line in `[@metadata][codec][es_bulk]` (`[@metadata]` without ECS).",
  options,
  differs: [
    "A line that is no JSON, or an action without its source, becomes an event with its text in `message` and the tag `_jsonparsefailure`; Logstash logs it and drops it.",
    "Empty lines are passed over.",
    "Without ECS the `_id` of an action is the event's id: an elasticsearch output without `document_id` creates the document under it, and takes a second event of that id for one that is there already.",
  ],
  examples: [
    {
      title: "Two operations",
      config: "es_bulk { }",
      given: '{"index":{"_index":"logs","_id":"1"}}\n{"user":"ann"}\n{"delete":{"_index":"logs","_id":"2"}}\n',
      expect: [
        { user: "ann", "[@metadata][codec][es_bulk][action]": "index", "[@metadata][codec][es_bulk][_id]": "1" },
        { "[@metadata][codec][es_bulk][action]": "delete", "[@metadata][codec][es_bulk][_id]": "2" },
      ],
    },
  ],
  framer: bulkFramer,
  decoder({ target }, host) {
    const field = target === undefined ? undefined : new FieldReference(target);
    const metadata = new FieldReference(host.ecs === "disabled" ? "[@metadata]" : "[@metadata][codec][es_bulk]");

    function operation(event: Event, action: StoredTree, source: StoredTree | undefined): void {
      if (source !== undefined && field !== undefined) field.set(event, source);
      else if (source !== undefined) adoptDocument(event, source);
      metadata.set(event, action);
    }

    function failure(event: Event, text: string): void {
      event.fields["message"] = text;
      event.tag("_jsonparsefailure");
    }

    return {
      decode({ bytes, start, end }, first, more) {
        let made = 0;
        const next = (): Event => (made++ === 0 ? first : more());
        let line = "";
        let action: StoredTree | undefined;
        for (const text of bytes.toString("utf8", start, end).split("\n")) {
          if (text.trim() === "") continue;
          const parsed = objectOf(text);
          if (action !== undefined) {
            if (parsed === undefined) failure(next(), `${line}\n${text}`);
            else operation(next(), action, parsed);
            action = undefined;
            continue;
          }
          action = parsed === undefined ? undefined : actionFields(parsed);
          line = text;
          if (action === undefined) failure(next(), text);
          else if (action["action"] === "delete") {
            operation(next(), action, undefined);
            action = undefined;
          }
        }
        if (action !== undefined) failure(next(), line);
        if (made === 0) first.cancelled = true;
      },
    };
  },
});

function objectOf(text: string): StoredTree | undefined {
  try {
    const parsed = parseJson(text);
    return isTree(parsed) ? parsed : undefined;
  } catch {
    return undefined;
  }
}

/** The fields of an action line and the action's name among them; undefined where it names none. */
function actionFields(line: StoredTree): StoredTree | undefined {
  const [name] = Object.keys(line);
  const given = name === undefined ? undefined : line[name];
  if (name === undefined || !isTree(given)) return undefined;
  setOwn(given, "action", name);
  return given;
}
