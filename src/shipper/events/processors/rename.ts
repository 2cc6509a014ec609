import { deleteField, FieldError, getField, putField } from "../event-fields.ts";
import type { ProcessorDefinition } from "./definition.ts";
import { PAIR_OPTIONS, readItems, stepThrough, wanted } from "./field-pairs.ts";

export const rename: ProcessorDefinition = {
  name: "rename",
  options: PAIR_OPTIONS,
  required: ["fields"],
  make(settings, context) {
    const pairs = readItems(settings, "fields", ["from", "to"], [], context);
    const ignoreMissing = settings.boolean("ignore_missing");
    const failOnError = settings.boolean("fail_on_error");
    return {
      reads: pairs.flatMap(({ from, to }) => [from as string, to as string]),
      run(event) {
        stepThrough(event, pairs, failOnError, (pair) => {
          const from = pair["from"] as string;
          const to = pair["to"] as string;
          if (getField(event, to) !== undefined) throw new FieldError(`there is a field ${to} already`);
          const value = wanted(event, from, ignoreMissing);
          if (value === undefined) return;
          if (from === "@timestamp") throw new FieldError("@timestamp cannot be renamed");
          // First, since `a` may become `a.b`.
          deleteField(event, from);
          try {
            putField(event, to, value);
          } catch (error) {
            putField(event, from, value);
            throw error;
          }
        });
        return true;
      },
    };
  },
};
