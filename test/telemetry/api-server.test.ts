import assert from "node:assert/strict";
import { createServer, type Server } from "node:http";
import { type AddressInfo, connect } from "node:net";
import { type ApiSource, pipelineApi } from "../../src/telemetry/api-routes.ts";
import { type RunningApi, startApi } from "../../src/telemetry/api-server.ts";
import type { Figures } from "../../src/telemetry/figures.ts";
import { emptyEntry, emptyOutputEntry } from "../../src/telemetry/ledger.ts";
import { METRICS } from "../../src/telemetry/metric-table.ts";
import { someFigures, someInput, someOutput } from "../support/figures.ts";

const NOW = 1_000_000;

/** What is looked at of a pipeline in /_node/stats/pipelines. */
interface StatsShape {
  readonly events: object;
  readonly plugins: {
    readonly inputs: readonly object[];
    readonly outputs: readonly { readonly bulk_requests: object }[];
  };
  readonly queue: { readonly events_count: number };
  readonly dead_letter_queue: { readonly dropped_events: number; readonly expired_events: number };
}

describe("metrics endpoint", () => {
  let figures: () => Figures;
  let said: string[];
  const opened: (RunningApi | Server)[] = [];

  const log = {
    info: (message: string) => void said.push(message),
    warn: (message: string) => void said.push(`warning: ${message}`),
    error: (message: string) => void said.push(`error: ${message}`),
  };
  const source: ApiSource = {
    names: { host: "web1", name: "main", version: "1.2.3", ephemeralId: "e", batchSize: 4096 },
    figures: () => figures(),
    surroundings: () => ({ version: "1.2.3", now: NOW, process: { cpu: 1.5, startedAt: 900, residentBytes: 77 } }),
  };

  beforeEach(() => {
    said = [];
    figures = () => someFigures();
  });

  afterEach(async () => {
    for (const one of opened.splice(0)) {
      if ("address" in one && typeof one.address === "string") await one.close();
      else await new Promise<void>((resolve) => (one as Server).close(() => resolve()));
    }
  });

  async function open(from = 0, to = from): Promise<string> {
    const api = await startApi({ host: "127.0.0.1", from, to }, pipelineApi(source), log);
    assert.ok(api);
    opened.push(api);
    return `http://${api.address}`;
  }

  /** A port that is in use while the test runs. */
  async function takenPort(): Promise<number> {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    opened.push(server);
    return (server.address() as AddressInfo).port;
  }

  it("answers GET and HEAD, and nothing else", async () => {
    const url = await open();
    const root = await fetch(`${url}/?pretty`);
    assert.equal(root.headers.get("content-type"), "application/json; charset=utf-8");
    const body = await root.text();
    assert.match(body, /^\{\n {2}"host": "web1",\n/);
    const { name, version, status, http_address } = JSON.parse(body);
    assert.deepEqual([name, version, status, `http://${http_address}`], ["main", "1.2.3", "green", url]);
    const get = await fetch(`${url}/metrics`);
    const { length } = await get.text();
    const head = await fetch(`${url}/metrics`, { method: "HEAD" });
    assert.deepEqual([head.status, head.headers.get("content-length"), await head.text()], [200, `${length}`, ""]);
    const post = await fetch(`${url}/metrics`, { method: "POST", body: "x".repeat(100_000) });
    assert.deepEqual([post.status, post.headers.get("allow")], [405, "GET, HEAD"]);
    await post.text();
  });

  for (const path of [
    "/nothing",
    "/_node/stats/pipelines/other",
    "/_node/pipelines/%zz",
    "/_node/stats/pipelines/__proto__",
    "//",
  ])
    it(`${path} is not there`, async () => {
      const answer = await fetch(`${await open()}${path}`);
      assert.equal(answer.status, 404);
      assert.ok(((await answer.json()) as { paths: string[] }).paths.includes("/metrics"));
    });

  it("survives what is no request, and heads that are too long", async () => {
    const url = await open();
    for (const bytes of [
      "\x16\x03\x01nonsense\r\n\r\n",
      `GET / HTTP/1.1\r\nHost: a\r\nX: ${"x".repeat(20_000)}\r\n\r\n`,
    ]) {
      const answer = await new Promise<string>((resolve) => {
        let text = "";
        const socket = connect(Number(new URL(url).port), "127.0.0.1", () => socket.write(bytes));
        socket.setEncoding("utf8").on("data", (chunk: string) => {
          text += chunk;
        });
        socket.on("error", () => undefined).on("close", () => resolve(text));
      });
      assert.match(answer, /^HTTP\/1\.1 4/);
    }
    assert.equal((await fetch(url)).status, 200);
  });

  it("takes the next port of a range, and says so", async () => {
    const taken = await takenPort();
    // What lies behind it may be in use too; so few are not all.
    const url = await open(taken, Math.min(65_535, taken + 50));
    assert.ok(Number(new URL(url).port) > taken);
    assert.deepEqual(said, ["metrics and health", `port ${taken} was in use`]);
  });

  it("without a port that is free, or with an address that is not here, warns and is not there", async () => {
    const taken = await takenPort();
    assert.equal(await startApi({ host: "127.0.0.1", from: taken, to: taken }, pipelineApi(source), log), undefined);
    assert.equal(await startApi({ host: "192.0.2.1", from: 0, to: 0 }, pipelineApi(source), log), undefined);
    assert.equal(said.length, 2);
    for (const line of said) assert.match(line, /^warning: there is no metrics endpoint: it cannot listen/);
  });

  it("figures that cannot be read are a status 500, said once", async () => {
    figures = () => {
      throw new Error("broken");
    };
    const url = await open();
    for (const path of ["/", "/metrics"]) {
      const answer = await fetch(url + path);
      assert.equal(answer.status, 500);
      await answer.text();
    }
    assert.deepEqual(said.slice(1), ["error: the metrics endpoint failed to answer"]);
  });

  it("shows every metric, with the figures' values", async () => {
    const counts = { ...emptyEntry(), read: 10, created: 3, filtered: 2, delivered: 10, deadLettered: 1 };
    const sender = { requests: 7, busy: 2, unanswered: 1, retries: 40, inFlight: 1, concurrency: 4 };
    figures = () =>
      someFigures({
        inputs: [someInput({ counts, recordsInFlight: 5, bytesBehind: 99 }), someInput({ id: 'a"b\\', plugin: "tcp" })],
        outputs: [
          someOutput({ sender, underWay: 1, waitingSince: NOW - 2500, milliseconds: 1250 }),
          someOutput({ id: "null#1", plugin: "null", counts: { ...emptyOutputEntry(), delivered: 10 } }),
        ],
        queues: [{ pipeline: "main", events: 6, bytes: 8, maxBytes: 10, timesFull: 1, full: true, lostEvents: 2 }],
        deadLetters: {
          enabled: true,
          kept: { mapper_parsing_exception: 1 },
          dropped: { drop_older: { time_limit: 4 }, expired: { time_limit: 2 } },
          waited: 3,
          blocked: true,
          bytes: 11,
          maxBytes: 12,
          policy: "block",
        },
        timeLimits: { "grok#1": 8 },
        workers: { wanted: 2, alive: 1, died: 1 },
        ledger: { totals: { ...counts, read: 110 }, outputs: { "elasticsearch#1": emptyOutputEntry() } },
      });
    const url = await open();
    const text = await (await fetch(`${url}/metrics`)).text();
    const lines = text.split("\n");
    for (const { name, type } of METRICS) {
      assert.ok(lines.includes(`# TYPE ${name} ${type}`), name);
      assert.ok(
        lines.some((line) => line.startsWith(`${name}{`) || line.startsWith(`${name} `)),
        `${name} has no value`,
      );
    }
    for (const line of [
      'antler_input_records_read_total{pipeline="main",id="file#1",plugin="file"} 10',
      'antler_input_records_read_total{pipeline="main",id="a\\"b\\\\",plugin="tcp"} 0',
      'antler_input_behind_bytes{pipeline="main",id="file#1",plugin="file"} 99',
      'antler_output_events_delivered_total{pipeline="main",id="null#1",plugin="null"} 10',
      'antler_output_waiting_seconds{pipeline="main",id="elasticsearch#1",plugin="elasticsearch"} 2.5',
      'antler_output_waiting_seconds{pipeline="main",id="null#1",plugin="null"} 0',
      'antler_output_retries_total{pipeline="main",id="elasticsearch#1",plugin="elasticsearch"} 40',
      'antler_dead_letters_total{code="mapper_parsing_exception"} 1',
      'antler_dead_letters_dropped{reason="drop_older",code="time_limit"} 4',
      'antler_queue_full{pipeline="main"} 1',
      'antler_time_limit_hits_total{id="grok#1"} 8',
      'antler_ledger_events{state="dead_lettered"} 1',
      "antler_ledger_imbalance 100",
    ])
      assert.ok(lines.includes(line), line);
    const stats = (await (await fetch(`${url}/_node/stats/pipelines/main`)).json()) as {
      pipelines: { main: StatsShape };
    };
    const { main } = stats.pipelines;
    assert.deepEqual(main.events, { in: 10, filtered: 11, out: 10 });
    assert.deepEqual(main.plugins.inputs[0], { id: "file#1", name: "file", events: { out: 10 } });
    assert.deepEqual(main.plugins.outputs[0]?.bulk_requests, { successes: 4, failures: 3 });
    assert.equal(main.queue.events_count, 6);
    assert.deepEqual([main.dead_letter_queue.dropped_events, main.dead_letter_queue.expired_events], [4, 2]);
    const health = await fetch(`${url}/_health_report`);
    assert.equal(health.status, 503);
    assert.match(((await health.json()) as { symptom: string }).symptom, /queue of main is full/);
  });

  it("its names follow Prometheus' rules", () => {
    assert.equal(new Set(METRICS.map(({ name }) => name)).size, METRICS.length);
    for (const { name, type, help } of METRICS) {
      assert.match(name, /^(antler|process)(_[a-z]+)+$/);
      assert.equal(name.endsWith("_total"), type === "counter", name);
      assert.ok(!/millis|_ms|_kb|_mb/.test(name), `${name}: base units`);
      assert.ok(help.length > 0 && !help.includes("|"));
    }
  });
});
