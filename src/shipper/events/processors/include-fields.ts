import { type ObjectValue, setOwn, type Value } from "../../../event/value.ts";
import { row } from "../../config/settings.ts";
import type { ShipperEvent } from "../event.ts";
import { getField, putField } from "../event-fields.ts";
import type { ProcessorDefinition } from "./definition.ts";
import { matchingNames, readNamedFields } from "./named-fields.ts";

export const includeFields: ProcessorDefinition = {
  name: "include_fields",
  options: {
    fields: row(
      "list",
      undefined,
      "names, and expressions between slashes; `@timestamp`, `type` and `@metadata` stay too",
    ),
  },
  required: [],
  make(settings, { found }) {
    const { names, patterns } = readNamedFields(settings.list("fields"), settings.span("fields"), found);
    return {
      reads: undefined,
      run(event) {
        const kept: ShipperEvent = { timestamp: event.timestamp, fields: {}, metadata: {} };
        // Objects go in before what is in them.
        const wanted = new Set(["type", ...names, ...matchingNames(event.fields, patterns)]);
        for (const name of [...wanted].sort((a, b) => a.length - b.length)) {
          const value = name.startsWith("@") ? undefined : getField(event, name);
          if (value !== undefined) putField(kept, name, value);
        }
        replaceFields(event.fields, kept.fields);
        return true;
      },
    };
  },
};

function replaceFields(fields: Record<string, Value>, kept: ObjectValue): void {
  for (const key of Object.keys(fields)) delete fields[key];
  for (const [key, value] of Object.entries(kept)) setOwn(fields, key, value);
}
