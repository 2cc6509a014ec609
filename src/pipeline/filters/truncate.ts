import { FieldReference } from "../../event/field-reference.ts";
import { materialise } from "../../event/lazy-value.ts";
import { isTree, type StoredValue, setOwn, type Value } from "../../event/value.ts";
import { defineFilter, type FilterPlugin } from "../../plugin/definitions.ts";
import { list, number } from "../../plugin/options.ts";
import { truncateText } from "../../transform/truncate.ts";

const options = {
  length_bytes: number({ description: "Most bytes of a text, in UTF-8", required: true }),
  fields: list({ description: "Fields to look at; default: all of the event", default: [] }),
};

export const truncate: FilterPlugin = defineFilter({
  name: "truncate",
  summary: "Cuts texts that are too long, between characters; also those in lists and objects.",
  options,
  examples: [
    {
      title: "Before Elasticsearch refuses it",
      config: 'truncate { fields => ["message"] length_bytes => 4 }',
      given: "a€uro",
      expect: { message: "a€" },
    },
    {
      title: "Everywhere",
      config: "truncate { length_bytes => 3 }",
      given: { list: ["abcdef", 12345], object: { text: "abcdef" } },
      expect: { list: ["abc", 12345], "[object][text]": "abc" },
    },
  ],
  sets: () => [],

  create(settings) {
    const fields = settings.fields.map((field) => new FieldReference(field));
    const cut = (value: Value): Value => {
      if (typeof value === "string") return truncateText(value, settings.length_bytes);
      if (Array.isArray(value)) return value.map((item) => cut(item as Value));
      if (!isTree(value)) return value;
      return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, cut(item as Value)]));
    };
    return {
      apply(event) {
        for (const field of fields) {
          const value = field.get(event);
          if (value !== undefined) field.set(event, cut(value));
        }
        if (fields.length > 0) return true;
        for (const [name, value] of Object.entries(event.fields))
          if (value !== undefined) setOwn(event.fields, name, cut(materialise(value as StoredValue)));
        return true;
      },
    };
  },
});
