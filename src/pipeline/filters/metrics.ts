import { hostname } from "node:os";
import type { Event } from "../../event/event.ts";
import { FieldReference } from "../../event/field-reference.ts";
import { Timestamp } from "../../event/timestamp.ts";
import { compileSprintf } from "../../language/sprintf.ts";
import { defineFilter, type FilterPlugin, type OptionProblem } from "../../plugin/definitions.ts";
import { boolean, hash, list, number, text } from "../../plugin/options.ts";
import { Meter, Timer } from "../../transform/rate-metrics.ts";

const options = {
  meter: list({ description: "Names of what is counted; with `%{…}` places", default: [] }),
  timer: hash({ description: "Names of what is measured, and the value of an event, such as `%{took}`", default: {} }),
  flush_interval: number({ description: "Seconds between the events that are made, a multiple of 5", default: 5 }),
  clear_interval: number({
    description: "Seconds after which counting begins anew, a multiple of 5; -1: never",
    default: -1,
  }),
  percentiles: list({ description: "Percentiles of timers", default: ["1", "5", "10", "90", "95", "99", "100"] }),
  rates: list({ description: "Minutes over which rates are taken: 1, 5, 15", default: ["1", "5", "15"] }),
  ignore_older_than: number({
    description: "Seconds; events whose time is longer ago are not counted; 0: all are",
    default: 0,
  }),
  split: boolean({ description: "Each part of a meter's name counts by itself", default: false }),
  split_seperator: text({ description: "What stands between the parts", default: "," }),
};

const TICK_SECONDS = 5;
/** Names kept; events of further ones are counted under none, and it is said. */
const MOST_NAMES = 10_000;

export const metrics: FilterPlugin = defineFilter({
  name: "metrics",
  summary:
    "Counts events and measures values of them, and makes an event of the figures every few seconds; all of its events go on.",
  options,
  differs: [
    "Its pipeline runs on one worker, in order, so that there is one event of figures and not one of each worker.",
    `At most ${MOST_NAMES.toLocaleString("en")} names are kept; Logstash keeps all.`,
    "Percentiles are taken of an even sample of 1,028 values; metriks prefers later ones.",
  ],
  examples: [
    { title: "Events a second", config: 'metrics { meter => "events" add_tag => "metric" }' },
    {
      title: "By status, and how long requests took",
      config:
        'metrics { meter => ["status.%{[http][response][status_code]}"] timer => { "took" => "%{[event][duration]}" } flush_interval => 60 add_tag => ["metric"] }',
    },
  ],
  stateful: () => true,
  check(settings) {
    const problems: OptionProblem[] = [];
    const rate = settings.rates.find((minutes) => !["1", "5", "15"].includes(minutes));
    if (rate !== undefined)
      problems.push({ option: "rates", message: `there is no rate over ${rate} minutes`, help: "1, 5, 15" });
    const percentile = settings.percentiles.find((one) => !(Number(one) >= 0 && Number(one) <= 100));
    if (percentile !== undefined) problems.push({ option: "percentiles", message: `${percentile} is no percentile` });
    if (settings.meter.length === 0 && Object.keys(settings.timer).length === 0)
      problems.push({
        option: "meter",
        severity: "warning",
        message: "there is neither a meter nor a timer: nothing is counted",
      });
    return problems;
  },
  create(settings, host) {
    const meterNames = settings.meter.map((template) => compileSprintf(template, host.now));
    const timerNames = Object.entries(settings.timer).map(([name, value]) => ({
      name: compileSprintf(name, host.now),
      value: compileSprintf(String(value), host.now),
    }));
    const minutes = settings.rates.map(Number);
    const meters = new Map<string, Meter>();
    const timers = new Map<string, Timer>();
    let sinceFlush = 0;
    let sinceClear = 0;
    let told = false;

    function known<T>(all: Map<string, T>, name: string, make: () => T): T | undefined {
      let one = all.get(name);
      if (one === undefined && meters.size + timers.size < MOST_NAMES) {
        one = make();
        all.set(name, one);
      }
      if (one === undefined && !told) {
        told = true;
        host.log.warn("too many names of metrics: further ones are not counted", {
          plugin: host.pluginId,
          most: MOST_NAMES,
        });
      }
      return one;
    }

    return {
      apply(event) {
        const now = host.now();
        const age = (now - (event.timestamp?.epochMs ?? now)) / 1000;
        if (settings.ignore_older_than > 0 && age > settings.ignore_older_than) return false;
        for (const write of meterNames) {
          const names = settings.split ? write(event).split(settings.split_seperator) : [write(event)];
          for (const name of names) known(meters, name, () => new Meter(minutes, now))?.mark(now);
        }
        for (const { name, value } of timerNames) {
          const timer = known(timers, name(event), () => new Timer(minutes, now, host.random));
          timer?.update(Number.parseFloat(value(event)) || 0, now);
        }
        // The common options are for the events of figures.
        return false;
      },

      flush(parent, emit) {
        sinceFlush += TICK_SECONDS;
        sinceClear += TICK_SECONDS;
        if (sinceFlush < settings.flush_interval || meters.size + timers.size === 0) return;
        sinceFlush = 0;
        const now = host.now();
        const event = host.child(parent);
        event.timestamp = new Timestamp(now);
        event.fields["message"] = hostname();
        for (const [name, meter] of meters) setRates(event, name, meter, minutes, now);
        for (const [name, timer] of timers) {
          setRates(event, name, timer.meter, minutes, now);
          set(event, name, "min", timer.min);
          set(event, name, "max", timer.max);
          set(event, name, "stddev", timer.standardDeviation);
          set(event, name, "mean", timer.mean);
          for (const percentile of settings.percentiles)
            set(event, name, `p${percentile}`, timer.quantile(Number(percentile) / 100));
        }
        if (settings.clear_interval > 0 && sinceClear >= settings.clear_interval) {
          sinceClear = 0;
          meters.clear();
          timers.clear();
        }
        emit(event);
      },
    };
  },
});

function setRates(event: Event, name: string, meter: Meter, minutes: readonly number[], now: number): void {
  set(event, name, "count", meter.count);
  for (const length of minutes) set(event, name, `rate_${length}m`, meter.rate(length, now));
}

function set(event: Event, name: string, part: string, value: number): void {
  // Brackets in a name, or none at all, would make another reference of it.
  new FieldReference(`[${name.replace(/[[\]]/g, "_") || "_"}][${part}]`).set(event, value);
}
