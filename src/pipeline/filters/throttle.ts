import { compileSprintf } from "../../language/sprintf.ts";
import { defineFilter, type FilterPlugin } from "../../plugin/definitions.ts";
import { boolean, number, text } from "../../plugin/options.ts";

const options = {
  key: text({ description: "What is counted: events for which it is the same text", required: true }),
  before_count: number({ description: "Events before this one of a period match; -1: none", default: -1 }),
  after_count: number({ description: "Events behind this one of a period match; -1: none", default: -1 }),
  period: text({ description: "Seconds, from the first event of a key on; with `%{…}` places", default: "60" }),
  max_age: number({ description: "Seconds that a period is remembered", default: 3600 }),
  max_counters: number({
    description: "Counters kept; above, periods are forgotten earlier; -1: no bound",
    default: 100_000,
  }),
  periodic_flush: boolean({ description: "Forget by time", default: true, ignored: "it always does" }),
};

/** The counts of one key, by the beginning of their period (epoch seconds). */
interface Counts {
  readonly created: number;
  latest: number;
  /** The newest period, and what it was when old ones were last looked for. */
  newest: number;
  swept: number;
  readonly periods: Map<number, number>;
}

/** Bounds of the age that counters may reach, and its steps, as parts of max_age. */
const LEAST_AGE = 0.05;
const AGE_STEP = 0.05;
/** The age grows again below this part of max_counters. */
const ROOM = 0.8;

export const throttle: FilterPlugin = defineFilter({
  name: "throttle",
  summary:
    "Counts events by a key and period, by their timestamps; `add_tag` and the like are applied to those outside of the counts given.",
  options,
  differs: ["Its pipeline runs on one worker, in order, so that counts are right."],
  examples: [
    {
      title: "At most one of a kind in an hour",
      config:
        'throttle { key => "%{message}" period => 3600 max_age => 7200 after_count => 1 add_tag => ["throttled"] }',
      given: "disk full",
      expect: { tags: null },
    },
  ],
  stateful: () => true,
  sets: () => [],

  create(settings, host) {
    const key = compileSprintf(settings.key, host.now);
    const period = compileSprintf(settings.period, host.now);
    const counters = new Map<string, Counts>();
    let maxAge = settings.max_age;

    return {
      apply(event) {
        const name = key(event);
        const length = Number.parseInt(period(event), 10) || 60;
        const epoch = Math.floor((event.timestamp?.epochMs ?? host.now()) / 1000);
        let counts = counters.get(name);
        if (counts === undefined) {
          counts = {
            created: epoch,
            latest: epoch,
            newest: Number.NEGATIVE_INFINITY,
            swept: epoch,
            periods: new Map(),
          };
          counters.set(name, counts);
        }
        counts.latest = Math.max(counts.latest, epoch);
        const into = (epoch - counts.created) % length;
        const start = epoch - (into < 0 ? into + length : into);
        counts.newest = Math.max(counts.newest, start);
        const tooOld = start < counts.newest - maxAge;
        const count = tooOld ? 1 : (counts.periods.get(start) ?? 0) + 1;
        if (!tooOld) counts.periods.set(start, count);
        // Now and then: for each event it would take as long as there are periods.
        if (counts.newest - counts.swept > maxAge * AGE_STEP) forget(counts, maxAge);
        const { before_count: before, after_count: after } = settings;
        return (before !== -1 && count < before) || (after !== -1 && count > after);
      },

      flush() {
        let latest = 0;
        for (const counts of counters.values()) latest = Math.max(latest, counts.latest);
        let total = 0;
        for (const [name, counts] of counters) {
          if (counts.latest < latest - maxAge) counters.delete(name);
          else {
            forget(counts, maxAge);
            total += counts.periods.size;
          }
        }
        if (settings.max_counters === -1) return;
        const step = settings.max_age * AGE_STEP;
        if (total > settings.max_counters && maxAge > settings.max_age * LEAST_AGE) {
          maxAge -= step;
          host.log.warn(
            "too many counters: periods are forgotten earlier; a key with fewer different texts would help",
            { plugin: host.pluginId, counters: total, max_age: maxAge },
          );
        } else if (maxAge < settings.max_age && total < settings.max_counters * ROOM) maxAge += step;
      },
    };
  },
});

/** Periods of more than `maxAge` seconds before the newest. */
function forget(counts: Counts, maxAge: number): void {
  for (const start of counts.periods.keys()) if (start < counts.newest - maxAge) counts.periods.delete(start);
  counts.swept = counts.newest;
}
