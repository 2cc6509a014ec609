import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ElasticsearchModel } from "../../support/elasticsearch-model.ts";
import { type ModelServer, serveModel } from "../../support/elasticsearch-model-server.ts";
import { runAntler } from "../../support/run-antler.ts";

const BINARY: string = join(import.meta.dirname, "..", "..", "..", "..", "bin", "antler.js");

const STREAM = "logs-generic-default";

interface Ended {
  readonly code: number | null;
  readonly ledger: { readonly totals?: Record<string, number>; readonly imbalance?: number };
}

/** The whole way with the real command: HTTP in, a queue on disk, Elasticsearch that comes late. */
describe("a pipeline with a persistent queue", function () {
  this.timeout(30_000);
  let folder: string;
  let child: ChildProcess;
  let said: string;
  let model: ElasticsearchModel;
  let server: ModelServer | undefined;
  let port: number;

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), "antler-queued-"));
    model = new ElasticsearchModel({ dataStreams: [STREAM] });
    // A port that nobody listens on, until Elasticsearch comes.
    server = await serveModel(model);
    port = server.port;
    await server.close();
    server = undefined;
  });
  afterEach(async () => {
    if (child.exitCode === null && child.signalCode === null) child.kill("SIGKILL");
    await server?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  /** Starts the pipeline; the port that it listens on. */
  function start(settings: string, id = "web"): Promise<number> {
    writeFileSync(join(folder, "logstash.yml"), `path.data: ${folder}\nqueue.type: persisted\n${settings}`);
    const config = `input { http { id => "${id}" host => "127.0.0.1" port => 0 codec => json_lines } } output { elasticsearch { hosts => ["http://127.0.0.1:${port}"] } }`;
    said = "";
    child = spawn(BINARY, ["pipeline", "--path.settings", folder, "-e", config, "--shutdown.timeout", "0.3"], {
      stdio: ["ignore", "ignore", "pipe"],
    });
    return new Promise((resolve, reject) => {
      child.once("close", () => reject(new Error(said)));
      child.stderr?.on("data", (data: Buffer) => {
        said += data.toString();
        const line = said.split("\n").find((one) => one.includes("listening for HTTP") && one.endsWith("}"));
        if (line !== undefined) resolve((JSON.parse(line) as { port: number }).port);
      });
    });
  }

  async function ended(): Promise<Ended> {
    const [code] = (await once(child, "close")) as [number | null];
    return { code, ledger: JSON.parse(said.split("\n").find((one) => one.includes("has ended")) ?? "{}") };
  }

  async function post(to: number, from: number, count: number): Promise<void> {
    const body = Array.from({ length: count }, (_, i) => `{"number":${from + i}}\n`).join("");
    const headers = { "content-type": "application/x-ndjson" };
    const { status } = await fetch(`http://127.0.0.1:${to}/`, { method: "POST", headers, body });
    assert.equal(status, 200);
  }

  function documents(): number {
    return model.documents.of(STREAM).size;
  }

  async function elasticsearchComes(): Promise<void> {
    server = await serveModel(model, undefined, port);
  }

  async function arrived(count: number): Promise<void> {
    while (documents() < count) await new Promise((resolve) => setTimeout(resolve, 20));
  }

  it("answers when events are on disk, though the output is down; killed with -9 it delivers them at the next start", async () => {
    const to = await start("");
    for (let i = 0; i < 5; i++) await post(to, i * 100, 100);

    const inspected = await runAntler(["queue", "inspect", "--json", "--path.data", folder]);
    const [report] = JSON.parse(inspected.stdout) as Record<string, unknown>[];
    assert.deepEqual([report?.["pipeline"], report?.["running"], report?.["unacknowledged"]], ["main", true, 500]);
    assert.equal((await runAntler(["queue", "check", "--path.data", folder])).code, 0);
    const repair = await runAntler(["queue", "repair", "--yes", "--path.data", folder]);
    assert.equal(repair.code, 70);
    assert.match(repair.stderr, /another antler works with/);

    child.kill("SIGKILL");
    await ended();
    await elasticsearchComes();
    await start("");
    await arrived(500);
    child.kill("SIGTERM");
    const { code, ledger } = await ended();
    assert.deepEqual([code, ledger.totals?.["read"], ledger.totals?.["delivered"], ledger.imbalance], [0, 500, 500, 0]);
    assert.equal(documents(), 500);
  });

  it("leaves the rest on disk when it stops; with queue.drain it waits until all is delivered", async () => {
    await post(await start(""), 0, 50);
    child.kill("SIGTERM");
    assert.equal((await ended()).code, 0);
    const left = await runAntler(["queue", "inspect", "main", "--path.data", folder]);
    assert.match(left.stdout, /not delivered +50 events/);

    await post(await start("queue.drain: true\n"), 50, 50);
    child.kill("SIGTERM");
    await waitFor(() => said.includes("waiting until the queue is delivered"));
    await elasticsearchComes();
    const { code, ledger } = await ended();
    assert.deepEqual([code, ledger.totals?.["delivered"], documents()], [0, 100, 100]);
  });

  it("dead-letters what an input has left that the configuration has no more", async () => {
    await post(await start(""), 0, 3);
    child.kill("SIGTERM");
    await ended();
    await start("", "another");
    await waitFor(() => said.includes("go to the dead letters"));
    child.kill("SIGTERM");
    const { ledger } = await ended();
    assert.deepEqual([ledger.totals?.["deadLettered"], ledger.imbalance], [3, 0]);
    const letters = join(folder, "pipeline", "main", "dead-letters");
    const text = readdirSync(letters)
      .map((name) => readFileSync(join(letters, name), "utf8"))
      .join("");
    assert.match(text, /input_gone.*main_web/);
  });

  it("says so when the queue is taken away and something is in it", async () => {
    await post(await start(""), 0, 3);
    child.kill("SIGTERM");
    await ended();
    const { stderr } = await runAntler([
      "pipeline",
      "-e",
      "input { stdin { } } output { null { } }",
      "--path.data",
      folder,
    ]);
    assert.match(stderr, /"events":3.*the queue on disk has events that are not delivered/);
  });
});

async function waitFor(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 20));
}
