import { defineFilter, type FilterPlugin } from "../../plugin/definitions.ts";
import { list } from "../../plugin/options.ts";

const options = {
  clones: {
    ...list({
      description: "A copy is made for each name; it has the name among its `tags`, without ECS as its `type`",
      default: [],
    }),
    required: true,
  },
};

export const clone: FilterPlugin = defineFilter({
  name: "clone",
  summary: "Makes copies of an event, which go on behind it; `add_field` and the like are applied to the copies only.",
  options,
  examples: [
    {
      title: "A copy for another index",
      config: 'clone { clones => ["archive"] add_field => { "keep" => "10y" } }',
      given: "hello",
      expect: [
        { message: "hello", tags: null, keep: null },
        { message: "hello", tags: ["archive"], keep: "10y" },
      ],
    },
    {
      title: "Without ECS the copy has a type",
      config: 'clone { clones => ["archive"] ecs_compatibility => "disabled" }',
      given: "hello",
      expect: [{ type: null }, { type: "archive" }],
    },
  ],
  sets: () => [],

  create(settings, host) {
    return {
      apply(event, emit) {
        for (const name of settings.clones) {
          const copy = host.child(event);
          if (host.ecs === "disabled") copy.fields["type"] = name;
          else copy.tag(name);
          emit(copy);
        }
        return false;
      },
    };
  },
});
