import { ByteWriter } from "../../event/byte-writer.ts";
import { FieldReference } from "../../event/field-reference.ts";
import { JsonWriter } from "../../event/json-writer.ts";
import { defineFilter, type FilterPlugin } from "../../plugin/definitions.ts";
import { fieldReference } from "../../plugin/options.ts";
import { TEXT } from "../../plugin/value-shape.ts";

const options = {
  source: fieldReference({ description: "Field to write as JSON", required: true }),
  target: fieldReference({ description: "Field of the text; default: the source itself" }),
};

export const jsonEncode: FilterPlugin = defineFilter({
  name: "json_encode",
  summary: "Writes a field as JSON text.",
  options,
  examples: [
    {
      title: "An object that Elasticsearch must not index by its names",
      config: 'json_encode { source => "details" }',
      given: { details: { a: [1, true], b: "x" } },
      expect: { details: '{"a":[1,true],"b":"x"}' },
    },
  ],
  shape: (settings, event) => event.set(settings.target ?? settings.source, TEXT, "target"),
  create(settings) {
    const source = new FieldReference(settings.source);
    const target = settings.target === undefined ? source : new FieldReference(settings.target);
    const json = new JsonWriter();
    const out = new ByteWriter(1024);
    return {
      apply(event) {
        const value = source.peek(event);
        if (value === undefined) return false;
        try {
          out.length = 0;
          json.begin();
          json.value(out, value);
          target.set(event, out.bytes.toString("utf8", 0, out.length));
          return true;
        } catch {
          // So deep that the stack does not hold it.
          event.tag("_jsongeneratefailure");
          return false;
        }
      },
    };
  },
});
