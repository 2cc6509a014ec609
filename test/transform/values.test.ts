import assert from "node:assert/strict";
import { Timestamp } from "../../src/event/timestamp.ts";
import type { StoredTree, Value } from "../../src/event/value.ts";
import { eventText } from "../../src/transform/event-text.ts";
import { compileGsub } from "../../src/transform/gsub.ts";
import { mergeValues } from "../../src/transform/merge.ts";
import { rubyInspect } from "../../src/transform/ruby-inspect.ts";
import { newEvent } from "../support/run-codec.ts";

describe("merging values", () => {
  const cases: readonly [Value | undefined, Value | undefined, Value | undefined][] = [
    ["a", "b", ["a", "b"]],
    [["a"], "b", ["a", "b"]],
    ["a", ["b", "c"], ["a", "b", "c"]],
    [undefined, "b", ["b"]],
    [null, ["b"], ["b"]],
    ["a", undefined, ["a"]],
    [{ a: 1, b: 1 }, { b: 2 }, { a: 1, b: 2 }],
    [{ a: 1 }, "b", undefined],
    ["a", { b: 1 }, undefined],
  ];
  for (const [into, added, expected] of cases) {
    it(`${JSON.stringify(added)} into ${JSON.stringify(into)}`, () => {
      assert.deepEqual(mergeValues(into, added), expected);
    });
  }

  it("leaves what it merges as it was", () => {
    const into = { a: 1 };
    mergeValues(into, { b: 2 });
    assert.deepEqual(into, { a: 1 });
  });
});

describe("an event as one line", () => {
  const cases: readonly [StoredTree, string][] = [
    [{ message: "m", host: "h" }, "h m"],
    [{}, "%{host} %{message}"],
    [{ message: null, host: "" }, " %{message}"],
    [{ message: ["a", 1, true], host: { name: "w", ip: ["x", "y"] } }, "{name=w, ip=[x, y]} [a, 1, true]"],
    [{ message: { at: new Timestamp(0) }, host: "h" }, "h {at=1970-01-01T00:00:00.000Z}"],
  ];
  for (const [fields, expected] of cases) {
    it(expected, () => assert.equal(eventText(newEvent(0, fields)), `2026-11-22T12:00:00.000Z ${expected}`));
  }
});

describe("gsub", () => {
  const cases: readonly [string, string, StoredTree, string, string][] = [
    ["a", "b", {}, "banana", "bbnbnb"],
    ["\\d+", "#", {}, "a1b22", "a#b#"],
    ["(\\w+)@(\\w+)", "\\2 at \\1", {}, "ann@home", "home at ann"],
    ["^", "> ", {}, "a\nb", "> a\n> b"],
    ["\\A", "> ", {}, "a\nb", "> a\nb"],
    ["x*", "-", {}, "ab", "-a-b-"],
    ["[\\\\?#-]", ".", {}, "a\\b?c#d-e", "a.b.c.d.e"],
    ["$1", "x", {}, "$1", "$1"],
    ["a", "$& $1 $$", {}, "a", "$& $1 $$"],
    ["%{word}", "<%{with}>", { word: "b+", with: "\\0" }, "abba", "a<bb>a"],
  ];
  for (const [pattern, replacement, fields, text, expected] of cases) {
    it(`${pattern} by ${replacement}: ${JSON.stringify(text)}`, () => {
      assert.equal(compileGsub(pattern, replacement)(newEvent(0, fields), text), expected);
    });
  }

  it("refuses a bad expression at once, or for the event that it comes from", () => {
    assert.throws(() => compileGsub("(a", ""));
    const gsub = compileGsub("%{pattern}", "x");
    assert.throws(() => gsub(newEvent(0, { pattern: "(a" }), "text"));
    assert.equal(gsub(newEvent(0, { pattern: "t" }), "text"), "xexx");
  });
});

describe("a text as Ruby shows it", () => {
  const cases: readonly [string, string][] = [
    ["plain ä €", '"plain ä €"'],
    ['"\\', '"\\"\\\\"'],
    ["\n\t\r\x07\x1b", '"\\n\\t\\r\\a\\e"'],
    ["\0\x7f", '"\\x00\\x7F"'],
    ["\u0085\u2028", '"\\u0085\\u2028"'],
    ["#{a} #$b #@c #d", '"\\#{a} \\#$b \\#@c #d"'],
  ];
  for (const [text, expected] of cases) it(expected, () => assert.equal(rubyInspect(text), expected));
});
