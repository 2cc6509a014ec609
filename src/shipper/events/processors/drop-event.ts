import type { ProcessorDefinition } from "./definition.ts";

/** Drops events, those that its condition is about. */
export const dropEvent: ProcessorDefinition = {
  name: "drop_event",
  options: {},
  required: [],
  make: () => ({ run: () => false, reads: [] }),
};
