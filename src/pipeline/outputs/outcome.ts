import type { DeliveryOutcome } from "../../plugin/definitions.ts";

/** Every event arrived. */
export function allDelivered(count: number): DeliveryOutcome {
  return { delivered: count, existing: 0, conflicts: 0, failureStore: 0, rejected: [] };
}
