import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { AntlerProcess } from "../support/antler-process.ts";
import { ElasticsearchModel } from "../support/elasticsearch-model.ts";
import { type ModelServer, serveModel } from "../support/elasticsearch-model-server.ts";
import { runAntler } from "../support/run-antler.ts";

const LINES = 300;
const ES = 'pipeline="main",id="elasticsearch#1",plugin="elasticsearch"';
const FILE = 'pipeline="main",id="file#1",plugin="file"';

describe("metrics of a running antler pipeline", function () {
  this.timeout(60_000);
  let folder: string;
  let server: ModelServer | undefined;
  let antler: AntlerProcess | undefined;

  before(() => {
    folder = mkdtempSync(join(tmpdir(), "antler-api-"));
  });

  afterEach(async () => {
    await antler?.kill();
    await server?.close();
    antler = undefined;
    server = undefined;
  });

  after(() => rmSync(folder, { recursive: true }));

  async function until<T>(what: string, look: () => T | undefined | Promise<T | undefined>): Promise<T> {
    for (let tries = 0; tries < 400; tries++) {
      const value = await look();
      if (value !== undefined) return value;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    throw new Error(`never: ${what}; it said ${antler?.stderr}`);
  }

  /** Starts it and waits for its endpoint; the address of that. */
  function start(config: string, data: string, more: readonly string[] = []): Promise<string> {
    antler = new AntlerProcess([
      "pipeline",
      "-e",
      config,
      "--path.data",
      join(folder, data),
      "--api.http.port",
      "0",
      ...more,
    ]);
    antler.start();
    return until("an endpoint", () => /"url":"(http[^"]*)\/metrics"/.exec(antler?.stderr ?? "")?.[1]);
  }

  async function metrics(url: string): Promise<Map<string, number>> {
    const text = await (await fetch(`${url}/metrics`)).text();
    const lines = text.split("\n").filter((line) => line !== "" && !line.startsWith("#"));
    return new Map(
      lines.map((line) => [line.slice(0, line.lastIndexOf(" ")), Number(line.slice(line.lastIndexOf(" ")))]),
    );
  }

  it("while an output is blocked it says so, and afterwards what has arrived", async () => {
    const log = join(folder, "app.log");
    writeFileSync(log, Array.from({ length: LINES }, (_none, i) => `line ${i}\n`).join(""));
    // A port that was free a moment ago, with nobody behind it.
    const before = await serveModel(new ElasticsearchModel());
    await before.close();
    const config = `input { file { path => "${log}" start_position => "beginning" } }
      filter { if [message] =~ /0$/ { drop { } } }
      output { elasticsearch { hosts => "http://127.0.0.1:${before.port}" data_stream => true } }`;
    const url = await start(config, "blocked");
    const blocked = await until("something that has to be sent again", async () => {
      const now = await metrics(url);
      return (now.get(`antler_output_retries_total{${ES}}`) ?? 0) > 0 ? now : undefined;
    });
    assert.equal(blocked.get(`antler_input_records_read_total{${FILE}}`), 0);
    assert.equal(blocked.get(`antler_input_records_in_flight{${FILE}}`), LINES);
    assert.ok((blocked.get(`antler_input_behind_bytes{${FILE}}`) ?? 0) > 0);
    assert.equal(blocked.get(`antler_output_events_delivered_total{${ES}}`), 0);
    assert.ok((blocked.get(`antler_output_deliveries_under_way{${ES}}`) ?? 0) > 0);
    const health = await fetch(`${url}/_health_report`);
    const report = (await health.json()) as { status: string; symptom: string };
    assert.deepEqual([health.status, report.status], [200, "yellow"]);
    assert.match(
      report.symptom,
      /^output elasticsearch#1 is (held up|blocked since [^:]*:\d\d:[^:]*): Elasticsearch cannot be reached/,
    );

    const model = new ElasticsearchModel({
      dataStreams: ["logs-generic-default"],
      refuses: ({ message }) => (message === "line 7" ? "it does not fit" : undefined),
    });
    server = await serveModel(model, undefined, before.port);
    const sent = LINES - LINES / 10;
    const good = sent - 1;
    const after = await until("everything delivered", async () => {
      const now = await metrics(url);
      return now.get(`antler_input_records_read_total{${FILE}}`) === LINES ? now : undefined;
    });
    for (const [name, value] of [
      [`antler_input_events_delivered_total{${FILE}}`, good],
      [`antler_input_events_filtered_total{${FILE}}`, LINES / 10],
      [`antler_input_records_in_flight{${FILE}}`, 0],
      [`antler_input_events_dead_lettered_total{${FILE}}`, 1],
      [`antler_output_events_rejected_total{${ES}}`, 1],
      [`antler_dead_letters_total{code="document_parsing_exception"}`, 1],
      [`antler_output_events_delivered_total{${ES}}`, good],
      [`antler_output_deliveries_under_way{${ES}}`, 0],
      [`antler_output_waiting_seconds{${ES}}`, 0],
      ['antler_ledger_events{state="delivered"}', good],
      ['antler_ledger_output_events{output="elasticsearch#1",state="delivered"}', good],
      ["antler_ledger_imbalance", 0],
      ["antler_batches_in_flight", 0],
    ] as const)
      assert.equal(after.get(name), value, name);
    assert.ok((after.get(`antler_output_retries_total{${ES}}`) ?? 0) >= sent);
    const stats = (await (await fetch(`${url}/_node/stats`)).json()) as { events: object; status: string };
    assert.deepEqual([stats.status, stats.events], ["green", { in: LINES, filtered: sent, out: good }]);

    // A connection that is left open holds up no stop.
    const ended = await antler?.end();
    assert.equal(ended?.code, 0);
    await assert.rejects(fetch(url));
  });

  it("counts events made besides, and events that ran into the time limit", async () => {
    const config = `input { generator { lines => ["a", "b"] count => 5 } heartbeat { interval => 3600 } }
      filter { if [message] == "a" { clone { clones => ["copy"] } } if [message] == "b" { ruby { id => "slow" code => "loop { }" } } }
      output { null { } }`;
    const url = await start(config, "letters", ["-b", "2"]);
    const now = await until("everything done", async () => {
      const all = await metrics(url);
      return all.get("antler_batches_in_flight") === 0 && (all.get('antler_time_limit_hits_total{id="slow"}') ?? 0) >= 5
        ? all
        : undefined;
    });
    const input = 'pipeline="main",id="generator#1",plugin="generator"';
    assert.equal(now.get(`antler_input_records_read_total{${input}}`), 10);
    assert.equal(now.get(`antler_input_events_created_total{${input}}`), 5);
    assert.equal(now.get("antler_ledger_imbalance"), 0);
    assert.equal((await antler?.end())?.code, 0);
  });

  it("is not there when it is turned off, and in the way of nothing when it cannot listen", async () => {
    const config = "input { generator { count => 3 } } output { null { } }";
    for (const more of [
      ["--api.enabled", "false"],
      ["--api.http.host", "192.0.2.1"],
    ]) {
      const { code, stderr } = await runAntler(["pipeline", "-e", config, "--path.data", join(folder, "off"), ...more]);
      assert.equal(code, 0);
      assert.ok(!stderr.includes('"metrics and health"'));
      assert.equal(stderr.includes("there is no metrics endpoint"), more[0] !== "--api.enabled");
    }
  });

  it("on a terminal one line shows how it goes, and log lines have lines of their own", function () {
    if (spawnSync("script", ["--version"]).status !== 0) this.skip();
    const binary = join(import.meta.dirname, "..", "..", "..", "bin", "antler.js");
    const command = `'${binary}' pipeline -e 'input { generator { count => 4 lines => ["x"] } heartbeat { interval => 1 count => 4 } } filter { sleep { time => 0.5 } } output { null { } }' --path.data '${join(folder, "tty")}' --api.enabled false -b 1`;
    const { stdout, status } = spawnSync("script", ["-qefc", command, "/dev/null"], { encoding: "utf8", input: "" });
    assert.equal(status, 0, stdout);
    const erased = "\r\u001b[2K";
    assert.ok(stdout.includes(`${erased}read `), stdout);
    // What stays on the screen: of each line what follows the last erasure.
    const lines = stdout.split(/\r?\n/).map((line) => line.slice(line.lastIndexOf(erased) + 1));
    assert.ok(
      lines.some((line) => line.endsWith("}") && line.includes("pipeline has ended")),
      stdout,
    );
    assert.ok(!lines.some((line) => /read .*pipeline has ended/.test(line)), stdout);
  });
});
