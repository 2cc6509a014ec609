import type { ObjectValue } from "../../../event/value.ts";
import { isTree } from "../../../event/value.ts";
import { row } from "../../config/settings.ts";
import { expandDots, getField, mergeInto, putField } from "../event-fields.ts";
import type { ProcessorDefinition } from "./definition.ts";
import { leafNames } from "./leaf-names.ts";

export const addFields: ProcessorDefinition = {
  name: "add_fields",
  options: {
    fields: row("tree", undefined, "fields to add; those that are there are replaced"),
    target: row("text", "fields", "field that they come under; empty: the top of the event"),
  },
  required: ["fields"],
  make(settings) {
    const fields = expandDots(settings.tree<ObjectValue>("fields"));
    const target = settings.optional("target") ?? (settings.has("target") ? "" : "fields");
    return {
      reads: leafNames(fields, target),
      run(event) {
        if (target === "") {
          for (const [name, value] of Object.entries(fields)) {
            const there = getField(event, name);
            if (name.startsWith("@") || !isTree(there) || !isTree(value)) putField(event, name, structuredClone(value));
            else mergeInto(there as ObjectValue, value as ObjectValue, true);
          }
          return true;
        }
        const there = getField(event, target);
        if (isTree(there)) mergeInto(there as ObjectValue, fields, true);
        else putField(event, target, structuredClone(fields));
        return true;
      },
    };
  },
};
