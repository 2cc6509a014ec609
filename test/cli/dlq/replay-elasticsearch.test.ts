import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { call, putDataStreamTemplate, realElasticsearch } from "../../support/elasticsearch.ts";
import { type AntlerResult, runAntler } from "../../support/run-antler.ts";

const BINARY: string = join(import.meta.dirname, "..", "..", "..", "..", "bin", "antler.js");
const RECORDS = 400;
/** Every so many records has a value that the mapping refuses, in its own event, or in one of three made from it. */
const BAD = 20;
const BAD_PART = 50;

interface Listed {
  readonly letters: number;
  readonly groups: readonly { readonly code: string; readonly count: number; readonly output: string }[];
}

describe("antler dlq on a real Elasticsearch", function () {
  this.timeout(120_000);
  let url: string;
  let folder: string;
  let dataset: string;
  let running: ChildProcess | undefined;

  before(async function () {
    const found = await realElasticsearch();
    if (found === undefined) this.skip();
    url = found;
    await putDataStreamTemplate(url, "logs-replayed_*", {
      properties: { took: { type: "long" }, n: { type: "long" } },
    });
  });
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "antler-dlq-"));
    dataset = `replayed_${randomBytes(4).toString("hex")}`;
  });
  afterEach(() => {
    running?.kill("SIGKILL");
    running = undefined;
    rmSync(folder, { recursive: true, force: true });
  });
  const stream = (): string => `logs-${dataset}-default`;

  const parts = (n: number): unknown[] => (n % BAD_PART === 1 ? [n, "slow", n] : [n % BAD === 0 ? "slow" : n]);
  const bad = Array.from({ length: RECORDS }, (_, n) => parts(n).filter((took) => took === "slow").length).reduce(
    (sum, count) => sum + count,
  );
  const all = Array.from({ length: RECORDS }, (_, n) => parts(n).length).reduce((sum, count) => sum + count);

  function write(): void {
    const lines = Array.from({ length: RECORDS }, (_, n) => JSON.stringify({ n, took: parts(n) }));
    writeFileSync(join(folder, "in.log"), `${lines.join("\n")}\n`);
    writeFileSync(join(folder, "bad.conf"), configuration(""));
    writeFileSync(
      join(folder, "good.conf"),
      configuration(
        'if [took] == "slow" { mutate { replace => { "took" => "1000" } } mutate { convert => { "took" => "integer" } } }',
      ),
    );
  }

  const configuration = (more: string): string => `
    input { file { path => "${folder}/in.log" start_position => "beginning" sincedb_clean_after => "0" } }
    filter { json { source => "message" } split { field => "took" } ${more} }
    output { elasticsearch { hosts => ["${url}"] data_stream => "true" data_stream_dataset => "${dataset}" } }`;

  const dlq = (action: string, ...more: string[]): Promise<AntlerResult> =>
    runAntler(["dlq", action, ...more, "--path.data", join(folder, "data")]);

  async function listed(): Promise<Listed> {
    const { code, stdout, stderr } = await dlq("ls", "--json");
    assert.equal(code, 0, `${stdout}${stderr}`);
    return JSON.parse(stdout) as Listed;
  }

  /** Documents in the stream; -1 before there is one. */
  async function documents(): Promise<number> {
    await call(url, "POST", `${stream()}/_refresh`).catch(() => undefined);
    return call(url, "GET", `${stream()}/_count`).then(
      ({ count }) => count as number,
      () => -1,
    );
  }

  async function until(condition: () => Promise<boolean>): Promise<void> {
    while (!(await condition())) await new Promise((resolve) => setTimeout(resolve, 200));
  }

  function start(config: string): void {
    const child = spawn(BINARY, ["pipeline", "-f", join(folder, config), "--path.data", join(folder, "data")], {
      stdio: "ignore",
    });
    running = child;
  }

  async function stop(signal: NodeJS.Signals = "SIGTERM"): Promise<void> {
    const ended = once(running as ChildProcess, "exit");
    running?.kill(signal);
    await ended;
    running = undefined;
  }

  it("replays what a mapping refused, with a corrected configuration, beside the running pipeline: all in, once; again: nothing", async () => {
    write();
    start("bad.conf");
    await until(async () => (await documents()) === all - bad && (await listed()).letters === bad);
    const before = await listed();
    assert.equal(before.letters, bad);
    assert.deepEqual(
      before.groups.map(({ code, output }) => [code, output]),
      [["document_parsing_exception", "elasticsearch#1"]],
    );
    const explained = await dlq("explain");
    assert.match(explained.stdout, /The field took is mapped as long, and its value "slow" is none/);

    const same = await dlq("replay", "-f", join(folder, "bad.conf"));
    assert.equal(same.code, 1, same.stderr);
    assert.match(same.stdout, new RegExp(`${bad} letters: 0 delivered, ${bad} failed again`));
    assert.equal((await listed()).letters, bad, "no new letters");
    assert.equal(await documents(), all - bad);

    const some = await dlq("replay", "--with", join(folder, "good.conf"), "--filter", "n < 200", "--json");
    assert.equal(some.code, 0, some.stderr);
    const first = JSON.parse(some.stdout) as { delivered: number; existing: number };
    assert.equal(first.existing, 0);
    assert.ok(first.delivered > 0 && first.delivered < bad);
    const rest = await dlq("replay", "--with", join(folder, "good.conf"));
    assert.equal(rest.code, 0, rest.stderr);
    assert.equal(await documents(), all);
    const values = await call(url, "POST", `${stream()}/_count`, { query: { term: { took: 1000 } } });
    assert.equal(values["count"], bad);

    const again = await dlq("replay", "--with", join(folder, "good.conf"));
    assert.deepEqual([again.code, again.stdout], [0, "no dead letters to replay\n"]);
    assert.equal(await documents(), all);
    await stop();

    const proof = await runAntler([
      "ledger",
      "--prove",
      "--only-writer",
      "-f",
      join(folder, "bad.conf"),
      "--path.data",
      join(folder, "data"),
    ]);
    assert.equal(proof.code, 0, `${proof.stdout}${proof.stderr}`);
  });

  it("a replay that was killed before it could say so finds its events already there", async () => {
    write();
    start("bad.conf");
    await until(async () => (await documents()) === all - bad && (await listed()).letters === bad);
    await stop("SIGKILL");
    const settled = join(folder, "data", "pipeline", "main", "dead-letters", "settled");
    assert.equal((await dlq("replay", "--with", join(folder, "good.conf"))).code, 0);
    assert.equal(await documents(), all);
    // As if the process had ended between Elasticsearch's answer and its own write.
    rmSync(settled, { recursive: true });
    assert.equal((await listed()).letters, bad);
    const again = await dlq("replay", "--with", join(folder, "good.conf"), "--json");
    assert.equal(again.code, 0, again.stderr);
    assert.equal((JSON.parse(again.stdout) as { existing: number }).existing, bad);
    assert.equal(await documents(), all);
    assert.equal((await listed()).letters, 0);
  });

  it("the pipeline, killed and started anew, leaves as many letters as there are bad events", async () => {
    write();
    for (let kill = 0; kill < 3; kill++) {
      start("bad.conf");
      await new Promise((resolve) => setTimeout(resolve, 900 + kill * 150));
      await stop("SIGKILL");
    }
    start("bad.conf");
    await until(async () => (await documents()) === all - bad && (await listed()).letters === bad);
    await stop();
    assert.equal((await dlq("replay", "--with", join(folder, "good.conf"))).code, 0);
    assert.equal(await documents(), all);
  });
});
