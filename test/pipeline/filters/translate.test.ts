import assert from "node:assert/strict";
import { mkdtempSync, rmSync, statSync, unlinkSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Event } from "../../../src/event/event.ts";
import type { StoredTree } from "../../../src/event/value.ts";
import { DictionaryFile, readDictionary } from "../../../src/pipeline/filters/dictionary-file.ts";
import { translate } from "../../../src/pipeline/filters/translate.ts";
import type { Dictionary } from "../../../src/transform/dictionary.ts";
import { runFilters } from "../../support/run-filters.ts";
import { outcome, problemsOf } from "./support.ts";

const NAMES = 'dictionary => { "1" => "one" "2" => "two" "true" => "yes" "" => "nothing" }';
const old = 'ecs_compatibility => "disabled"';

describe("translate filter", () => {
  const rows: [string, string, StoredTree, object | undefined][] = [
    ["a text", 'source => "s" target => "t"', { s: "1" }, { t: "one" }],
    ["a number", 'source => "s" target => "t"', { s: 2 }, { t: "two" }],
    ["a boolean", 'source => "s" target => "t"', { s: true }, { t: "yes" }],
    ["null, as nothing", 'source => "s" target => "t"', { s: null }, { t: "nothing" }],
    ["the first of a list", 'source => "s" target => "t"', { s: [2, 1] }, { t: "two" }],
    ["in place with ECS", 'source => "s"', { s: "1" }, { s: "one" }],
    ["into translation without", `source => "s" ${old}`, { s: "1" }, { translation: "one" }],
    ["by the old names", `field => "s" destination => "t" ${old}`, { s: "1" }, { t: "one" }],
    ["no unknown value", 'source => "s" target => "t"', { s: "3" }, undefined],
    ["no absent field", 'source => "s" target => "t" fallback => "x"', {}, undefined],
    ["an unknown value by fallback", 'source => "s" target => "t" fallback => "no %{s}"', { s: "3" }, { t: "no 3" }],
    ["nothing where the target is there", 'source => "s" target => "t"', { s: "1", t: "old" }, undefined],
    ["over a target when told", 'source => "s" target => "t" override => true', { s: "1", t: "old" }, { t: "one" }],
    ["not in place when told", 'source => "s" override => false', { s: "1" }, undefined],
    ["parts", 'source => "s" target => "t" exact => false', { s: "1+2" }, { t: "one+two" }],
    ["no parts that are not there", 'source => "s" target => "t" exact => false', { s: "+" }, undefined],
    [
      "lists of values",
      'source => "s" iterate_on => "[s]" target => "t"',
      { s: ["1", 5, true] },
      { t: ["one", null, "yes"] },
    ],
    ["one value for a list", 'source => "s" iterate_on => "s" target => "t"', { s: "1" }, { t: ["one"] }],
    [
      "lists of values by fallback",
      'source => "s" iterate_on => "s" fallback => "?"',
      { s: ["1", "5"] },
      { s: ["one", "?"] },
    ],
    [
      "objects in a list",
      'iterate_on => "[a][s]" source => "[i][n]" target => "[i][t]"',
      { a: { s: [{ i: { n: 1, t: "old" } }, { i: { n: 7 } }, {}, "text"] } },
      { a: { s: [{ i: { n: 1, t: "one" } }, { i: { n: 7 } }, {}, "text"] } },
    ],
    [
      "objects in a list by fallback",
      'iterate_on => "s" source => "n" fallback => "%{f}"',
      { s: [{ n: 1 }, { n: 7 }, {}], f: "?" },
      { s: [{ n: "one" }, { n: "?" }, {}] },
    ],
    ["nothing where there is no list", 'iterate_on => "s" source => "n"', { s: "1" }, undefined],
  ];
  for (const [name, config, given, expected] of rows) {
    it(`translates ${name}`, () => {
      assert.deepEqual(outcome(`translate { ${NAMES} ${config} }`, given), { ...given, ...expected });
    });
  }

  it("applies common options where it translated, and always in place", () => {
    const config = (more: string): string => `translate { ${NAMES} source => "s" ${more} add_tag => ["done"] }`;
    assert.deepEqual(outcome(config('target => "t"'), { s: "1" }), { s: "1", t: "one", tags: ["done"] });
    assert.deepEqual(outcome(config('target => "t"'), { s: "3" }), { s: "3" });
    assert.deepEqual(outcome(config(""), { s: "3" }), { s: "3", tags: ["done"] });
  });

  it("leaves reserved fields that cannot hold a translation", () => {
    const config = `translate { ${NAMES} source => "s" target => "@timestamp" override => true }`;
    assert.deepEqual(outcome(config, { s: "1" }), { s: "1" });
  });

  it("gives every event a value of its own", () => {
    const config =
      'translate { source => "s" target => "t" dictionary => { "a" => ["x"] } } mutate { merge => { "t" => "m" } }';
    for (const m of ["1", "2"]) assert.deepEqual(outcome(config, { s: "a", m }), { s: "a", m, t: ["x", m] });
  });

  it("does not find what all objects have", () => {
    assert.deepEqual(outcome(`translate { ${NAMES} source => "s" target => "t" }`, { s: "constructor" }), {
      s: "constructor",
    });
  });

  it("names options that are wrong", () => {
    const of = (given: object): (string | undefined)[][] =>
      problemsOf(translate, given).map(({ option, severity }) => [option, severity]);
    assert.deepEqual(of({ source: "a" }), []);
    assert.deepEqual(of({}), [["source", undefined]]);
    assert.deepEqual(of({ source: "a", field: "b", target: "c", destination: "d" }), [
      ["field", undefined],
      ["destination", undefined],
    ]);
    assert.deepEqual(of({ source: "a", regex: true, dictionary: { "(": "b" } }), [["dictionary", undefined]]);
    assert.deepEqual(of({ source: "a", regex: true, exact: false }), [["regex", "warning"]]);
    assert.deepEqual(of({ source: "a", dictionary: { a: "b" }, dictionary_path: "/x.txt" }), [
      ["dictionary_path", undefined],
      ["dictionary_path", undefined],
    ]);
    assert.deepEqual(of({ source: "a", dictionary_path: "/there/is/none.yml" }), [["dictionary_path", "host"]]);
  });
});

