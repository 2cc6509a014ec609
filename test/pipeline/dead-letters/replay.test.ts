import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { identityString, parseIdentity } from "../../../src/event/identity.ts";
import { SettledLog } from "../../../src/segments/settled-log.ts";
import { imbalance } from "../../../src/telemetry/ledger.ts";
import { ReplayHarness } from "./replay-harness.ts";

const OUTPUT = "output { stdout { codec => json_lines } }";
const config = (filter: string, output = OUTPUT): string =>
  `input { stdin { codec => json ecs_compatibility => "v8" } } filter { ${filter} } ${output}`;

describe("replay of dead letters", () => {
  let folder: string;
  let flow: ReplayHarness;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "antler-replay-"));
    flow = new ReplayHarness(folder);
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it("delivers what was refused, once, and nothing besides", async () => {
    const records = ['{"n":1}', '{"n":2}', '{"n":3}'];
    const ledger = await flow.run(config(""), records, (_, { n }) => (n === 2 ? "no twos" : undefined));
    assert.equal(imbalance(ledger), 0);
    assert.deepEqual(flow.news(), ["stdout#1 1", "stdout#1 3"]);

    const counts = await flow.replay(config(""));
    assert.deepEqual([counts.read, counts.delivered, counts.failed.size], [1, 1, 0]);
    assert.deepEqual(flow.news(), ["stdout#1 2"]);
    assert.deepEqual(await flow.open(), []);
    assert.equal((await flow.replay(config(""))).read, 0);
    assert.deepEqual(flow.news(), []);
    assert.deepEqual((await flow.replayed()).outputs["stdout#1"]?.delivered, 1);
  });

  it("runs the record as it was: fields of its source, time of reading, identity", async () => {
    await flow.run(config(""), ['{"n":1}'], () => "no");
    const [open] = await flow.open();
    assert.deepEqual(open?.letter.origin, {
      input: "main/stdin#1",
      flags: 0,
      readAt: Date.UTC(2026, 10, 23, 10),
      fields: [["[host][name]", "web1"]],
    });
    assert.equal(open?.letter.id, identityString(new Uint8Array(12).fill(7), 3, 0, 7, 99));
    assert.equal(parseIdentity(open?.letter.id ?? "")?.generation, 3);
    let seen: Record<string, unknown> = {};
    await flow.replay(config(""), (_, document) => {
      seen = document;
      return undefined;
    });
    assert.deepEqual([seen["@timestamp"], seen["host"]], ["2026-11-23T10:00:00.000Z", { name: "web1" }]);
  });

  it("does not loop: what fails again is the same letter, with its new reason", async () => {
    await flow.run(config(""), ['{"n":1}', '{"n":2}'], () => "first");
    const [before] = await flow.open();
    for (const attempt of [1, 2, 3]) {
      const counts = await flow.replay(config(""), (_, { n }) => (n === 1 ? `again ${attempt}` : undefined));
      assert.deepEqual([counts.delivered, counts.failed.get("refused")?.count], [attempt === 1 ? 1 : 0, 1]);
      const open = await flow.open();
      assert.deepEqual(
        open.map(({ name, attempts, scopes }) => [name, attempts, scopes.map(({ reason }) => reason)]),
        [[before?.name, attempt, [`stdout#1: again ${attempt}`]]],
      );
    }
    assert.equal((await flow.replay(config(""))).delivered, 1);
    assert.deepEqual(await flow.open(), []);
  });

  describe("of events made from others", () => {
    const split = 'split { field => "n" }';

    it("delivers the part that was refused and none of its siblings", async () => {
      await flow.run(config(split), ['{"n":[1,2,3]}'], (_, { n }) => (n === 2 ? "no twos" : undefined));
      assert.deepEqual(flow.news(), ["stdout#1 1", "stdout#1 3"]);
      await flow.replay(config(split));
      assert.deepEqual(flow.news(), ["stdout#1 2"]);
    });

    it("delivers the origin and not the copies that it had made", async () => {
      const clone = 'clone { clones => ["copy"] }';
      await flow.run(config(clone), ['{"n":1}'], (_, { tags }) => (tags === undefined ? "no originals" : undefined));
      assert.deepEqual(flow.news(), ["stdout#1 1"]);
      const seen: unknown[] = [];
      await flow.replay(config(clone), (_, { tags }) => {
        seen.push(tags);
        return undefined;
      });
      assert.deepEqual(seen, [undefined]);
    });

    it("delivers what a corrected configuration makes of a refused event", async () => {
      await flow.run(config(""), ['{"n":[1,2]}', '{"n":[3]}'], (_, { n }) => (Array.isArray(n) ? "a list" : undefined));
      assert.deepEqual(flow.news(), []);
      const counts = await flow.replay(config(split));
      assert.equal(counts.delivered, 2);
      assert.deepEqual(flow.news(), ["stdout#1 1", "stdout#1 2", "stdout#1 3"]);
    });

    it("delivers the elements of an array that were refused, and none of the others", async () => {
      await flow.run(config(""), ['[{"n":1},{"n":2},{"n":3}]'], (_, { n }) => (n !== 3 ? "no" : undefined));
      assert.deepEqual(flow.news(), ["stdout#1 3"]);
      assert.equal((await flow.open()).length, 2);
      await flow.replay(
        config(""),
        () => undefined,
        ({ letter }) => letter.split === "0000000000000000",
      );
      assert.deepEqual(flow.news(), ["stdout#1 1"], "the first element is the record's own event");
      await flow.replay(config(""));
      assert.deepEqual(flow.news(), ["stdout#1 2"]);
    });

    it("keeps what still fails of an event's parts", async () => {
      await flow.run(config(""), ['{"n":[1,2,3]}'], () => "a list");
      const refusesTwo = (_: string, { n }: Record<string, unknown>): string | undefined =>
        n === 2 ? "no" : undefined;
      assert.equal((await flow.replay(config(split), refusesTwo)).failed.get("refused")?.count, 1);
      assert.deepEqual(flow.news(), ["stdout#1 1", "stdout#1 3"]);
      assert.equal((await flow.replay(config(split))).delivered, 1);
      assert.deepEqual(flow.news(), ["stdout#1 2"]);
      assert.deepEqual(await flow.open(), []);
    });

    it("takes many letters of one record", async () => {
      const numbers = Array.from({ length: 1000 }, (_, n) => n);
      await flow.run(config(split), [JSON.stringify({ n: numbers })], (_, { n }) => (n === 7 ? undefined : "no"));
      assert.deepEqual(flow.news(), ["stdout#1 7"]);
      const odd = (_: string, { n }: Record<string, unknown>): string | undefined =>
        (n as number) % 2 === 1 ? "odd" : undefined;
      assert.equal((await flow.replay(config(split), odd)).delivered, 500);
      assert.equal((await flow.replay(config(split))).delivered, 499);
      assert.equal(new Set(flow.news()).size, 999);
    });

    it("says when the configuration does not make the event any more", async () => {
      await flow.run(config(split), ['{"n":[1,2]}'], (_, { n }) => (n === 2 ? "no" : undefined));
      flow.news();
      const counts = await flow.replay(config(""));
      assert.deepEqual([...counts.failed.keys()], ["not_made"]);
      assert.deepEqual(flow.news(), []);
      assert.equal((await flow.open()).length, 1);
    });
  });

  describe("to one of several outputs", () => {
    const two = 'output { stdout { id => "a" codec => json_lines } stdout { id => "b" codec => json_lines } }';

    it("delivers to the one that refused", async () => {
      await flow.run(config("", two), ['{"n":1}'], (output) => (output === "b" ? "no" : undefined));
      assert.deepEqual(flow.news(), ["a 1"]);
      await flow.replay(config("", two));
      assert.deepEqual(flow.news(), ["b 1"]);
    });

    it("settles each by itself", async () => {
      await flow.run(config("", two), ['{"n":1}'], () => "no");
      assert.equal((await flow.open()).length, 2);
      const counts = await flow.replay(config("", two), (output) => (output === "b" ? "still" : undefined));
      assert.deepEqual([counts.delivered, counts.failed.get("refused")?.count], [1, 1]);
      assert.deepEqual(
        (await flow.open()).map(({ letter }) => letter.output),
        ["b"],
      );
    });

    it("gives nothing to another when that output is gone", async () => {
      await flow.run(config("", two), ['{"n":1}'], (output) => (output === "b" ? "no" : undefined));
      flow.news();
      const other = two.replace('"b"', '"c"');
      assert.deepEqual([...(await flow.replay(config("", other))).failed.keys()], ["output_gone"]);
      assert.deepEqual(flow.news(), []);
      assert.equal((await flow.replay(config("", OUTPUT))).delivered, 1, "the only one is meant");
      assert.deepEqual(flow.news(), ["stdout#1 1"]);
    });
  });

  it("delivers what a filter failed on, with all that comes of it", async () => {
    const failing = 'split { field => "n" } if [n] > "x" { drop { } }';
    await flow.run(config(failing), ['{"n":[1,2]}']);
    assert.deepEqual(flow.news(), []);
    assert.deepEqual(
      (await flow.open()).map(({ letter }) => letter.code),
      ["condition_error", "condition_error"],
    );
    assert.equal((await flow.replay(config('split { field => "n" }'))).delivered, 2);
    assert.deepEqual(flow.news(), ["stdout#1 1", "stdout#1 2"]);
  });

  it("counts what the configuration drops on purpose, and keeps what no output takes", async () => {
    await flow.run(config(""), ['{"n":1}', '{"n":2}'], () => "no");
    const routes = "output { if [n] == 3 { stdout { codec => json_lines } } }";
    const counts = await flow.replay(config("if [n] == 1 { drop { } }", routes));
    assert.deepEqual([counts.filtered, [...counts.failed.keys()]], [1, ["unrouted"]]);
    assert.equal((await flow.open()).length, 1);
  });

  it("after a crash before the marks sends the same events again, under their identities", async () => {
    await flow.run(config(""), ['{"n":1}'], () => "no");
    const add = SettledLog.prototype.add;
    SettledLog.prototype.add = () => Promise.reject(new Error("crash"));
    try {
      await assert.rejects(flow.replay(config("")), /crash/);
    } finally {
      SettledLog.prototype.add = add;
    }
    assert.deepEqual(flow.news(), ["stdout#1 1"]);
    assert.equal((await flow.open()).length, 1);
    assert.equal((await flow.replay(config(""))).delivered, 1);
  });

  it("knows a letter again that a crash let be written twice", async () => {
    await flow.run(config(""), ['{"n":1}'], () => "no");
    const again = new ReplayHarness(folder);
    await again.run(config(""), ['{"n":1}'], () => "no");
    assert.equal((await flow.open()).length, 1);
    const counts = await flow.replay(config(""));
    assert.deepEqual([counts.read, counts.delivered], [1, 1]);
    assert.deepEqual(await flow.open(), []);
  });
});
