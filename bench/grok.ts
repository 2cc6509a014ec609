import { Event } from "../src/event/event.ts";
import { GrokLibrary } from "../src/language/grok/library.ts";
import { compileGrok } from "../src/language/grok/matcher.ts";
import { grok } from "../src/pipeline/filters/grok.ts";
import type { FilterHost } from "../src/plugin/definitions.ts";
import { combinedLine, seeded } from "./lines.ts";

/**
 * CPU time of grok for one line, in microseconds: the search alone, and the whole filter, which makes the fields too. The time of
 * the bare loop (a new event for each line) is taken off.
 */

const LINES = 20_000;
const ROUNDS = 1_000_000;

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

/** Kept, so that the compiler cannot leave the loop out. */
let last: Event | undefined;
const bare = (line: string): void => {
  last = new Event(0, { "@timestamp": "x", message: line });
};
const ignore = (): void => undefined;
const bareTime = measure(bare, access);

for (const ecs of ["v1", "disabled"] as const) {
  const matcher = compileGrok("%{COMBINEDAPACHELOG}", new GrokLibrary(ecs), { namedCapturesOnly: true });
  const settings = { ...defaults, match: { message: "%{COMBINEDAPACHELOG}" } };
  const filter = grok.create(settings as never, { ...host, ecs });
  const apply = (line: string): void => {
    last = new Event(0, { "@timestamp": "x", message: line });
    filter.apply(last, ignore);
  };
  for (const [name, lines] of [
    ["combined lines", access],
    ["foreign lines", foreign],
    ["nearly fitting words", words],
  ] as const) {
    const search = measure((line) => void matcher.expression.exec(line), lines);
    const match = measure((line) => void matcher.match(line), lines);
    const whole = measure(apply, lines) - bareTime;
    console.log(
      `${ecs.padEnd(8)} ${name.padEnd(22)} expression ${search.toFixed(2)}  match ${match.toFixed(2)}  filter ${whole.toFixed(2)} µs`,
    );
  }
}