describe("a dictionary in a file", () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "antler-translate-"));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  /** Writes a file with a time of modification of its own. */
  let writes = 0;
  function write(name: string, text: string): string {
    const path = join(folder, name);
    writeFileSync(path, text);
    utimesSync(path, 1_790_000_000, 1_790_000_000 + ++writes);
    return path;
  }

  function followed(
    path: string,
    merge: boolean,
  ): { used: Dictionary[]; refresh: (now: number) => number; warnings: string[] } {
    let now = 0;
    const warnings: string[] = [];
    const used: Dictionary[] = [];
    const file = new DictionaryFile(
      { path, refreshMs: 1000, merge, yamlCharacters: 1000 },
      (dictionary) => used.push(dictionary),
      () => now,
      (message) => warnings.push(message),
    );
    /** How many dictionaries there have been after a look at this time. */
    const refresh = (at: number): number => {
      now = at;
      file.refresh();
      return used.length;
    };
    return { used, warnings, refresh };
  }

  it("translates", () => {
    const path = write("d.json", '{"a":{"b":[1]}}');
    const [event] = runFilters(
      `filter { translate { source => "message" target => "t" dictionary_path => "${path}" } }`,
      ["a"],
    );
    assert.deepEqual(event?.fields["t"], { b: [1] });
  });

  it("is refused before the start when it cannot be read", () => {
    const path = write("d.json", "[1]");
    assert.throws(
      () => runFilters(`filter { translate { source => "a" dictionary_path => "${path}" } }`, ["a"]),
      /one object/,
    );
  });

  it("is read again when it changed, at most once in an interval", () => {
    const path = write("d.csv", "a,1\nb,2\n");
    const { used, refresh, warnings } = followed(path, false);
    assert.deepEqual(Object.fromEntries(used[0] ?? []), { a: "1", b: "2" });
    write("d.csv", "a,3\n");
    assert.equal(refresh(0), 1);
    assert.equal(refresh(999), 1);
    assert.equal(refresh(1000), 2);
    assert.deepEqual(Object.fromEntries(used[1] ?? []), { a: "3" });
    assert.equal(refresh(2000), 2, "nothing changed");
    write("d.csv", "c,4\n");
    assert.equal(refresh(10), 3, "the clock went back");
    assert.deepEqual(warnings, []);
  });

  it("keeps old entries when it merges", () => {
    const path = write("d.csv", "a,1\nb,2\n");
    const { used, refresh } = followed(path, true);
    write("d.csv", "a,3\nc,4\n");
    refresh(1000);
    assert.deepEqual(Object.fromEntries(used[1] ?? []), { a: "3", b: "2", c: "4" });
  });

  it("stays as it was while the file is bad or gone, with one warning for each state", () => {
    const path = write("d.yml", "a: x");
    const { used, refresh, warnings } = followed(path, false);
    write("d.yml", "a: [");
    assert.deepEqual([refresh(1000), refresh(2000), warnings.length], [1, 1, 1]);
    unlinkSync(path);
    assert.deepEqual([refresh(3000), refresh(4000), warnings.length], [1, 1, 2]);
    assert.match(warnings[1] as string, /the old one stays: there is no such file/);
    write("d.yml", "a: y");
    assert.deepEqual([refresh(5000), warnings.length], [2, 2]);
    assert.equal(used[1]?.get("a"), "y");
  });

  it("begins empty where there is no file yet", () => {
    const { used, refresh, warnings } = followed(join(folder, "d.json"), true);
    assert.deepEqual([used.length, warnings.length], [0, 1]);
    write("d.json", '{"a":1}');
    assert.equal(refresh(1000), 1);
  });

  it("has so many characters of YAML and no more", () => {
    const path = write("d.yml", `a: ${"😀".repeat(100)}`);
    assert.equal(readDictionary(path, 103).size, 1);
    assert.throws(() => readDictionary(path, 102), /more than 102 characters/);
    const huge = { stat: () => ({ size: 5000, stamp: "" }), read: () => assert.fail("it is not even read") };
    assert.throws(() => readDictionary(path, 1000, huge), /more than 1000 characters/);
    assert.ok(statSync(path).isFile());
  });

  it("comes into force in the filter, but not with a key that is no expression", () => {
    const path = write("d.json", '{"^a":"1"}');
    let now = 0;
    const warnings: string[] = [];
    const defaults = Object.fromEntries(
      Object.entries(translate.options).map(([name, option]) => [name, option.default]),
    );
    const settings = { ...defaults, source: "s", target: "t", dictionary_path: path, regex: true, refresh_interval: 1 };
    const host = { ecs: "v8", now: () => now, log: { warn: (message: string) => warnings.push(message) } };
    const filter = translate.create(settings as never, host as never);
    const translated = (): unknown => {
      const event = new Event(0, { s: "ab" });
      filter.apply(event, () => undefined);
      now += 1000;
      return event.fields["t"];
    };
    assert.equal(translated(), "1");
    write("d.json", '{"(":"2"}');
    assert.equal(translated(), "1");
    assert.match(warnings.join(), /the key "\("/);
    write("d.json", '{"b$":"3"}');
    assert.equal(translated(), "1", "the new one is merged behind the old one");
    assert.equal(warnings.length, 1);
    write("d.json", '{"^a":"4"}');
    assert.equal(translated(), "4");
  });
});
