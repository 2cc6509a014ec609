import { FieldReference } from "../../event/field-reference.ts";
import { TextSlice } from "../../event/lazy-value.ts";
import { compileSprintf } from "../../language/sprintf.ts";
import { type CodecPlugin, type Decoder, defineCodec, type EcsMode } from "../../plugin/definitions.ts";
import { text } from "../../plugin/options.ts";
import { charsetDecoder, checkCharset } from "./charset.ts";

const options = {
  charset: text({ description: "Encoding of the bytes", default: "UTF-8" }),
  format: text({ description: "What is written for an event, with `%{field}`; default: time, host and message" }),
};

export const plain: CodecPlugin = defineCodec({
  name: "plain",
  summary: "Text as it is: what the input takes as one record becomes `message`.",
  options,
  examples: [
    {
      title: "Text",
      config: "plain { }",
      given: "hello",
      expect: [{ message: "hello", "[event][original]": "hello" }],
    },
    { title: "Another encoding", config: 'plain { charset => "ISO-8859-1" }' },
  ],
  check: checkCharset,
  decoder: (settings, host) => plainDecoder(settings.charset, host.ecs),
  encoder(settings) {
    const format = compileSprintf(settings.format ?? DEFAULT_FORMAT);
    return { encode: (event, out) => out.text(format(event)) };
  },
});

export const DEFAULT_FORMAT = "%{@timestamp} %{[host][name]} %{message}";
const ORIGINAL: FieldReference = new FieldReference("[event][original]");

/** Puts a record's text into `message`, and with ECS into `event.original`: both are the same slice of bytes until someone changes one. */
export function plainDecoder(charset: string, ecs: EcsMode): Decoder {
  const decode = charsetDecoder(charset);
  const keepsOriginal = ecs !== "disabled";
  return {
    isPlain: true,
    decode(record, event) {
      const message =
        decode === undefined
          ? new TextSlice(record.bytes, record.start, record.end)
          : decode(record.bytes, record.start, record.end);
      event.fields["message"] = message;
      if (!keepsOriginal) return;
      if (event.fields["event"] === undefined) event.fields["event"] = { original: message };
      else if (!ORIGINAL.has(event)) ORIGINAL.set(event, message);
    },
  };
}
