import assert from "node:assert/strict";
import type { StoredTree } from "../../../src/event/value.ts";
import { filtered, NOW, outcome } from "./support.ts";

const failed = { tags: ["_jsonparsefailure"] };

describe("json filter", () => {
  const rows: [string, string, StoredTree, object][] = [
    ["an object into the event", "", { s: '{"a":{"b":[1,"x",null]},"c":true}' }, { a: { b: [1, "x", null] }, c: true }],
    [
      "into a target, replacing what is there",
      'target => "[d][e]"',
      { s: '{"a":1}', d: { e: 5 } },
      { d: { e: { a: 1 } } },
    ],
    ["a list or a scalar into a target", 'target => "d"', { s: "[1,2]" }, { d: [1, 2] }],
    ["null into a target", 'target => "d"', { s: "null" }, { d: null }],
    ["a blank text is null", 'target => "d"', { s: " " }, { d: null }],
    ["fields that there are, replaced", "", { s: '{"a":2}', a: { b: 1 } }, { a: 2 }],
    ["names as field references", "", { s: '{"[a][b]":1,"[@metadata][m]":2,"[c]":3}' }, { a: { b: 1 }, c: 3 }],
    ["names that are none, as they are", "", { s: '{"[a":1,"b]":2,"":3}' }, { "[a": 1, "b]": 2, "": 3 }],
    ["the source itself, replaced", "", { s: '{"s":"inner"}' }, { s: "inner" }],
    [
      "a time that is none",
      "",
      { s: '{"@timestamp":{"a":1}}' },
      { "_@timestamp": '{"a":1}', tags: ["_timestampparsefailure"] },
    ],
    [
      "a time that is a number",
      "",
      { s: '{"@timestamp":1790000000}' },
      { "_@timestamp": "1790000000", tags: ["_timestampparsefailure"] },
    ],
    ["tags", "", { s: '{"tags":["x"]}', tags: ["y"] }, { tags: ["x"] }],
    ["tags that are none", "", { s: '{"tags":{"a":1},"b":2}' }, { b: 2, _tags: { a: 1 }, tags: ["_tagsparsefailure"] }],
  ];
  for (const [name, config, given, expected] of rows) {
    it(`reads ${name}`, () => {
      const kept = "s" in expected ? {} : { s: given["s"] };
      assert.deepEqual(outcome(`json { source => "s" ${config} }`, given), { ...kept, ...expected });
    });
  }

  const failures: [string, string, StoredTree][] = [
    ["text that is no JSON", "", { s: "oops" }],
    ["a list without a target", "", { s: "[1]" }],
    ["null without a target", "", { s: "null" }],
    ["a number", "", { s: 5 }],
    ["an object that is one already", "", { s: { a: 1 } }],
    ["a target that cannot hold it", 'target => "@timestamp"', { s: '{"a":1}' }],
    ["a target that cannot hold it", 'target => "tags"', { s: '{"a":1}' }],
  ];
  for (const [name, config, given] of failures) {
    it(`tags ${name} ${config}`, () => {
      assert.deepEqual(outcome(`json { source => "s" add_tag => ["done"] ${config} }`, given), { ...given, ...failed });
    });
  }

  it("takes the time of the document", () => {
    assert.equal(
      filtered('json { source => "s" }', { s: '{"@timestamp":"2026-01-02T03:04:05.678901Z"}' }).timestamp?.toString(),
      "2026-01-02T03:04:05.678901Z",
    );
  });

  it("sets the time to now where the document's is none", () => {
    const given = { "@timestamp": "2026-01-01T00:00:00Z", s: '{"@timestamp":"soon"}' };
    assert.equal(filtered('json { source => "s" }', given).timestamp?.toString(), NOW);
  });

  it("replaces metadata", () => {
    const event = filtered('json { source => "s" }', { s: '{"@metadata":{"a":1}}', "@metadata": { b: 2 } });
    assert.deepEqual(event.metadataObject(), { a: 1 });
  });

  it("does nothing without a source", () => {
    assert.deepEqual(outcome('json { source => "s" add_tag => ["done"] }', { a: 1 }), { a: 1 });
    assert.deepEqual(outcome('json { source => "s" add_tag => ["done"] }', { s: null }), { s: null });
  });

  it("lets text that is no JSON pass when told so", () => {
    const config = 'json { source => "s" skip_on_invalid_json => true }';
    assert.deepEqual(outcome(config, { s: "oops" }), { s: "oops" });
    assert.deepEqual(outcome(config, { s: "[1]" }), { s: "[1]", ...failed });
  });

  it("tags as told, and applies common options only to what it read", () => {
    assert.deepEqual(outcome('json { source => "s" tag_on_failure => ["x", "y"] }', { s: "oops" }), {
      s: "oops",
      tags: ["x", "y"],
    });
    assert.deepEqual(outcome('json { source => "s" remove_field => ["s"] }', { s: '{"a":1}' }), { a: 1 });
  });

  it("cannot be made to touch a prototype", () => {
    const event = filtered('json { source => "s" }', {
      s: '{"__proto__":{"polluted":1},"[constructor][x]":2,"[a][__proto__][y]":3}',
    });
    assert.equal(({} as Record<string, unknown>)["polluted"], undefined);
    assert.equal(({} as Record<string, unknown>)["y"], undefined);
    assert.equal((Object as unknown as Record<string, unknown>)["x"], undefined);
    assert.ok(Object.hasOwn(event.fields, "__proto__"));
  });
});
