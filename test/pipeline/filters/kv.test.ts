import assert from "node:assert/strict";
import type { StoredTree } from "../../../src/event/value.ts";
import { kv } from "../../../src/pipeline/filters/kv.ts";
import { runPipeline } from "../../support/run-antler.ts";
import { filtered, outcome, problemsOf } from "./support.ts";

const failed = { tags: ["_kv_filter_error"] };

describe("kv filter", () => {
  const rows: [string, string, StoredTree, object][] = [
    ["fields of the event", "", { s: "a=1 b=x" }, { a: "1", b: "x" }],
    [
      "a target, replacing what is there",
      'target => "[d][e]"',
      { s: "a=1", d: { e: 5, f: 6 } },
      { d: { e: { a: "1" }, f: 6 } },
    ],
    ["the source itself", 'target => "s"', { s: "a=1" }, { s: { a: "1" } }],
    ["lists of texts as one", "", { s: ["a=1 b=2", "a=3", 5] }, { a: ["1", "3"], b: "2" }],
    ["keys as field references", "", { s: "[x][y]=1" }, { x: { y: "1" } }],
    ["keys as they are, below a target", 'target => "d"', { s: "[x][y]=1" }, { d: { "[x][y]": "1" } }],
    ["a prefix from the event", 'prefix => "%{p}_"', { s: "a=1", p: "q" }, { p: "q", q_a: "1" }],
    ["keys told", 'include_keys => ["b"]', { s: "a=1 b=2" }, { b: "2" }],
    ["all but keys told", 'exclude_keys => ["%{no}"]', { s: "a=1 b=2", no: "b" }, { no: "b", a: "1" }],
    [
      "defaults for keys that are not there",
      'default_keys => { "a" => "x" "c" => ["y"] }',
      { s: "a=1" },
      { a: "1", c: ["y"] },
    ],
    ["defaults alone", 'default_keys => { "a" => "x" }', {}, { a: "x" }],
    ["values once", "allow_duplicate_values => false", { s: "a=1 a=1 a=12 a=2 a=12" }, { a: ["1", "12", "2"] }],
    [
      "empty values when told",
      'allow_empty_values => true whitespace => "strict"',
      { s: 'a= b="" c=1' },
      { a: "", b: "", c: "1" },
    ],
    ["no empty values", 'whitespace => "strict"', { s: 'a= b="" c=1' }, { c: "1" }],
    ["values trimmed to nothing", 'trim_value => ","', { s: "a=, b=1," }, { a: "", b: "1" }],
    [
      "trimmed, emptied and transformed keys and values, in this order",
      'trim_key => "." remove_char_key => "-" transform_key => "uppercase" trim_value => "," remove_char_value => "%" transform_value => "capitalize"',
      { s: ".a-b.=,fIFTY%," },
      { AB: "Fifty" },
    ],
    ["pairs in values", "recursive => true", { s: "a=(b=1 c=[d=2]) e=3" }, { a: { b: "1", c: { d: "2" } }, e: "3" }],
    ["pairs in values that come twice", "recursive => true", { s: "a=(b=1) a=x" }, { a: [{ b: "1" }, "x"] }],
  ];
  for (const [name, config, given, expected] of rows) {
    it(`reads ${name}`, () => {
      const kept = "s" in expected || !("s" in given) ? {} : { s: given["s"] };
      assert.deepEqual(outcome(`kv { source => "s" ${config} }`, given), { ...kept, ...expected });
    });
  }

  const nothing: [string, StoredTree][] = [
    ["no source", {}],
    ["a source that is null", { s: null }],
    ["no pairs", { s: "no pairs here" }],
    ["an empty text", { s: "" }],
    ["a number", { s: 5 }],
    ["an object", { s: { a: "b=1" } }],
  ];
  for (const [name, given] of nothing) {
    it(`does nothing with ${name}`, () => {
      assert.deepEqual(outcome('kv { source => "s" add_tag => ["done"] }', given), given);
    });
  }

  it("tags what cannot be set, and sets the rest", () => {
    const config = 'kv { source => "s" add_tag => ["done"] }';
    assert.deepEqual(outcome(config, { s: "[a=1 b=2" }), { s: "[a=1 b=2", b: "2", ...failed });
    assert.deepEqual(outcome(config, { s: "@timestamp=now b=2" }), { s: "@timestamp=now b=2", b: "2", ...failed });
    assert.deepEqual(outcome('kv { source => "s" target => "tags" tag_on_failure => ["x", "y"] }', { s: "a=1" }), {
      s: "a=1",
      tags: ["x", "y"],
    });
  });

  it("applies common options to what it read", () => {
    assert.deepEqual(outcome('kv { source => "s" remove_field => ["s"] add_tag => ["done"] }', { s: "a=1" }), {
      a: "1",
      tags: ["done"],
    });
  });

  it("cannot be made to touch a prototype", () => {
    const event = filtered("kv { }", "__proto__=1 constructor=2 constructor=3 [a][__proto__][y]=4");
    assert.equal(({} as Record<string, unknown>)["y"], undefined);
    assert.ok(Object.hasOwn(event.fields, "__proto__"));
    assert.deepEqual(event.fields["constructor"], ["2", "3"]);
  });

  it("looks into values so deep and no deeper", () => {
    let found = filtered('kv { recursive => true target => "d" }', "a=".repeat(5000)).fields["d"];
    let depth = 0;
    while (typeof found === "object") {
      found = (found as StoredTree)["a"];
      depth++;
    }
    assert.equal(depth, 33);
    assert.equal(typeof found, "string");
  });

  it("does not share defaults among events", () => {
    const config = 'kv { default_keys => { "a" => ["x"] } } mutate { merge => { "a" => "message" } }';
    assert.deepEqual(outcome(config, "b=1"), { message: "b=1", b: "1", a: ["x", "b=1"] });
    assert.deepEqual(outcome(config, "b=2"), { message: "b=2", b: "2", a: ["x", "b=2"] });
  });

  it("names options that are wrong", () => {
    const problems = problemsOf(kv, {
      value_split: "",
      field_split_pattern: "(",
      trim_key: "[",
      remove_char_value: "",
    });
    assert.deepEqual(
      problems.map(({ option }) => option),
      ["value_split", "field_split_pattern", "trim_key", "remove_char_value"],
    );
    assert.deepEqual(problemsOf(kv, {}), []);
  });

  it("gives up on a text for which a pattern takes too long", async function () {
    this.timeout(30_000);
    const message = `foo========:bar baz${"=".repeat(48)}bingo`;
    const { documents } = await runPipeline('kv { value_split_pattern => "(?:=+=+)+:" timeout_millis => 50 }', [
      message,
    ]);
    assert.deepEqual(documents[0]?.["tags"], ["_kv_filter_timeout"]);
  });
});
