import { FieldReference } from "../../event/field-reference.ts";
import { isTree, type Value } from "../../event/value.ts";
import { defineFilter, type FilterPlugin } from "../../plugin/definitions.ts";
import { fieldReference, text } from "../../plugin/options.ts";

const options = {
  field: fieldReference({ description: "Field to split: a list, or a text", default: "message" }),
  terminator: text({ description: "What stands between the parts of a text", default: "\n" }),
  target: fieldReference({ description: "Field of the part in the new events; default: the field itself" }),
};

const TYPE_TAG = "_split_type_failure";

export const split: FilterPlugin = defineFilter({
  name: "split",
  summary: "Makes an event of each element of a list or each line of a text; the event itself ends there.",
  options,
  differs: [
    "An empty text goes on as it is; Logstash drops the event.",
    "With a target each event has a copy of the whole list, as in Logstash: of thousands of elements that is more than an event's second.",
  ],
  examples: [
    {
      title: "A document with many records",
      config: 'split { field => "records" target => "record" remove_field => ["records"] }',
      given: { file: "a.json", records: [{ n: 1 }, { n: 2 }] },
      expect: [
        { file: "a.json", "[record][n]": 1, records: null },
        { file: "a.json", "[record][n]": 2, records: null },
      ],
    },
    {
      title: "Something that is neither",
      config: 'split { field => "n" }',
      given: { n: 5 },
      expect: { n: 5, tags: [TYPE_TAG] },
    },
  ],
  sets: (settings) => [settings.target ?? settings.field],

  create(settings, host) {
    const field = new FieldReference(settings.field);
    const target = settings.target === undefined ? field : new FieldReference(settings.target);
    const replaces = field.isMetadata === target.isMetadata && field.path.join("\0") === target.path.join("\0");
    return {
      apply(event, emit) {
        const value = field.get(event);
        let parts: readonly Value[];
        if (Array.isArray(value)) parts = value as Value[];
        else if (typeof value === "string") {
          parts = value.split(settings.terminator);
          // Nothing to split: the event goes on as it is.
          if (parts.length === 1) return false;
        } else {
          event.tag(TYPE_TAG);
          host.log.warn("only lists and texts can be split", { field: settings.field, plugin: host.pluginId });
          return false;
        }
        // The list is not copied into each event to be replaced there: that would be quadratic work.
        if (replaces) field.set(event, null);
        for (const part of parts) {
          if (isEmpty(part)) continue;
          const made = host.child(event);
          target.set(made, part);
          emit(made);
        }
        event.cancelled = true;
        return false;
      },
    };
  },
});

function isEmpty(part: Value): boolean {
  if (part === null || part === "") return true;
  return Array.isArray(part) ? part.length === 0 : isTree(part) && Object.keys(part).length === 0;
}
