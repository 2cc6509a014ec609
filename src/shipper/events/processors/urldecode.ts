import { row } from "../../config/settings.ts";
import { FieldError, putField } from "../event-fields.ts";
import type { ProcessorDefinition } from "./definition.ts";
import { PAIR_OPTIONS, readItems, stepThrough, wantedText } from "./field-pairs.ts";

/** Decodes `%20` and `+` of a query. */
export const urldecode: ProcessorDefinition = {
  name: "urldecode",
  options: { ...PAIR_OPTIONS, fields: row("items", undefined, "fields, each with `from`, and `to` where wanted") },
  required: ["fields"],
  make(settings, context) {
    const pairs = readItems(settings, "fields", ["from"], ["to"], context);
    const ignoreMissing = settings.boolean("ignore_missing");
    const failOnError = settings.boolean("fail_on_error");
    return {
      reads: pairs.flatMap(({ from = "", to = from }) => [from, to]),
      run(event) {
        stepThrough(event, pairs, failOnError, ({ from = "", to = from }) => {
          const text = wantedText(event, from, ignoreMissing);
          if (text !== undefined) putField(event, to, decoded(from, text));
        });
        return true;
      },
    };
  },
};

function decoded(field: string, text: string): string {
  if (/%(?![\da-f]{2})/i.test(text)) throw new FieldError(`${field} has a % without two hexadecimal digits`);
  // Bytes that are no UTF-8 become U+FFFD.
  return text
    .replaceAll("+", " ")
    .replace(/(?:%[\da-f]{2})+/gi, (run) => Buffer.from(run.replaceAll("%", ""), "hex").toString("utf8"));
}
