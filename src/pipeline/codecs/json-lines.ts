import { JsonWriter } from "../../event/json-writer.ts";
import { type CodecPlugin, defineCodec } from "../../plugin/definitions.ts";
import { fieldReference, number, text } from "../../plugin/options.ts";
import { checkCharset } from "./charset.ts";
import { jsonDecoder } from "./json-decoder.ts";
import { lineFramer } from "./line-framer.ts";

const options = {
  charset: text({ description: "Encoding of the bytes", default: "UTF-8" }),
  delimiter: text({ description: "What stands between documents", default: "\n" }),
  target: fieldReference({ description: "Field that the document goes into; default: the event itself" }),
  decode_size_limit_bytes: number({
    description: "Longest line in bytes",
    default: 20_971_520,
    ignored: "lines over 10 MiB are cut everywhere",
  }),
};

export const jsonLines: CodecPlugin = defineCodec({
  name: "json_lines",
  summary: "One JSON document a line (NDJSON).",
  options,
  examples: [
    { title: "Two documents", config: "json_lines { }", given: '{"n":1}\n{"n":2}\n', expect: [{ n: 1 }, { n: 2 }] },
  ],
  check: checkCharset,
  framer: (settings) => lineFramer(settings.delimiter),
  decoder: (settings, host) => jsonDecoder(settings, host.ecs),
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
