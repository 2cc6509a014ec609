import { type CodecPlugin, defineCodec } from "../../plugin/definitions.ts";
import { text } from "../../plugin/options.ts";
import { checkDelimiter, lineFramer } from "../../sources/line-framer.ts";
import { checkCharset } from "./charset.ts";
import { plainDecoder, textFormat } from "./plain.ts";

const options = {
  charset: text({ description: "Encoding of the bytes", default: "UTF-8" }),
  delimiter: text({ description: "What ends a line", default: "\n" }),
  format: text({ description: "What is written for an event, with `%{field}`; default: time, host and message" }),
};

export const line: CodecPlugin = defineCodec({
  name: "line",
  summary: "One event a line.",
  options,
  differs: ["A line over 10 MiB comes in pieces, as events of their own."],
  examples: [
    {
      title: "Lines",
      config: "line { }",
      given: "one\r\ntwo\n",
      expect: [{ message: "one" }, { message: "two" }],
    },
    {
      title: "Another delimiter",
      config: 'line { delimiter => ";" }',
      given: "a;b;",
      expect: [{ message: "a" }, { message: "b" }],
    },
  ],
  check: (settings) => [...checkCharset(settings), ...checkDelimiter(settings)],
  framer: (settings) => lineFramer(settings.delimiter),
  decoder: (settings, host) => plainDecoder(settings.charset, host.ecs),
  encoder(settings) {
    const format = textFormat(settings.format);
    return { encode: (event, out) => out.text(format(event) + settings.delimiter) };
  },
});
