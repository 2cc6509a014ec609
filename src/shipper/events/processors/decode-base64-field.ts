import { row } from "../../config/settings.ts";
import { FieldError, putField } from "../event-fields.ts";
import type { ProcessorDefinition } from "./definition.ts";
import { wantedText } from "./field-pairs.ts";

export const decodeBase64Field: ProcessorDefinition = {
  name: "decode_base64_field",
  options: {
    "field.from": row("text", undefined, "field that holds base64"),
    "field.to": row("text", undefined, "field that gets the text (default: the same)"),
    ignore_missing: row("boolean", false, "a field that is not there is no failure"),
    fail_on_error: row("boolean", true, "failures are noted"),
  },
  required: ["field.from"],
  make(settings) {
    const from = settings.text("field.from");
    const to = settings.optional("field.to") ?? from;
    const ignoreMissing = settings.boolean("ignore_missing");
    const failOnError = settings.boolean("fail_on_error");
    return {
      reads: [from, to],
      run(event) {
        try {
          const text = wantedText(event, from, ignoreMissing);
          if (text !== undefined) putField(event, to, decoded(from, text));
        } catch (error) {
          if (failOnError) throw error;
        }
        return true;
      },
    };
  },
};

function decoded(field: string, text: string): string {
  const digits = text.replace(/=+$/, "");
  if (!/^[A-Za-z\d+/]*$/.test(digits) || digits.length % 4 === 1) throw new FieldError(`${field} is no base64`);
  return Buffer.from(digits, "base64").toString("utf8");
}
