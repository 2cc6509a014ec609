import type { DeliveryOutcome } from "../../plugin/definitions.ts";
import { type Destinations, dayName, EARLIER } from "../../telemetry/destinations.ts";
import type { OutputPart } from "./messages.ts";

/** Enters the events of a part that are at their destination now: all but those that were rejected or that its failure store has. */
export function countDestinations(part: OutputPart, outcome: DeliveryOutcome, counts: () => Destinations): void {
  const { groups, groupOf } = part;
  if (groups.length === 0) return;
  const sums = new Int32Array(groups.length);
  if (groupOf === undefined) sums[0] = part.ends.length;
  else for (const group of groupOf) if (group >= 0) (sums[group] as number)++;
  const absent = [...outcome.rejected.map(({ index }) => index), ...(outcome.inFailureStore ?? [])];
  for (const index of absent) {
    const group = groupOf === undefined ? 0 : (groupOf[index] as number);
    if (group >= 0) (sums[group] as number)--;
  }
  const there = counts();
  groups.forEach(({ destination, day }, i) => {
    const count = sums[i] as number;
    if (count > 0) there.add(destination, day === undefined ? EARLIER : dayName(day), count);
  });
}
