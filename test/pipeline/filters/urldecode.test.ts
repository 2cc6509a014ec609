import assert from "node:assert/strict";
import fc from "fast-check";
import { Event } from "../../../src/event/event.ts";
import { TextSlice } from "../../../src/event/lazy-value.ts";
import type { StoredTree } from "../../../src/event/value.ts";
import { urldecode } from "../../../src/pipeline/filters/urldecode.ts";
import { filtered, outcome, problemsOf } from "./support.ts";

function decoded(text: string, more = ""): unknown {
  return filtered(`urldecode { ${more} }`, text).fields["message"];
}

describe("urldecode filter", () => {
  const rows: [string, string, string, string][] = [
    ["ASCII", "", "http%3A%2F%2Fa.b%2fc", "http://a.b/c"],
    ["characters of several bytes", "", "%E6%BC%A2%F0%9F%98%80é%C3%A9", "漢😀éé"],
    ["no plus sign", "", "a+b%2Bc", "a+b+c"],
    ["nothing twice", "", "%2541", "%41"],
    ["no percent sign without digits", "", "100% %4 %zz%", "100% %4 %zz%"],
    ["bytes that are no UTF-8, as such", "", "%C3%BB%D3%D0%D5%D2%B5%BD=", "û\\xD3\\xD0\\xD5ҵ\\xBD="],
    ["characters that are cut off, as bytes", "", "%E6%BC %F0%9F%98", "\\xE6\\xBC \\xF0\\x9F\\x98"],
    ["forbidden forms, as bytes", "", "%C0%AF%ED%A0%80%F5%80%80%80", "\\xC0\\xAF\\xED\\xA0\\x80\\xF5\\x80\\x80\\x80"],
    ["another charset", 'charset => "Windows-1252"', "%80 %E9 é", "€ é é"],
    ["several bytes of another charset", 'charset => "Shift_JIS"', "%8A%BF", "漢"],
  ];
  for (const [name, config, given, expected] of rows) {
    it(`decodes ${name}`, () => assert.equal(decoded(given, config), expected));
  }

  it("gives back what was encoded", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme" }), (text) => assert.equal(decoded(encodeURIComponent(text)), text)),
      { numRuns: 50 },
    );
  });

  const values: [string, string, StoredTree, object][] = [
    ["a field told", 'field => "[a][b]"', { a: { b: "%41", c: "%41" } }, { a: { b: "A", c: "%41" } }],
    [
      "lists and objects, not their names",
      'field => "a"',
      { a: ["%41", { "%42": ["%43", 5, null] }] },
      { a: ["A", { "%42": ["C", 5, null] }] },
    ],
    ["numbers not at all", 'field => "a"', { a: 5 }, { a: 5 }],
    ["absent fields not at all", 'field => "a"', {}, {}],
    [
      "all fields when told",
      "all_fields => true",
      { a: "%41", b: { c: "%42" }, d: 1, tags: ["%43"] },
      { a: "A", b: { c: "B" }, d: 1, tags: ["C"] },
    ],
  ];
  for (const [name, config, given, expected] of values) {
    it(`decodes ${name}`, () => assert.deepEqual(outcome(`urldecode { ${config} }`, given), expected));
  }

  it("reads texts that nobody looked at yet", () => {
    const defaults = Object.fromEntries(
      Object.entries(urldecode.options).map(([name, option]) => [name, option.default]),
    );
    for (const all_fields of [false, true]) {
      const bytes = Buffer.from("a%20b");
      const event = new Event(0, { message: new TextSlice(bytes, 0, bytes.length) });
      urldecode.create({ ...defaults, all_fields } as never, undefined as never).apply(event, () => undefined);
      assert.equal(event.toObject()["message"], "a b");
    }
  });

  it("leaves metadata alone when it decodes all fields", () => {
    const event = filtered("urldecode { all_fields => true }", { "@metadata": { a: "%41" } });
    assert.deepEqual(event.metadataObject(), { a: "%41" });
  });

  it("applies common options always", () => {
    assert.deepEqual(outcome('urldecode { add_tag => ["done"] }', { a: 1 }), { a: 1, tags: ["done"] });
  });

  it("tags what is too deep", () => {
    let deep: StoredTree = { a: "%41" };
    for (let i = 0; i < 100_000; i++) deep = { a: deep };
    const defaults = Object.fromEntries(
      Object.entries(urldecode.options).map(([name, option]) => [name, option.default]),
    );
    const event = new Event(0, { message: deep });
    urldecode.create(defaults as never, undefined as never).apply(event, () => undefined);
    assert.deepEqual(event.fields["tags"], ["_urldecodefailure"]);
  });

  it("knows its charsets", () => {
    assert.deepEqual(
      problemsOf(urldecode, { charset: "klingon" }).map(({ option }) => option),
      ["charset"],
    );
    assert.deepEqual(problemsOf(urldecode, { charset: "cp1252" }), []);
  });

  it("cannot be made to touch a prototype", () => {
    const event = filtered('urldecode { field => "a" }', { a: JSON.parse('{"__proto__":{"x":"%41"}}') as StoredTree });
    assert.equal(({} as Record<string, unknown>)["x"], undefined);
    assert.equal(JSON.stringify(event.fields["a"]), '{"__proto__":{"x":"A"}}');
  });
});
