import { DissectError } from "../../../language/dissect.ts";
import { compileBeatsDissect } from "../../../transform/beats-dissect.ts";
import { row } from "../../config/settings.ts";
import { addFlag, FieldError, getField, putField } from "../event-fields.ts";
import type { ProcessorDefinition } from "./definition.ts";

/** What a text that does not fit gets in `log.flags`, as in Beats. */
const FLAG = "dissect_parsing_error";

export const dissect: ProcessorDefinition = {
  name: "dissect",
  options: {
    tokenizer: row("text", undefined, "pattern: `%{client} [%{time}] %{size|integer}`"),
    field: row("text", "message", "field that is dissected"),
    target_prefix: row("text", "dissect", "field that the parts come under; empty: the top of the event"),
    ignore_failure: row("boolean", false, "a text that does not fit is not marked"),
    overwrite_keys: row("boolean", false, "replace fields that are there"),
    trim_values: row("text", "none", "none, left, right or all: where values are trimmed"),
    trim_chars: row("text", " ", "characters that are trimmed"),
  },
  required: ["tokenizer"],
  make(settings, { found, at }) {
    const field = settings.text("field");
    const prefix = settings.text("target_prefix");
    const overwrite = settings.boolean("overwrite_keys");
    const quiet = settings.boolean("ignore_failure");
    try {
      const cut = compileBeatsDissect({
        tokenizer: settings.text("tokenizer"),
        field,
        target_prefix: prefix,
        // What is there is looked at below, where fields are a tree.
        overwrite_keys: true,
        trim_values: settings.choice("trim_values", ["none", "left", "right", "all"]),
        trim_chars: settings.text("trim_chars"),
      });
      return {
        reads: prefix === "" ? undefined : [field, prefix, "log.flags"],
        run(event) {
          try {
            const parts = Object.entries(cut({ [field]: getField(event, field) ?? null }));
            const taken = overwrite ? undefined : parts.find(([name]) => getField(event, name) !== undefined);
            if (taken !== undefined) throw new FieldError(`there is a field ${taken[0]} already`);
            for (const [name, value] of parts) putField(event, name, value);
          } catch (error) {
            if (!(error instanceof DissectError || error instanceof FieldError)) throw error;
            if (!quiet) addFlag(event, "log.flags", FLAG);
          }
          return true;
        },
      };
    } catch (error) {
      found.error("SHIP003", `the tokenizer is wrong: ${(error as Error).message}`, settings.span("tokenizer") ?? at);
      return undefined;
    }
  },
};
