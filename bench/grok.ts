import { Event } from "../src/event/event.ts";
import { GrokLibrary } from "../src/language/grok/library.ts";
import { compileGrok } from "../src/language/grok/matcher.ts";
import { grok } from "../src/pipeline/filters/grok.ts";
import type { FilterHost } from "../src/plugin/definitions.ts";
import { combinedLine, seeded } from "./lines.ts";

/**
 * `%{COMBINEDAPACHELOG}` against an expression written by hand, both searching anywhere in a line, in CPU microseconds a line and as a ratio:
 * on lines that fit, on lines of something else, and on lines that nearly fit. `filter` is the whole filter, which makes the fields too,
 * less the bare loop (a new event for each line).
 */

/** What a careful person writes for the same line. */
const BY_HAND =
  /(\S+) (\S+) (\S+) \[(\d{1,2}\/\w{3}\/\d{4}:\d\d:\d\d:\d\d [+-]\d{4})\] "(?:([A-Z]+) (\S+)(?: HTTP\/(\d\.\d))?|([^"]*))" (\d{3}|-) (\d+|-) "([^"]*)" "([^"]*)"/;

const LINES = 20_000;
const ROUNDS = 100_000;

function cpuMicrosOf(run: () => void): number {
  const begin = process.cpuUsage();
  run();
  const used = process.cpuUsage(begin);
  return (used.user + used.system) / ROUNDS;
}

/** The best of three runs behind one for the compiler. */
function measure(work: (line: string) => void, lines: readonly string[]): number {
  const times: number[] = [];
  for (let k = 0; k < 4; k++) {
    const time = cpuMicrosOf(() => {
      for (let i = 0; i < ROUNDS; i++) work(lines[i % lines.length] as string);
    });
    if (k > 0) times.push(time);
  }
  return Math.min(...times);
}

const random = seeded(1);
const access = Array.from({ length: LINES }, (_, i) => combinedLine(random, 1_790_000_000 + i));
const foreign = Array.from(
  { length: LINES },
  (_, i) => `worker process ${i} exited on signal ${i % 20}, ${"x".repeat(100 + (i % 60))}`,
);
const words = Array.from(
  { length: LINES },
  (_, i) => `took ${i} a-b c.d e_f [12/x] "GET q" ${"some-host.name - - ".repeat(8)}`,
);

const host: FilterHost = {
  pluginId: "grok#1",
  pipelineId: "bench",
  ecs: "v1",
  log: { info: () => undefined, warn: () => undefined, error: () => undefined },
  now: () => 0,
  random: () => 0,
  child: (parent) => parent,
};
const defaults = Object.fromEntries(Object.entries(grok.options).map(([name, option]) => [name, option.default]));

export function grokBench(): object[] {
  /** Kept, so that the compiler cannot leave the loop out. */
  let last: Event | undefined;
  const bare = (line: string): void => {
    last = new Event(0, { "@timestamp": "x", message: line });
  };
  const bareTime = measure(bare, access);
  const results: object[] = [];
  for (const [lines, all] of Object.entries({ fitting: access, foreign, "nearly fitting": words })) {
    const hand = measure((line) => void BY_HAND.exec(line), all);
    for (const ecs of ["v8", "disabled"] as const) {
      const matcher = compileGrok("%{COMBINEDAPACHELOG}", new GrokLibrary(ecs), { namedCapturesOnly: true });
      const settings = { ...defaults, match: { message: "%{COMBINEDAPACHELOG}" } };
      const filter = grok.create(settings as never, { ...host, ecs });
      const apply = (line: string): void => {
        last = new Event(0, { "@timestamp": "x", message: line });
        filter.apply(last, ignore);
      };
      const match = measure((line) => void matcher.match(line), all);
      const whole = measure(apply, all) - bareTime;
      results.push({
        bench: "grok",
        ecs,
        lines,
        by_hand_us: round(hand),
        grok_us: round(match),
        ratio: round(match / hand),
        filter_us: round(whole),
      });
    }
  }
  if (last === undefined) throw new Error("nothing was measured");
  return results;
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}

const ignore = (): void => undefined;
