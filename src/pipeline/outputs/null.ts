import { defineOutput, type OutputPlugin } from "../../plugin/definitions.ts";
import { allDelivered } from "./outcome.ts";

export const nullOutput: OutputPlugin = defineOutput({
  name: "null",
  summary: "Takes events and forgets them; for measuring and for pipelines that are run for their filters.",
  options: {},
  examples: [{ title: "Measure filters alone", config: "null { }" }],
  defaultCodec: undefined,

  deliverer() {
    return Promise.resolve({
      deliver: (events) => Promise.resolve(allDelivered(events.count)),
      close: () => Promise.resolve(),
    });
  },
});
