import { JsonWriter } from "../../event/json-writer.ts";
import { FLAG_TRUNCATED } from "../../event/record-batch.ts";
import { type CodecPlugin, defineCodec } from "../../plugin/definitions.ts";
import { fieldReference, number, text } from "../../plugin/options.ts";
import { checkDelimiter, lineFramer } from "../../sources/line-framer.ts";
import { checkCharset } from "./charset.ts";
import { jsonDecoder } from "./json-decoder.ts";

/** Lines over this many bytes are cut whatever the option says: they lie in memory while their end is awaited. */
const LONGEST_LINE = 64 * 1024 * 1024;

const options = {
  charset: text({ description: "Encoding of the bytes", default: "UTF-8" }),
  delimiter: text({ description: "What stands between documents", default: "\n" }),
  target: fieldReference({ description: "Field that the document goes into; default: the event itself" }),
  decode_size_limit_bytes: number({
    description:
      "Longest line in bytes; a longer one, and any over 64 MiB, comes in pieces tagged _jsonparsetoobigfailure",
    default: 536_870_912,
    range: [1, Number.MAX_SAFE_INTEGER],
  }),
};

export const jsonLines: CodecPlugin = defineCodec({
  name: "json_lines",
  summary: "One JSON document a line (NDJSON).",
  options,
  differs: ["A line over 64 MiB comes in tagged pieces, also where decode_size_limit_bytes is larger."],
  examples: [
    { title: "Two documents", config: "json_lines { }", given: '{"n":1}\n{"n":2}\n', expect: [{ n: 1 }, { n: 2 }] },
    {
      title: "A line that is no JSON",
      config: "json_lines { }",
      given: 'oops\n{"n":2}\n',
      expect: [{ message: "oops", tags: ["_jsonparsefailure"] }, { n: 2 }],
    },
  ],
  check: (settings) => [...checkCharset(settings), ...checkDelimiter(settings)],
  framer: (settings) => lineFramer(settings.delimiter, Math.min(settings.decode_size_limit_bytes, LONGEST_LINE)),
  decoder: ({ charset, target }) =>
    jsonDecoder({
      charset,
      target,
      keepsOriginal: false,
      cut: { flag: FLAG_TRUNCATED, tag: "_jsonparsetoobigfailure" },
    }),
  encoder(settings) {
    const writer = new JsonWriter();
    const delimiter = new Uint8Array(Buffer.from(settings.delimiter));
    return {
      encode(event, out) {
        writer.begin();
        writer.object(out, event.fields);
        out.put(delimiter);
      },
    };
  },
});
