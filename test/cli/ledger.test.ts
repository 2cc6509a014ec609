import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { call, putDataStreamTemplate, realElasticsearch } from "../support/elasticsearch.ts";
import { type AntlerResult, runAntler } from "../support/run-antler.ts";

const LINES = Array.from({ length: 12 }, (_none, i) => `2026-11-${20 + (i % 3)} line ${i}\n`).join("");

describe("antler ledger", function () {
  this.timeout(60_000);
  let folder: string;

  before(() => {
    folder = mkdtempSync(join(tmpdir(), "antler-ledger-"));
  });

  after(() => rmSync(folder, { recursive: true }));

  const filter = `filter {
  grok { match => { "message" => "^%{DATA:day} " } }
  date { match => ["day", "yyyy-MM-dd"] timezone => "UTC" }
  if [message] =~ /line 11$/ { drop { } }
}`;

  it("shows counts that balance, by input and output, also as JSON", async () => {
    const data = join(folder, "shown");
    await runAntler(
      ["pipeline", "-e", `input { stdin { } } ${filter} output { null { } }`, "--path.data", data],
      LINES,
    );
    const text = await runAntler(["ledger", "--path.data", data]);
    assert.equal(text.code, 0);
    assert.match(
      text.stdout,
      /^pipeline\/main\n {2}input {2}main_stdin#1 {2}read 12 = delivered 11 \+ filtered out 1\n/,
    );
    assert.match(
      text.stdout,
      /output null#1 +delivered 11 \| already there 0 \| dead letters 0\neverything read has its end\n$/,
    );
    const json = JSON.parse((await runAntler(["ledger", "--path.data", data, "--json"])).stdout);
    assert.deepEqual(
      json.ledgers.map((one: { owner: string; imbalance: number }) => [one.owner, one.imbalance]),
      [["pipeline/main", 0]],
    );
  });

  it("says what does not balance, what cannot be read, and where it has looked", async () => {
    const data = join(folder, "shown");
    const path = join(data, "pipeline", "main", "inputs", "main_stdin#1", "ledger.json");
    const totals = { read: 5, created: 0, delivered: 3, filtered: 0, deadLettered: 0, absorbed: 0, unrouted: 0 };
    writeFileSync(path, JSON.stringify({ totals, outputs: {} }));
    const wrong = await runAntler(["ledger", "--path.data", data]);
    assert.equal(wrong.code, 1);
    assert.match(wrong.stdout, /read 5 ≠ delivered 3: 2 have no end/);
    writeFileSync(path, '{"totals":');
    const broken = await runAntler(["ledger", "--path.data", data]);
    assert.equal(broken.code, 1);
    assert.match(broken.stderr, /ledger\.json: /);
    const nothing = await runAntler(["ledger", "--path.data", join(folder, "nothing")]);
    assert.equal(nothing.code, 2);
    assert.match(nothing.stderr, /there is no ledger below .*nothing/);
  });

  describe("--prove, on a real Elasticsearch", () => {
    const stream = `logs-ledger${process.pid}-default`;
    let url: string;
    let config: string;
    const data = (): string => join(folder, "proved");
    const prove = (...more: string[]): Promise<AntlerResult> =>
      runAntler(["ledger", "--prove", "-e", config, "--path.data", data(), ...more]);

    before(async function () {
      const found = await realElasticsearch();
      if (found === undefined) this.skip();
      url = found;
      await putDataStreamTemplate(url, stream);
      const output = `output { elasticsearch { hosts => ["${url}"] data_stream => true data_stream_dataset => "ledger${process.pid}" } }`;
      config = `input { stdin { } } ${filter} ${output}`;
      await runAntler(["pipeline", "-e", config, "--path.data", data()], LINES);
    });

    it("is proved when all is there", async () => {
      const { code, stdout } = await prove();
      assert.equal(stdout, "proved: 11 events on 3 days are there\n");
      assert.equal(code, 0);
    });

    it("names the stream and the day of a document that is gone", async () => {
      await call(url, "POST", `${stream}/_delete_by_query?refresh=true`, {
        query: { match_phrase: { message: "line 4" } },
      });
      const { code, stdout } = await prove();
      assert.equal(code, 1);
      assert.match(stdout, new RegExp(`missing: 1 in ${stream} on 2026-11-21: 4 delivered, 3 there`));
      assert.match(stdout, /not proved/);
    });

    it("says what more is there, which is a finding only for the only writer", async () => {
      for (const id of ["one", "two"])
        await call(url, "PUT", `${stream}/_create/${id}`, { "@timestamp": "2026-11-21T01:00:00Z", message: id });
      const shared = await prove();
      assert.equal(shared.code, 0);
      assert.match(shared.stdout, new RegExp(`more: 1 in ${stream} on 2026-11-21: 4 delivered, 5 there`));
      assert.equal((await prove("--only-writer")).code, 1);
      const json = JSON.parse((await prove("--json")).stdout);
      assert.deepEqual([json.events, json.missing, json.more.length], [11, [], 1]);
    });

    it("says that an output is unknown, and that nobody answers", async () => {
      const elsewhere = await runAntler([
        "ledger",
        "--prove",
        "-e",
        config.replace(url, "http://127.0.0.1:9"),
        "--path.data",
        data(),
      ]);
      assert.equal(elsewhere.code, 1);
      assert.match(elsewhere.stdout, /not asked: logs-ledger.*ECONNREFUSED/);
      const other = await runAntler([
        "ledger",
        "--prove",
        "-e",
        "input { stdin { } } output { null { } }",
        "--path.data",
        data(),
      ]);
      assert.match(other.stdout, /the configuration has no elasticsearch output elasticsearch#1/);
    });
  });
});
