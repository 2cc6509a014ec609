import assert from "node:assert/strict";
import type { StoredTree } from "../../../src/event/value.ts";
import { dissect } from "../../../src/pipeline/filters/dissect.ts";
import { filtered, outcome, problemsOf } from "./support.ts";

const FAILED = { tags: ["_dissectfailure"] };

/** What dissecting `message` adds to it. */
function dissected(mapping: string, message: string, fields: StoredTree = {}): unknown {
  const given = { ...fields, message };
  const all = outcome(`dissect { mapping => { "message" => ${JSON.stringify(mapping)} } }`, given);
  const { message: own, ...rest } = all as Record<string, unknown>;
  assert.equal(own, message);
  return rest;
}

describe("dissect filter", () => {
  const rows: [name: string, mapping: string, message: string, expected: object, fields?: StoredTree][] = [
    [
      "syslog",
      "%{ts} %{+ts} %{+ts} %{src} %{} %{prog}[%{pid}]: %{msg}",
      "Nov 22 10:00:00 web-1 - sshd[4711]: Accepted key for ann",
      { ts: "Nov 22 10:00:00", src: "web-1", prog: "sshd", pid: "4711", msg: "Accepted key for ann" },
    ],
    [
      "nested fields",
      "%{[source][ip]} %{[url][path]}",
      "10.0.0.1 /a b",
      { source: { ip: "10.0.0.1" }, url: { path: "/a b" } },
    ],
    ["empty texts between delimiters", "%{a},%{b},%{c}", "x,,z", { a: "x", b: "", c: "z" }],
    ["padding", "%{id} %{function->} %{server}", "43 View     m-1", { id: "43", function: "View", server: "m-1" }],
    ["skipped fields, with a name or without", "%{?x} %{} %{a}", "1 2 3", { a: "3" }],
    ["parts in an order", "%{+a/2} %{+a/1} %{+a/4} %{+a/3}", "1 2 3 go", { a: "2 1 go 3" }],
    ["parts behind a field", "%{a} %{b} %{+a}", "1 2 3 go", { a: "1 3 go", b: "2" }],
    ["parts behind what the event has", "%{+a} %{b}", "2 3", { a: "1 2", b: "3" }, { a: "1" }],
    ["names that are texts", "error: %{?err}, %{&err}", "error: some_error, it broke", { some_error: "it broke" }],
    ["names that are fields", "%{a}=%{&a}", "k=v", { a: "k", k: "v" }],
    ["names that the event has", "%{&key}", "v", { key: "k", k: "v" }, { key: "k" }],
    ["names with brackets", "%{?n}=%{&n}", "[x][y]=v", { x: { y: "v" } }],
    ["names that are no references", "%{?n}=%{&n}", "[x=v", { "[x": "v" }],
    ["a text before and behind", "<%{a}>", "<x>", { a: "x" }],
    ["beyond ASCII", "%{a}→%{b}", "grüße→世界", { a: "grüße", b: "世界" }],
    ["nothing where a delimiter is missing", "%{a} [%{b}]", "x y", FAILED],
    ["nothing where the beginning differs", "<%{a}", "x", FAILED],
    ["an empty text never", "%{a}", "", FAILED],
    ["not into the event's time", "%{@timestamp} %{a}", "x y", FAILED],
  ];
  for (const [name, mapping, message, expected, fields] of rows) {
    it(`takes ${name}`, () => assert.deepEqual(dissected(mapping, message, fields), expected));
  }

  it("does several mappings in their order", () => {
    const config = 'dissect { mapping => { "message" => "%{a} %{rest}" "rest" => "%{b}-%{c}" } }';
    assert.deepEqual(outcome(config, "1 2-3"), { message: "1 2-3", a: "1", rest: "2-3", b: "2", c: "3" });
  });

  it("passes over a field that is absent, without a tag and without the common options", () => {
    const config = 'dissect { mapping => { "none" => "%{a} %{b}" } add_tag => ["done"] }';
    assert.deepEqual(outcome(config, { x: 1 }), { x: 1 });
    const matched =
      'dissect { mapping => { "message" => "%{a} %{b}" } add_tag => ["done"] remove_field => ["message"] }';
    assert.deepEqual(outcome(matched, "1 2"), { a: "1", b: "2", tags: ["done"] });
  });

  it("tags as told what is no text", () => {
    const config = 'dissect { mapping => { "a" => "%{b}" } tag_on_failure => ["x", "y"] }';
    for (const a of [5, null, ["t"], { b: 1 }]) assert.deepEqual(outcome(config, { a }), { a, tags: ["x", "y"] });
  });

  it("converts to int and float", () => {
    const convert = (type: string, a: unknown): unknown => {
      const given = (a === undefined ? {} : { a }) as StoredTree;
      const result = outcome(`dissect { convert_datatype => { "a" => "${type}" } }`, given) as Record<string, unknown>;
      return result["tags"] ?? result["a"];
    };
    assert.equal(convert("int", "42"), 42);
    assert.equal(convert("int", "-4.9"), -4);
    assert.equal(convert("int", 4.9), 4);
    assert.equal(convert("float", " 1.5e3 "), 1500);
    assert.deepEqual(convert("int", "x"), ["_dataconversionuncoercible_a_int"]);
    assert.deepEqual(convert("float", ""), ["_dataconversionuncoercible_a_float"]);
    assert.deepEqual(convert("float", ["1"]), ["_dataconversionuncoercible_a_float"]);
    assert.deepEqual(convert("int", null), ["_dataconversionnullvalue_a_int"]);
    assert.deepEqual(convert("int", undefined), ["_dataconversionnullvalue_a_int"]);
  });

  it("cannot be made to touch a prototype", () => {
    filtered('dissect { mapping => { "message" => "%{?n}=%{&n}" } }', "[__proto__][polluted]=v");
    assert.equal(({} as Record<string, unknown>)["polluted"], undefined);
  });

  it("names what is wrong before start", () => {
    const options = (given: object): string[] => problemsOf(dissect, given).map(({ option }) => option);
    assert.deepEqual(options({ mapping: { a: "%{b} %{c}" }, convert_datatype: { b: "int" } }), []);
    assert.deepEqual(options({ mapping: { a: "no field" } }), ["mapping"]);
    assert.deepEqual(options({ mapping: { a: "%{b}%{c}" } }), ["mapping"]);
    assert.deepEqual(options({ mapping: { "[a": "%{b}" } }), ["mapping"]);
    assert.deepEqual(options({ mapping: { a: "%{[b}" } }), ["mapping"]);
    assert.deepEqual(options({ convert_datatype: { b: "integer" } }), ["convert_datatype"]);
  });
});
