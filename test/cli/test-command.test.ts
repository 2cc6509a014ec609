import assert from "node:assert/strict";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { runAntler } from "../support/run-antler.ts";

const PIPELINE = `
input { pipeline { address => "web" } }
filter {
  grok { match => { "message" => "\\A%{IP:[source][ip]} %{WORD:[event][action]} %{NUMBER:[event][duration]:int}\\z" } }
  if [event][action] == "health" { drop { } }
}
output { pipeline { send_to => "deliver" } }
`;

describe("antler test", function () {
  this.timeout(20_000);
  let root: string;

  const path = (...parts: string[]): string => join(root, ...parts);
  const put = (text: string, ...parts: string[]): void => {
    mkdirSync(path(...parts, ".."), { recursive: true });
    writeFileSync(path(...parts), text);
  };
  const documents = (...parts: string[]): Record<string, Record<string, unknown>>[] =>
    JSON.parse(readFileSync(path(...parts), "utf8")) as Record<string, Record<string, unknown>>[];

  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), "antler-test-command-"));
    put(PIPELINE, "web", "pipeline.conf");
    put("10.0.0.1 login 5\n10.0.0.2 health 1\nnot one of ours\n", "web", "test", "a.log");
  });
  afterEach(() => rmSync(root, { recursive: true, force: true }));

  it("fails without an expected file, makes it with --update, and is content then", async () => {
    const first = await runAntler(["test", path("web")]);
    assert.equal(first.code, 1);
    assert.match(first.stdout, /a\.log-expected\.json is not there: --update makes it/);
    const update = await runAntler(["test", "--update", path("web")]);
    assert.equal(update.code, 0);
    assert.match(update.stdout, /1 written/);
    const [login, other] = documents("web", "test", "a.log-expected.json");
    assert.deepEqual(login?.["event"], { action: "login", duration: 5, original: "10.0.0.1 login 5" });
    assert.deepEqual(login?.["source"], { ip: "10.0.0.1" });
    assert.deepEqual(login?.["host"], { name: "test-host" });
    assert.deepEqual(other?.["tags"], ["_grokparsefailure"]);
    const again = await runAntler(["test", root]);
    assert.equal(again.code, 0, again.stdout);
    assert.match(again.stdout, /ok {4}.*a\.log {2}3 lines, 2 events/);
    assert.match(again.stdout, /1 file, 2 events: 1 passed, 0 failed/);
    assert.match((await runAntler(["test", "--update", root])).stdout, /0 written, 1 unchanged, 0 failed/);
  });

  it("shows which event differs, its line, and each field", async () => {
    await runAntler(["test", "--update", path("web")]);
    put(PIPELINE.replace(":int}", "}"), "web", "pipeline.conf");
    const { code, stdout } = await runAntler(["test", path("web", "test", "a.log")]);
    assert.equal(code, 1);
    assert.ok(
      stdout.includes(
        [
          "      event 1, line 1: 10.0.0.1 login 5",
          "        event.duration",
          "          expected  5",
          '          actual    "5"',
          "",
        ].join("\n"),
      ),
      stdout,
    );
    assert.match(stdout, /0 passed, 1 failed/);
    const json = JSON.parse((await runAntler(["test", "--json", path("web")])).stdout) as {
      failed: number;
      tests: { differences: { event: number; line: number; fields: object[] }[] }[];
    };
    assert.equal(json.failed, 1);
    assert.deepEqual(json.tests[0]?.differences, [
      {
        event: 1,
        line: 1,
        text: "10.0.0.1 login 5",
        kind: "different",
        fields: [{ field: "event.duration", expected: 5, actual: "5" }],
      },
    ]);
  });

  it("names events that are missing and such that are too many", async () => {
    await runAntler(["test", "--update", path("web")]);
    put("10.0.0.9 logout 7\n10.0.0.1 login 5\n", "web", "test", "a.log");
    const same = await runAntler(["test", path("web")]);
    assert.match(same.stdout, /2 not as expected/);
    put("10.0.0.1 login 5\n", "web", "test", "a.log");
    assert.match((await runAntler(["test", path("web")])).stdout, /event 2 is expected and not there/);
    put("10.0.0.1 login 5\n10.0.0.9 logout 7\nnot one of ours\n", "web", "test", "a.log");
    assert.match(
      (await runAntler(["test", path("web")])).stdout,
      /event 2 is there and not expected, line 2: 10\.0\.0\.9 logout 7/,
    );
  });

  it("follows events to the pipelines beside it, from the entry if it is told to", async () => {
    const entry = `input { pipeline { address => "classify" } }
output { if [log][file][path] =~ /web/ { pipeline { send_to => "web" } } else { pipeline { send_to => "other" } } }`;
    put(entry, "classify", "pipeline.conf");
    put("entry: true\npath: /var/log/web.log\n", "web", "test", "a.log-config.yml");
    put("x\n", "web", "test", "b.log");
    put("entry: true\n", "web", "test", "b.log-config.yml");
    assert.equal((await runAntler(["test", "--update", path("web")])).code, 0);
    assert.equal(documents("web", "test", "a.log-expected.json").length, 2);
    assert.equal(documents("web", "test", "a.log-expected.json")[0]?.["event"]?.["action"], "login");
    assert.equal(documents("web", "test", "b.log-expected.json")[0]?.["tags"], undefined);
    const { code, stdout } = await runAntler(["test", root]);
    assert.equal(code, 0);
    assert.match(stdout, /without a test: classify/);
  });

  it("runs anyone's own configuration: several files, any input and output, and calls none of them", async () => {
    put("input { beats { port => 5044 } }", "own", "10-in.conf");
    put('filter { date { match => ["message", "MMM d HH:mm:ss"] } }', "own", "20-filter.conf");
    put('output { elasticsearch { } file { path => "/nowhere/x" } }', "own", "30-out.conf");
    put("Mar 5 01:02:03\n\n", "own", "test", "dates.log");
    put("timezone: Europe/Berlin\nclock: 2024-05-01T00:00:00Z\n", "own", "test", "dates.log-config.yml");
    assert.equal((await runAntler(["test", "--update", path("own")])).code, 0);
    const [dated, empty] = documents("own", "test", "dates.log-expected.json");
    assert.equal(dated?.["@timestamp"], "2024-03-05T00:02:03.000Z");
    assert.equal(empty?.["@timestamp"], "2024-05-01T00:00:00.000Z");
  });

  it("joins lines, adds fields, and lets dynamic fields match", async () => {
    put('filter { mutate { add_field => { "id" => "%{[seed]}" } } }', "own", "own.conf");
    put("a\n b\nc\n", "own", "test", "x.log");
    const config = (seed: string): string =>
      `multiline: { pattern: '^\\s' }\nfields: { seed: "${seed}" }\ndynamic_fields: { id: '^n\\d+$', seed: . }\n`;
    put(config("n1"), "own", "test", "x.log-config.yml");
    await runAntler(["test", "--update", path("own")]);
    const made = documents("own", "test", "x.log-expected.json");
    assert.deepEqual(
      made.map(({ message, id }) => [message, id]),
      [
        ["a\n b", "n1"],
        ["c", "n1"],
      ],
    );
    put(config("n22"), "own", "test", "x.log-config.yml");
    assert.equal((await runAntler(["test", path("own")])).code, 0);
    assert.match((await runAntler(["test", "--update", path("own")])).stdout, /1 unchanged/);
    put(config("m"), "own", "test", "x.log-config.yml");
    assert.equal((await runAntler(["test", path("own")])).code, 1);
  });

  it("ends with 78 and all findings when configurations or options are wrong, and writes nothing", async () => {
    put("filter { grokk { } }", "bad", "bad.conf");
    put("x\n", "bad", "test", "x.log");
    put("tz: UTC\n", "web", "test", "a.log-config.yml");
    const { code, stderr } = await runAntler(["test", "--update", root]);
    assert.equal(code, 78);
    assert.match(stderr, /there is no filter "grokk"/);
    assert.match(stderr, /unknown option "tz" for a test\n +--> .*a\.log-config\.yml:1:1/);
    assert.match(stderr, /2 errors/);
    assert.equal(existsSync(path("web", "test", "a.log-expected.json")), false);
    const json = await runAntler(["test", "--json", root]);
    assert.equal(json.code, 78);
    assert.equal((JSON.parse(json.stdout) as { findings: object[] }).findings.length, 2);
  });

  it("ends with 2 when there is nothing to test", async () => {
    for (const args of [[], [path("nowhere")], [path("web", "pipeline.conf")]])
      assert.equal((await runAntler(["test", ...args])).code, 2);
  });

  it("does not hang on a pattern that runs away: the event is tagged as in a pipeline", async () => {
    put('filter { grok { match => { "message" => "^(a+)+$" } timeout_millis => 200 } }', "slow", "slow.conf");
    put(`aaa\n${"a".repeat(40)}b\nfine\n`, "slow", "test", "x.log");
    assert.equal((await runAntler(["test", "--update", path("slow")])).code, 0);
    const tags = documents("slow", "test", "x.log-expected.json").map((document) => document["tags"]);
    assert.deepEqual(tags, [undefined, ["_groktimeout"], ["_grokparsefailure"]]);
  });

  it("fails on files that belong to no log", async () => {
    await runAntler(["test", "--update", path("web")]);
    put("path: /x\n", "web", "test", "a.log-config.yaml");
    const { code, stdout } = await runAntler(["test", path("web")]);
    assert.equal(code, 1);
    assert.match(stdout, /FAIL {2}.*a\.log-config\.yaml: there is no log of this name/);
    assert.match(stdout, /1 passed, 1 failed/);
  });

  it("fails on an expected file that is no array of documents", async () => {
    for (const text of ["{}", "[", "[1]"]) {
      put(text, "web", "test", "a.log-expected.json");
      const { code, stdout } = await runAntler(["test", path("web")]);
      assert.equal(code, 1);
      assert.match(stdout, /--update makes it anew/);
    }
  });
});
