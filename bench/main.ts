import { bareLoop } from "./bare-loop.ts";
import { grokBench } from "./grok.ts";
import { ingest } from "./ingest.ts";
import { parse } from "./parse.ts";
import { queue } from "./queue.ts";
import { ship } from "./ship.ts";
import { up } from "./up.ts";
import { workers } from "./workers.ts";

const USAGE = `npm run bench -- ship|parse|queue|ingest|up|workers|grok [--events N] [--dir DIR]

  ship      antler ship: a file to a Lumberjack receiver that only counts, compression levels 0 and 3
  parse     antler pipeline: a file through grok and date to a _bulk server that only counts
  queue     parse with a queue in memory and with one on disk, in turns, and the ratio of the two
  ingest    antler pipeline into Elasticsearch (ANTLER_ELASTICSEARCH_DIR) and into the counting server, as a ratio to a bare sender of the same
            bodies; server and client on a core each (taskset)
  up        antler up: a file of lines that are all different into a store, the size of that store closed, and searches in it
  grok      %{COMBINEDAPACHELOG} against an expression written by hand
  workers   antler pipeline: generator to null with one and with two workers

One JSON line each: events, wall_s, cpu_s (all of Antler's processes), rss_mb, and bare_cpu_s: a loop in the same run that
only reads the file and counts its lines. up prints other figures: seconds from start to stored, bytes, times of searches.`;

export interface BenchOptions {
  readonly events: number;
  readonly folder: string;
}

const [what, ...rest] = process.argv.slice(2);
const option = (name: string): string | undefined => {
  const at = rest.indexOf(name);
  return at < 0 ? undefined : rest[at + 1];
};
const options: BenchOptions = {
  events: Number(option("--events") ?? 1_000_000),
  folder: option("--dir") ?? "/tmp/antler-bench",
};

switch (what) {
  case "ship":
    for await (const line of ship(options)) print(line);
    break;
  case "parse":
    print(await parse(options));
    break;
  case "ingest":
    for await (const line of ingest(options)) print(line);
    break;
  case "up":
    for await (const line of up(options)) print(line);
    break;
  case "queue":
    for await (const line of queue(options)) print(line);
    break;
  case "workers":
    for (const line of await workers(options)) print(line);
    break;
  case "grok":
    for (const line of grokBench()) print(line);
    break;
  case "bare":
    print(await bareLoop(options));
    break;
  default:
    process.stderr.write(`${USAGE}\n`);
    process.exitCode = what === "--help" ? 0 : 2;
}

function print(result: object): void {
  process.stdout.write(`${JSON.stringify(result)}\n`);
}
