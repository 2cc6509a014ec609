import { defineFilter, type FilterPlugin } from "../../plugin/definitions.ts";
import { number } from "../../plugin/options.ts";

const options = {
  percentage: number({ description: "Per cent of events that are dropped", default: 100, range: [0, 100] }),
};

export const drop: FilterPlugin = defineFilter({
  name: "drop",
  summary: "Drops events; they count as filtered out.",
  options,
  examples: [
    { title: "Inside a condition as a rule", config: "drop { }", given: "anything", expect: "dropped" },
    { title: "A sample", config: "drop { percentage => 0 }", given: "kept", expect: { message: "kept" } },
  ],
  sets: () => [],
  shape(settings, event) {
    if (settings.percentage === 100) event.dropped = true;
  },

  create: (settings, host) => ({
    apply(event) {
      if (host.random() * 100 < settings.percentage) event.cancelled = true;
      return true;
    },
  }),
});
