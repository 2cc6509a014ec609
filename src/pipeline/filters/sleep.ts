import { setTimeout as sleepFor } from "node:timers/promises";
import { compileSprintf } from "../../language/sprintf.ts";
import { defineFilter, type FilterPlugin } from "../../plugin/definitions.ts";
import { boolean, text } from "../../plugin/options.ts";

const options = {
  time: text({
    description: "Seconds to wait; with `%{…}` places. With replay, how many times as fast as it was",
    required: true,
  }),
  every: text({ description: "Wait at every so many events only", default: "1" }),
  replay: boolean({
    description: "Wait as long as lay between the events' timestamps, divided by time",
    default: false,
  }),
};

export const sleep: FilterPlugin = defineFilter({
  name: "sleep",
  summary: "Waits, to let events through slowly.",
  options,
  differs: [
    "It holds up the whole pipeline, since its events go through one worker, one after the other; Logstash holds up the worker that sleeps.",
  ],
  examples: [
    { title: "A tenth of a second each", config: 'sleep { time => "0.1" }' },
    { title: "As it happened, ten times as fast", config: "sleep { time => 10 replay => true }" },
  ],
  stateful: () => true,
  check(settings) {
    const { time, every } = settings;
    if (!/^\d+$/.test(every) || every === "0") return [{ option: "every", message: `${every} is no number of events` }];
    if (!time.includes("%{") && !(Number(time) >= 0))
      return [{ option: "time", message: `${time} is no number of seconds` }];
    return [];
  },
  sets: () => [],

  create(settings, host) {
    const time = compileSprintf(settings.time, host.now);
    const every = Number(settings.every);
    let count = 0;
    let last: number | undefined;
    return {
      apply: () => true,
      async wait(event) {
        const value = Number.parseFloat(time(event)) || 0;
        if (settings.replay) {
          const at = event.timestamp?.epochMs;
          const seconds = at === undefined || last === undefined ? 0 : (at - last) / 1000;
          last = at ?? last;
          if (seconds > 0 && value > 0) await sleepFor((seconds / value) * 1000);
        } else if (++count >= every) {
          count = 0;
          await sleepFor(value * 1000);
        }
        return true;
      },
    };
  },
});
