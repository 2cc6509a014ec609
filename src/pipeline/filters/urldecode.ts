import { FieldReference } from "../../event/field-reference.ts";
import { materialise } from "../../event/lazy-value.ts";
import { type StoredValue, setOwn } from "../../event/value.ts";
import { defineFilter, type FilterPlugin } from "../../plugin/definitions.ts";
import { boolean, fieldReference, list, text } from "../../plugin/options.ts";
import { TEXT } from "../../plugin/value-shape.ts";
import { type BytesToText, percentDecodeValue, utf8Text } from "../../transform/percent-decoding.ts";
import { charsetDecoder, checkCharset } from "../codecs/charset.ts";

const options = {
  field: fieldReference({ description: "Field to decode: a text, or a list or object of such", default: "message" }),
  all_fields: boolean({ description: "Decode every field of the event", default: false }),
  charset: text({ description: "Encoding of the bytes that are meant", default: "UTF-8" }),
  tag_on_failure: list({ description: "Tags when it cannot be decoded", default: ["_urldecodefailure"] }),
};

export const urldecode: FilterPlugin = defineFilter({
  name: "urldecode",
  summary: "Decodes `%20` and the like in fields.",
  options,
  examples: [
    {
      title: "A query",
      config: 'urldecode { field => "[url][query]" }',
      given: { url: { query: "q=caf%C3%A9%20noir&lang=fr" } },
      expect: { "[url][query]": "q=café noir&lang=fr" },
    },
    {
      title: "Bytes of another encoding",
      config: 'urldecode { charset => "ISO-8859-1" }',
      given: "caf%E9",
      expect: { message: "café" },
    },
    {
      title: "Bytes that are no text",
      config: "urldecode { }",
      given: "a%FFb",
      expect: { message: "a\\xFFb" },
    },
  ],
  check: checkCharset,
  shape(settings, event) {
    if (settings.all_fields) event.any();
    else event.change(settings.field, (value) => (value.kind === "text" ? TEXT : value), "field");
  },
  create(settings) {
    const field = new FieldReference(settings.field);
    const decoder = charsetDecoder(settings.charset);
    const toText: BytesToText = decoder === undefined ? utf8Text : (bytes) => decoder(bytes, 0, bytes.length);
    return {
      apply(event) {
        try {
          if (settings.all_fields) {
            for (const name of Object.keys(event.fields)) {
              const value = materialise(event.fields[name] as StoredValue);
              const decoded = percentDecodeValue(value, toText);
              if (decoded !== value) setOwn(event.fields, name, decoded);
            }
          } else {
            const value = field.get(event);
            const decoded = value === undefined ? undefined : percentDecodeValue(value, toText);
            if (decoded !== undefined && decoded !== value) field.set(event, decoded);
          }
        } catch (error) {
          // An object so deep that the stack does not hold it.
          if (!(error instanceof RangeError)) throw error;
          for (const tag of settings.tag_on_failure) event.tag(tag);
        }
        return true;
      },
    };
  },
});
