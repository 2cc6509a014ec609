import type { Event } from "../../../src/event/event.ts";
import type { StoredTree } from "../../../src/event/value.ts";
import type { FilterPlugin, OptionProblem } from "../../../src/plugin/definitions.ts";
import { comparable, type FilterRunOptions, runFilters } from "../../support/run-filters.ts";

/** The clock of `runFilters`, as an ISO text. */
export const NOW = "2026-11-22T12:00:00.000Z";

/** The one event that comes out of a filter written as in a `.conf`. */
export function filtered(filter: string, input: string | StoredTree, options: FilterRunOptions = {}): Event {
  const events = runFilters(`filter { ${filter} }`, [input], options);
  if (events.length !== 1) throw new Error(`${events.length} events came out`);
  return events[0] as Event;
}

/** Its document, without the time where that is the clock's or none. */
export function outcome(filter: string, input: string | StoredTree, options: FilterRunOptions = {}): unknown {
  const { "@timestamp": time, ...rest } = comparable(filtered(filter, input, options).toObject()) as Record<
    string,
    unknown
  >;
  return time === NOW || time === undefined ? rest : { "@timestamp": time, ...rest };
}

/** Problems that a filter's own check finds in options written as values. */
export function problemsOf(filter: FilterPlugin, given: object): readonly OptionProblem[] {
  const defaults = Object.fromEntries(Object.entries(filter.options).map(([name, option]) => [name, option.default]));
  return filter.check?.({ ...defaults, ...given } as never, "v8") ?? [];
}
