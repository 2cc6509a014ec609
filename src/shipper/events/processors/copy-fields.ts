import { copyOf, FieldError, getField, putField } from "../event-fields.ts";
import type { ProcessorDefinition } from "./definition.ts";
import { PAIR_OPTIONS, readItems, stepThrough, wanted } from "./field-pairs.ts";

export const copyFields: ProcessorDefinition = {
  name: "copy_fields",
  options: PAIR_OPTIONS,
  required: ["fields"],
  make(settings, context) {
    const pairs = readItems(settings, "fields", ["from", "to"], [], context);
    const ignoreMissing = settings.boolean("ignore_missing");
    const failOnError = settings.boolean("fail_on_error");
    return {
      reads: pairs.flatMap(({ from, to }) => [from as string, to as string]),
      run(event) {
        stepThrough(event, pairs, failOnError, ({ from, to }) => {
          if (getField(event, to as string) !== undefined) throw new FieldError(`there is a field ${to} already`);
          const value = wanted(event, from as string, ignoreMissing);
          if (value !== undefined) putField(event, to as string, copyOf(value));
        });
        return true;
      },
    };
  },
};
