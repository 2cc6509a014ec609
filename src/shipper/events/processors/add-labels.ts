import type { ObjectValue, Value } from "../../../event/value.ts";
import { isTree, setOwn } from "../../../event/value.ts";
import { row } from "../../config/settings.ts";
import { getField, mergeInto, putField } from "../event-fields.ts";
import type { ProcessorDefinition } from "./definition.ts";

export const addLabels: ProcessorDefinition = {
  name: "add_labels",
  options: { labels: row("tree", undefined, "labels to add; nested ones become names with dots") },
  required: ["labels"],
  make(settings) {
    const labels: ObjectValue = {};
    flatten(settings.tree<ObjectValue>("labels"), "", labels);
    return {
      reads: ["labels"],
      run(event) {
        const there = getField(event, "labels");
        if (isTree(there)) mergeInto(there as ObjectValue, labels, true);
        else putField(event, "labels", { ...labels });
        return true;
      },
    };
  },
};

function flatten(value: Value, name: string, into: ObjectValue): void {
  if (typeof value !== "object" || value === null) {
    setOwn(into, name, value);
    return;
  }
  for (const [key, item] of Object.entries(value)) flatten(item as Value, name === "" ? key : `${name}.${key}`, into);
}
