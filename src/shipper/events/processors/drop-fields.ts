import { row } from "../../config/settings.ts";
import { deleteField } from "../event-fields.ts";
import type { ProcessorDefinition } from "./definition.ts";
import { matchingNames, readNamedFields } from "./named-fields.ts";

export const dropFields: ProcessorDefinition = {
  name: "drop_fields",
  options: {
    fields: row("list", undefined, "names, and expressions between slashes; `@timestamp` and `type` stay"),
    ignore_missing: row("boolean", false, "has no effect: fields that are not there are no failure"),
  },
  required: ["fields"],
  make(settings, { found }) {
    const { names, patterns } = readNamedFields(settings.list("fields"), settings.span("fields"), found);
    const dropped = names.filter(mayBeDropped);
    return {
      reads: patterns.length === 0 ? dropped : undefined,
      run(event) {
        for (const name of dropped) deleteField(event, name);
        for (const name of matchingNames(event.fields, patterns)) if (mayBeDropped(name)) deleteField(event, name);
        return true;
      },
    };
  },
};

function mayBeDropped(name: string): boolean {
  return name !== "@timestamp" && name !== "type" && name !== "@metadata";
}
