import { truncateText } from "../../../transform/truncate.ts";
import { row } from "../../config/settings.ts";
import { addFlag, FieldError, getField, putField } from "../event-fields.ts";
import type { ProcessorDefinition } from "./definition.ts";
import { stepThrough } from "./field-pairs.ts";

export const truncateFields: ProcessorDefinition = {
  name: "truncate_fields",
  options: {
    fields: row("list", undefined, "fields whose texts are cut"),
    max_bytes: row("number", undefined, "bytes that stay; no character is cut in two"),
    max_characters: row("number", undefined, "characters that stay"),
    ignore_missing: row("boolean", false, "has no effect: a field that is not there is no failure"),
    fail_on_error: row("boolean", true, "at a value that is no text the event stays as it was"),
  },
  required: ["fields"],
  make(settings, { found, at }) {
    if (settings.has("max_bytes") === settings.has("max_characters")) {
      found.error("SHIP004", "truncate_fields needs max_bytes or max_characters", at, { help: "one of them" });
      return undefined;
    }
    const inBytes = settings.has("max_bytes");
    const most = settings.within(inBytes ? "max_bytes" : "max_characters", 0, 2 ** 30);
    const fields = settings.list("fields");
    const failOnError = settings.boolean("fail_on_error");
    return {
      reads: [...fields, "log.flags"],
      run(event) {
        stepThrough(event, fields, failOnError, (field) => {
          const text = getField(event, field);
          if (text === undefined) return;
          if (typeof text !== "string") throw new FieldError(`${field} is no text`);
          const cut = inBytes ? truncateText(text, most) : firstCharacters(text, most);
          if (cut === text) return;
          putField(event, field, cut);
          addFlag(event, "log.flags", "truncated");
        });
        return true;
      },
    };
  },
};

function firstCharacters(text: string, count: number): string {
  if (text.length <= count) return text;
  let end = 0;
  for (let i = 0; i < count && end < text.length; i++) end += (text.codePointAt(end) as number) > 0xffff ? 2 : 1;
  return text.slice(0, end);
}
