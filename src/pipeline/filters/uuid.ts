import { randomUUID } from "node:crypto";
import { FieldReference } from "../../event/field-reference.ts";
import { defineFilter, type FilterPlugin } from "../../plugin/definitions.ts";
import { boolean, fieldReference } from "../../plugin/options.ts";
import { textShape } from "../../plugin/value-shape.ts";

const options = {
  target: fieldReference({ description: "Field of the UUID", required: true }),
  overwrite: boolean({ description: "Also where the field has a value already", default: false }),
};

export const uuid: FilterPlugin = defineFilter({
  name: "uuid",
  summary: "Gives an event a random UUID (version 4); another one when the event is sent again after a crash.",
  options,
  examples: [
    {
      title: "A field that has a value keeps it",
      config: 'uuid { target => "id" }',
      given: { id: "mine" },
      expect: { id: "mine" },
    },
    { title: "An id", config: 'uuid { target => "[@metadata][id]" overwrite => true }' },
  ],
  sets: (settings) => [settings.target],
  shape: (settings, event) => event.set(settings.target, textShape("name"), "target"),

  create(settings) {
    const target = new FieldReference(settings.target);
    return {
      apply(event) {
        const value = target.get(event);
        if (settings.overwrite || value === undefined || value === null) target.set(event, randomUUID());
        return true;
      },
    };
  },
});
