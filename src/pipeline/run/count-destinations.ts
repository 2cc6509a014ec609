import type { DeliveryOutcome } from "../../plugin/definitions.ts";
import { type DestinationCounts, Destinations, dayName, EARLIER } from "../../telemetry/destinations.ts";
import type { OutputPart } from "./messages.ts";

/** Counts the events of a part that are at their destination now: all but those that were rejected or that its failure store has. Undefined: nobody can be asked. */
export function countsOf(
  { groups, groupOf, ends }: Pick<OutputPart, "groups" | "groupOf" | "ends">,
  outcome: DeliveryOutcome,
): DestinationCounts | undefined {
  if (groups.length === 0) return undefined;
  const sums = new Int32Array(groups.length);
  if (groupOf === undefined) sums[0] = ends.length;
  else for (const group of groupOf) if (group >= 0) (sums[group] as number)++;
  const absent = [...outcome.rejected.map(({ index }) => index), ...(outcome.inFailureStore ?? [])];
  for (const index of absent) {
    const group = groupOf === undefined ? 0 : (groupOf[index] as number);
    if (group >= 0) (sums[group] as number)--;
  }
  const there = new Destinations();
  groups.forEach(({ destination, day }, i) => {
    const count = sums[i] as number;
    if (count > 0) there.add(destination, day === undefined ? EARLIER : dayName(day), count);
  });
  return there.snapshot();
}
