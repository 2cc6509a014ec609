import assert from "node:assert/strict";
import { alignDocuments } from "../../../src/cli/test/align.ts";
import { compareDocuments, flattenDocument, renderDocuments } from "../../../src/cli/test/documents.ts";
import { keepDynamic } from "../../../src/cli/test/dynamic-fields.ts";

describe("documents of a test", () => {
  it("are compared field by field: nested and dotted names are the same, arrays and types are not", () => {
    assert.deepEqual(
      compareDocuments({ a: { b: 1, c: [1, 2] }, "d.e": "x" }, { "a.b": 1, a: { c: [1, 2] }, d: { e: "x" } }),
      [],
    );
    assert.deepEqual(compareDocuments({ a: 1, b: ["x"], gone: null }, { a: "1", b: "x", extra: {} }), [
      { field: "a", expected: 1, actual: "1" },
      { field: "b", expected: ["x"], actual: "x" },
      { field: "extra", expected: undefined, actual: {} },
      { field: "gone", expected: null, actual: undefined },
    ]);
  });

  it("let a rule decide about a field that is there, and only then", () => {
    const rule = (field: string): boolean | undefined => (field === "id" ? true : undefined);
    assert.deepEqual(compareDocuments({ id: 1, a: 1 }, { id: 2, a: 1 }, rule), []);
    assert.equal(compareDocuments({ id: 1 }, {}, rule).length, 1);
  });

  it("keep a name such as __proto__ as a field", () => {
    const document = JSON.parse('{"__proto__":{"a":1}}') as Record<string, unknown>;
    assert.deepEqual([...flattenDocument(document)], [["__proto__.a", 1]]);
    assert.match(renderDocuments([document]), /"__proto__"/);
  });

  it("are written with sorted keys, so that the order of filters does not show", () => {
    const text = renderDocuments([{ b: { z: 1, a: [{ y: 1, x: 2 }] }, "@timestamp": "t", a: null }]);
    assert.equal(text, renderDocuments([{ a: null, "@timestamp": "t", b: { a: [{ x: 2, y: 1 }], z: 1 } }]));
    assert.match(text, /^\[\n {2}\{\n {4}"@timestamp": "t",\n {4}"a": null,/);
  });

  it("are paired by place, or by the line they were made from when one is missing or too many", () => {
    const of = (...lines: string[]): { event: { original: string } }[] =>
      lines.map((original) => ({ event: { original } }));
    assert.deepEqual(alignDocuments(of("a", "b"), of("x", "y")), [
      [0, 0],
      [1, 1],
    ]);
    assert.deepEqual(alignDocuments(of("a", "b", "c"), of("a", "c")), [
      [0, 0],
      [1, undefined],
      [2, 1],
    ]);
    assert.deepEqual(alignDocuments(of("a"), of("new", "a", "a")), [
      [undefined, 0],
      [0, 1],
      [undefined, 2],
    ]);
    assert.deepEqual(alignDocuments([], of("a")), [[undefined, 0]]);
  });

  it("keep what a dynamic field was, where it still matches", () => {
    const dynamic = new Map([["event.id", /^[0-9]+$/]]);
    const before = [{ event: { id: "1" } }, { event: { id: "old" } }, { event: {} }];
    const now = [{ event: { id: "2" } }, { event: { id: "3" } }, { event: { id: "4" } }];
    assert.deepEqual(keepDynamic(before, now, dynamic, String), [
      { event: { id: "1" } },
      { event: { id: "3" } },
      { event: { id: "4" } },
    ]);
  });
});
