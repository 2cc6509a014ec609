import { type ChildProcess, execFile, fork, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { promisify } from "node:util";
import type { BareResult } from "./bare-sender.ts";
import { inputFile } from "./input-file.ts";
import type { BenchOptions } from "./main.ts";
import { nginxConf } from "./nginx-conf.ts";
import { usageOf } from "./process-usage.ts";
import { startSink } from "./run-antler.ts";

const run = promisify(execFile);
const SERVER_CORE = "0";
const CLIENT_CORE = "1";
const SCRIPT = join("scripts", "elasticsearch.sh");
const BINARY: string = new URL("../../bin/antler.js", import.meta.url).pathname;
/** Requests that are in flight from the bare sender; the best of these counts. */
const IN_FLIGHT = [2, 4];

/** Where the documents go: a real server, or one that only counts. */
interface Target {
  readonly name: "elasticsearch" | "sink";
  readonly url: string;
  /** Documents that have arrived under the dataset. */
  count(dataset: string): Promise<number>;
  stop(): Promise<void>;
}

/**
 * `antler pipeline` from a file into Elasticsearch, against a sender of the bodies that this pipeline made, with the same documents, ids and
 * operations, each into a data stream of its own; server and client on a core each. The bodies are caught by the sink first.
 */
export async function* ingest(options: BenchOptions): AsyncGenerator<object> {
  const path = await inputFile(options);
  const folder = mkdtempSync(join(options.folder, "ingest-"));
  try {
    const bodies = join(folder, "bodies");
    const catcher = await startSink("./bulk-sink.js", [bodies]);
    const caught = { count: async () => catcher.count(), url: `http://127.0.0.1:${catcher.port}` };
    await pipelineRun(folder, path, "bench", caught, options.events);
    catcher.stop();
    for (const start of [startElasticsearch, startCounting]) {
      const target = await start(folder);
      if (target === undefined) continue;
      try {
        // What comes first pays for a cold server.
        await bareRun(target, bodies, "warm", 2);
        const bare: number[] = [];
        const antler: { rate: number; cpu_s: number }[] = [];
        for (let round = 0; round < 2; round++) {
          for (const inFlight of IN_FLIGHT)
            bare.push(options.events / (await bareRun(target, bodies, `b${round}x${inFlight}`, inFlight)));
          antler.push(await pipelineRun(folder, path, `a${round}`, target, options.events));
        }
        const best = Math.max(...bare);
        const mine = Math.max(...antler.map(({ rate }) => rate));
        yield {
          bench: "ingest",
          into: target.name,
          events: options.events,
          antler_per_s: Math.round(mine),
          bare_per_s: Math.round(best),
          ratio: Math.round((mine / best) * 1000) / 1000,
          cpu_s: antler.at(-1)?.cpu_s,
        };
      } finally {
        await target.stop();
      }
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Events a second from the first that arrived until all have. */
async function pipelineRun(
  folder: string,
  path: string,
  dataset: string,
  target: Pick<Target, "url" | "count">,
  events: number,
): Promise<{ rate: number; cpu_s: number }> {
  // A folder of its own, or the file would have been read already.
  const data = mkdtempSync(join(folder, "data-"));
  const conf = join(data, "ingest.conf");
  writeFileSync(conf, nginxConf(path, target.url, `data_stream_dataset => "${dataset}"`));
  const args = ["-c", CLIENT_CORE, process.execPath, BINARY, "pipeline", "-f", conf, "--path.data", data];
  const child = spawn("taskset", args, { stdio: ["ignore", "ignore", "inherit"] });
  const exited = once(child, "exit");
  try {
    const rate = await Promise.race([
      rateOf(() => target.count(dataset), events),
      exited.then(([code]) => {
        throw new Error(`antler ended by itself with ${String(code)}`);
      }),
    ]);
    return { rate, cpu_s: usageOf(child.pid as number).cpuSeconds };
  } finally {
    child.kill("SIGKILL");
    await exited;
  }
}

async function rateOf(count: () => Promise<number>, events: number): Promise<number> {
  let first: { at: number; count: number } | undefined;
  for (;;) {
    const now = await count();
    const at = performance.now();
    if (first === undefined && now > 0) first = { at, count: now };
    if (now >= events && first !== undefined) return ((now - first.count) * 1000) / (at - first.at);
    await new Promise((resolve) => setTimeout(resolve, 250));
  }
}

/** Seconds that a process of its own takes to send the bodies under another dataset. */
async function bareRun(target: Target, bodies: string, dataset: string, inFlight: number): Promise<number> {
  const script = new URL("./bare-sender.js", import.meta.url).pathname;
  const child: ChildProcess = fork(script, [target.url, bodies, dataset, String(inFlight)]);
  await run("taskset", ["-a", "-p", "-c", CLIENT_CORE, String(child.pid)]);
  child.send("go");
  const [result] = (await once(child, "message")) as [BareResult];
  if (result.errors > 0) throw new Error(`${result.errors} bodies of the bare sender were not taken`);
  return result.seconds;
}

async function startCounting(): Promise<Target> {
  const sink = await startSink("./bulk-sink.js");
  await run("taskset", ["-a", "-p", "-c", SERVER_CORE, String(sink.pid)]);
  let before = 0;
  let of = "";
  return {
    name: "sink",
    url: `http://127.0.0.1:${sink.port}`,
    count: async (dataset) => {
      if (dataset !== of) before = sink.count();
      of = dataset;
      return sink.count() - before;
    },
    stop: async () => sink.stop(),
  };
}

async function startElasticsearch(folder: string): Promise<Target | undefined> {
  if (process.env["ANTLER_ELASTICSEARCH_DIR"] === undefined) {
    process.stderr.write("ANTLER_ELASTICSEARCH_DIR names no Elasticsearch: only the counting server is measured\n");
    return undefined;
  }
  const port = await freePort();
  const data = join(folder, "elasticsearch");
  await run("taskset", ["-c", SERVER_CORE, SCRIPT, "start", String(port), data]);
  const url = `http://127.0.0.1:${port}`;
  const body = {
    index_patterns: ["logs-*-*"],
    data_stream: {},
    priority: 500,
    template: { settings: { number_of_replicas: 0 } },
  };
  const headers = { "content-type": "application/json" };
  await fetch(`${url}/_index_template/bench`, { method: "PUT", headers, body: JSON.stringify(body) });
  return {
    name: "elasticsearch",
    url,
    count: async (dataset) => {
      // Counts what was indexed, without a refresh.
      const response = await fetch(
        `${url}/logs-${dataset}-default/_stats/indexing?filter_path=_all.primaries.indexing.index_total`,
      );
      const answer = (await response.json()) as { _all?: { primaries: { indexing: { index_total: number } } } };
      return answer._all?.primaries.indexing.index_total ?? 0;
    },
    stop: async () => {
      await run(SCRIPT, ["stop", data]);
    },
  };
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as { port: number };
  await new Promise((resolve) => server.close(resolve));
  return port;
}
