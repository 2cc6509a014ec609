import { JsonWriter } from "../../event/json-writer.ts";
import { type CodecPlugin, defineCodec } from "../../plugin/definitions.ts";
import { fieldReference, text } from "../../plugin/options.ts";
import { checkCharset } from "./charset.ts";
import { jsonDecoder } from "./json-decoder.ts";

const options = {
  charset: text({ description: "Encoding of the bytes", default: "UTF-8" }),
  target: fieldReference({ description: "Field that the document goes into; default: the event itself" }),
};

export const json: CodecPlugin = defineCodec({
  name: "json",
  summary: "One JSON document a record; an array is several events.",
  options,
  examples: [
    {
      title: "An object",
      config: "json { }",
      given: '{"user":{"name":"ann"},"n":1}',
      expect: [{ "[user][name]": "ann", n: 1, "[event][original]": '{"user":{"name":"ann"},"n":1}' }],
    },
    {
      title: "Into a field",
      config: 'json { target => "[doc]" }',
      given: '{"n":1}',
      expect: [{ "[doc][n]": 1 }],
    },
    { title: "An array", config: "json { }", given: '[{"n":1},{"n":2}]', expect: [{ n: 1 }, { n: 2 }] },
    {
      title: "Not JSON",
      config: "json { }",
      given: "oops",
      expect: [{ message: "oops", tags: ["_jsonparsefailure"] }],
    },
  ],
  check: checkCharset,
  decoder: ({ charset, target }, host) => jsonDecoder({ charset, target, keepsOriginal: host.ecs !== "disabled" }),
  encoder() {
    const writer = new JsonWriter();
    return {
      encode(event, out) {
        writer.begin();
        writer.object(out, event.fields);
      },
    };
  },
});
