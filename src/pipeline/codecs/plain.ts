import type { Event } from "../../event/event.ts";
import { FieldReference } from "../../event/field-reference.ts";
import { TextSlice } from "../../event/lazy-value.ts";
import type { StoredValue } from "../../event/value.ts";
import { compileSprintf } from "../../language/sprintf.ts";
import { type CodecPlugin, type Decoder, defineCodec, type EcsMode } from "../../plugin/definitions.ts";
import { text } from "../../plugin/options.ts";
import { eventText } from "../../transform/event-text.ts";
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
    const format = textFormat(settings.format);
    return { encode: (event, out) => out.text(format(event)) };
  },
});

/** The text written for an event: by the user's format, else time, host and message. */
export function textFormat(format: string | undefined): (event: Event) => string {
  return format === undefined ? eventText : compileSprintf(format);
}

const ORIGINAL: FieldReference = new FieldReference("[event][original]");

/** `[event][original]`, unless the event has one. */
export function keepOriginal(event: Event, original: StoredValue): void {
  if (event.fields["event"] === undefined) event.fields["event"] = { original };
  else if (!ORIGINAL.has(event)) ORIGINAL.set(event, original);
}

/** Puts a record's text into `message`, and with ECS into `event.original`: both are the same slice of bytes until someone changes one. */
export function plainDecoder(charset: string, ecs: EcsMode): Decoder {
  const decode = charsetDecoder(charset);
  const keepsOriginal = ecs !== "disabled";
  return {
    // Inputs may take the bytes as they are only where they are UTF-8.
    isPlain: decode === undefined,
    decode({ bytes, start, end }, event) {
      const message = decode === undefined ? new TextSlice(bytes, start, end) : decode(bytes, start, end);
      event.fields["message"] = message;
      if (keepsOriginal) keepOriginal(event, message);
    },
  };
}
