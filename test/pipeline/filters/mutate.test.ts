import assert from "node:assert/strict";
import type { StoredTree } from "../../../src/event/value.ts";
import { mutate } from "../../../src/pipeline/filters/mutate.ts";
import { NOW, outcome, problemsOf } from "./support.ts";

type Row = [name: string, config: string, given: StoredTree, expected: object];

function table(rows: readonly Row[]): void {
  for (const [name, config, given, expected] of rows) {
    it(name, () => assert.deepEqual(outcome(`mutate { ${config} }`, given), expected));
  }
}

const failed = { tags: ["_mutate_error"] };

describe("mutate filter", () => {
  describe("coerce", () => {
    table([
      [
        "fills fields that are null, only those",
        'coerce => { "a" => "x" "b" => "y" "c" => "z" }',
        { a: null, b: 1 },
        { a: "x", b: 1 },
      ],
      [
        "takes values from the event",
        'coerce => { "[a][b]" => "%{n} or %{m}" }',
        { a: { b: null }, n: 1 },
        { a: { b: "1 or %{m}" }, n: 1 },
      ],
    ]);
  });

  describe("rename", () => {
    table([
      ["moves a field", 'rename => { "host" => "[host][name]" }', { host: "web-1" }, { host: { name: "web-1" } }],
      [
        "moves objects and null, replacing what is there",
        'rename => { "a" => "c" "b" => "d" }',
        { a: { x: 1 }, b: null, c: 2 },
        { c: { x: 1 }, d: null },
      ],
      ["leaves absent fields", 'rename => { "none" => "a" }', { a: 1 }, { a: 1 }],
      [
        "takes names from the event",
        'rename => { "%{from}" => "[to][%{from}]" }',
        { from: "x", x: 5 },
        { from: "x", to: { x: 5 } },
      ],
      [
        "takes and fills metadata",
        'rename => { "a" => "[@metadata][a]" } copy => { "[@metadata][a]" => "b" }',
        { a: 1 },
        { b: 1 },
      ],
      [
        "loses nothing where the new name cannot have the value",
        'rename => { "a" => "@timestamp" }',
        { a: "soon" },
        { a: "soon", ...failed },
      ],
      [
        "loses nothing where the new name is none",
        'rename => { "a" => "%{b}" }',
        { a: 1, b: "[x" },
        { a: 1, b: "[x", ...failed },
      ],
    ]);
  });

  describe("update and replace", () => {
    table([
      ["update changes what there is", 'update => { "a" => "%{b}!" "c" => "new" }', { a: 1, b: 2 }, { a: "2!", b: 2 }],
      ["update changes null too", 'update => { "a" => "x" }', { a: null }, { a: "x" }],
      [
        "replace makes fields",
        'replace => { "a" => "%{b}" "[c][d]" => "new" }',
        { b: 2 },
        { a: "2", b: 2, c: { d: "new" } },
      ],
      [
        "numbers become texts, lists stay lists",
        'replace => { "a" => 5 "b" => ["%{a}", "y"] }',
        { a: "x" },
        { a: "5", b: ["5", "y"] },
      ],
      ["the time cannot be a text", 'replace => { "@timestamp" => "2026-01-01" "a" => "x" }', {}, failed],
      ["tags cannot be an object", 'rename => { "a" => "tags" }', { a: { b: 1 } }, { a: { b: 1 }, ...failed }],
    ]);
  });

  describe("convert", () => {
    const to = (type: string): string => `convert => { "a" => "${type}" }`;
    const rows: [string, unknown, unknown][] = [
      ["integer", "512", 512],
      ["integer", " -5 ", -5],
      ["integer", "+5", 5],
      ["integer", "1,234,567.8", 1_234_567],
      ["integer", "12.99", 12],
      ["integer", "1_000", 1000],
      ["integer", "12 ms", 12],
      ["integer", "", 0],
      ["integer", "-", 0],
      ["integer", "0x1F", 31],
      ["integer", "-0x10", -16],
      ["integer", "1.5e3", 1500],
      ["integer", 3.99, 3],
      ["integer", -3.99, -3],
      ["integer", true, 1],
      ["integer", false, 0],
      ["integer", null, null],
      ["integer", ["1", null, 2.5, true], [1, null, 2, 1]],
      ["integer", { b: "1" }, { b: "1" }],
      ["integer_eu", "1.234,56", 1234],
      ["integer_eu", "1.000", 1000],
      ["float", "0.25", 0.25],
      ["float", "1,234.5", 1234.5],
      ["float", "1e-3", 0.001],
      ["float", "7", 7],
      ["float", "0x1.8p1", 3],
      ["float", true, 1],
      ["float_eu", "1.234,56", 1234.56],
      ["float_eu", "3,14", 3.14],
      ["string", 5, "5"],
      ["string", 1.5, "1.5"],
      ["string", true, "true"],
      ["string", [1, "a", null], ["1", "a", null]],
      ["string", { b: 1 }, { b: 1 }],
      ["boolean", "TRUE", true],
      ["boolean", "t", true],
      ["boolean", "Yes", true],
      ["boolean", "y", true],
      ["boolean", "1", true],
      ["boolean", 1, true],
      ["boolean", "1.0", true],
      ["boolean", "false", false],
      ["boolean", "f", false],
      ["boolean", "no", false],
      ["boolean", "n", false],
      ["boolean", 0, false],
      ["boolean", "0.0", false],
      ["boolean", "", false],
      ["boolean", "maybe", "maybe"],
      ["boolean", 2, 2],
      ["boolean", ["yes", "no", "maybe"], [true, false, "maybe"]],
    ];
    for (const [type, given, expected] of rows) {
      it(`${JSON.stringify(given)} to ${type} is ${JSON.stringify(expected)}`, () => {
        assert.deepEqual(outcome(`mutate { ${to(type)} }`, { a: given } as StoredTree), { a: expected });
      });
    }
    for (const [type, given] of [
      ["float", "long"],
      ["float", ""],
      ["float", "1.5 ms"],
      ["float", "."],
      ["integer", "none"],
      ["integer", "12 apples"],
      ["integer", "0xZZ"],
      ["integer", [[1]]],
      ["float", [{ b: 1 }]],
    ] as const) {
      it(`${JSON.stringify(given)} is no ${type}: tagged, and left as it is`, () => {
        const given_ = { a: given } as unknown as StoredTree;
        assert.deepEqual(outcome(`mutate { ${to(type)} }`, given_), { a: given, ...failed });
      });
    }
    table([
      [
        "reaches into objects and lists",
        'convert => { "[a][b]" => "integer" "[c][1]" => "float" }',
        { a: { b: "1" }, c: ["1", "2.5"] },
        { a: { b: 1 }, c: ["1", 2.5] },
      ],
      ["leaves absent fields", to("integer"), { b: "1" }, { b: "1" }],
      ["the time cannot become a text", 'convert => { "@timestamp" => "string" }', {}, failed],
    ]);
  });

  describe("gsub", () => {
    table([
      ["replaces every match", 'gsub => ["a", "[/?#]", "_"]', { a: "/x?y#z/" }, { a: "_x_y_z_" }],
      ["several, in their order", 'gsub => ["a", "b", "c", "a", "c", "d"]', { a: "abc" }, { a: "add" }],
      ["in lists, texts only", 'gsub => ["a", "x", ""]', { a: ["axb", 5, null, "x"] }, { a: ["ab", 5, null, ""] }],
      [
        "not in numbers and objects",
        'gsub => ["a", "1", "2", "b", "x", "y"]',
        { a: 1, b: { x: "x" } },
        { a: 1, b: { x: "x" } },
      ],
      [
        "groups by number and name, the whole match",
        'gsub => ["a", "(\\w+)@(?<host>\\w+)", "[\\k<host>] \\0"]',
        { a: "me@home" },
        { a: "[home] me@home" },
      ],
      ["groups by number", 'gsub => ["a", "(\\d+)-(\\d+)", "\\2-\\1-\\3"]', { a: "1-2" }, { a: "2-1-" }],
      ["a dollar is a dollar", 'gsub => ["a", "x", "$&$1"]', { a: "x" }, { a: "$&$1" }],
      ["lines have beginnings and ends, as in Ruby", 'gsub => ["a", "^#", ">"]', { a: "#1\n#2" }, { a: ">1\n>2" }],
      ["Ruby's own syntax", 'gsub => ["a", "(?i)SECRET\\h+\\z", "*"]', { a: "a secretdeadBEEF" }, { a: "a *" }],
      [
        "Ruby's \\d, \\s and \\w are ASCII",
        'gsub => ["a", "[\\d\\s]", "#", "a", "\\w", "x"]',
        { a: "é1٣\u00a0 z" },
        { a: "é#٣\u00a0#x" },
      ],
      ["groups behind possessive and atomic ones", 'gsub => ["a", "(?>a+)(b)", "<\\1>"]', { a: "aab" }, { a: "<b>" }],
      ["Ruby's classes", 'gsub => ["a", "[[:digit:]]+", "#"]', { a: "a12b3" }, { a: "a#b#" }],
      [
        "values of the event on both sides",
        'gsub => ["a", "%{b}+", "<%{c}>"]',
        { a: "axxb", b: "x", c: 1 },
        { a: "a<1>b", b: "x", c: 1 },
      ],
      [
        "a bad expression out of an event is tagged",
        'gsub => ["a", "%{b}", "x"]',
        { a: "a", b: "(" },
        { a: "a", b: "(", ...failed },
      ],
      ["beyond the basic plane", 'gsub => ["a", ".", "x"]', { a: "🙂é" }, { a: "xx" }],
    ]);
  });

  describe("case and blanks", () => {
    table([
      [
        "uppercase, lowercase, capitalize",
        'uppercase => ["a"] lowercase => ["b"] capitalize => ["c"]',
        { a: "straße", b: "ÄB", c: "éCOLE x" },
        { a: "STRASSE", b: "äb", c: "École x" },
      ],
      [
        "texts in lists, other values stay",
        'uppercase => ["a"] lowercase => ["b"]',
        { a: ["a", 1, ["b"]], b: 5 },
        { a: ["A", 1, ["b"]], b: 5 },
      ],
      [
        "strip",
        'strip => ["a", "b", "c"]',
        { a: " \t\n x y \r\n\0", b: [" a", "b "], c: "\u00a0x" },
        { a: "x y", b: ["a", "b"], c: "\u00a0x" },
      ],
      [
        "strip of a list with more than texts is an error",
        'strip => ["a"]',
        { a: [" a", 1] },
        { a: [" a", 1], ...failed },
      ],
      ["absent fields and null stay so", 'uppercase => ["a", "b"] strip => ["a", "b"]', { b: null }, { b: null }],
    ]);
  });

  describe("split and join", () => {
    table([
      ["at a text", 'split => { "a" => ", " }', { a: "x, y,z" }, { a: ["x", "y,z"] }],
      ["without empty texts at the end", 'split => { "a" => "/" }', { a: "/x//y//" }, { a: ["", "x", "", "y"] }],
      ["a blank stands for white space", 'split => { "a" => " " }', { a: "  x \t y " }, { a: ["x", "y"] }],
      ["an empty separator gives characters", 'split => { "a" => "" }', { a: "a🙂" }, { a: ["a", "🙂"] }],
      ["not what is no text", 'split => { "a" => "/" }', { a: ["x/y"] }, { a: ["x/y"] }],
      [
        "join",
        'join => { "a" => "-" "b" => "," }',
        { a: ["x", 1, null, ["y", "z"]], b: "no list" },
        { a: "x-1--y-z", b: "no list" },
      ],
      ["split comes before join", 'join => { "a" => "-" } split => { "a" => "." }', { a: "1.2.3" }, { a: "1-2-3" }],
    ]);
  });

  describe("merge and copy", () => {
    table([
      [
        "lists and single values",
        'merge => { "a" => "b" "c" => "d" }',
        { a: ["x"], b: "y", c: "v", d: ["w", "v"] },
        { a: ["x", "y"], b: "y", c: ["v", "w", "v"], d: ["w", "v"] },
      ],
      [
        "several at once, and into nothing",
        'merge => { "a" => ["b", "c"] }',
        { b: 1, c: [2, 3] },
        { a: [1, 2, 3], b: 1, c: [2, 3] },
      ],
      ["objects", 'merge => { "a" => "b" }', { a: { x: 1, y: 1 }, b: { y: 2 } }, { a: { x: 1, y: 2 }, b: { y: 2 } }],
      [
        "an object and a list do not go together",
        'merge => { "a" => "b" "c" => "b" }',
        { a: [1], b: { x: 1 } },
        { a: [1], b: { x: 1 } },
      ],
      [
        "copy",
        'copy => { "a" => "[b][c]" "none" => "d" "e" => "f" }',
        { a: { x: 1 }, e: null },
        { a: { x: 1 }, b: { c: { x: 1 } }, e: null },
      ],
      [
        "copies are independent",
        'copy => { "a" => "b" } add_field => { "[b][y]" => "2" }',
        { a: { x: 1 } },
        { a: { x: 1 }, b: { x: 1, y: "2" } },
      ],
      ["the time", 'copy => { "@timestamp" => "seen" }', {}, { seen: NOW }],
    ]);
  });

  it("works in its own order, whatever the configuration's", () => {
    const config = `copy => { "c" => "copied" } merge => { "list" => "c" } join => { "j" => "+" } split => { "j" => "," }
      strip => ["c"] lowercase => ["c"] capitalize => ["k"] uppercase => ["k"] gsub => ["c", "1", " ONE "]
      convert => { "c" => "string" } replace => { "c" => "%{b}1" } update => { "b" => "%{a2}" }
      rename => { "a" => "a2" } coerce => { "a" => "Filled" }`;
    assert.deepEqual(outcome(`mutate { ${config} }`, { a: null, b: 1, j: "x,y", k: "aBC" }), {
      a2: "Filled",
      b: "Filled",
      c: "filled one",
      copied: "filled one",
      j: "x+y",
      k: "Abc",
      list: ["filled one"],
    });
  });

  it("leaves out what comes after a failure, and the common options", () => {
    const config = 'convert => { "a" => "float" } uppercase => ["b"] add_tag => ["done"] tag_on_failure => "bad"';
    assert.deepEqual(outcome(`mutate { ${config} }`, { a: "x", b: "y" }), { a: "x", b: "y", tags: ["bad"] });
  });

  it("names what is wrong before start", () => {
    const options = (given: object): string[] => problemsOf(mutate, given).map(({ option }) => option);
    assert.deepEqual(options({ convert: { a: "integer" }, gsub: ["a", "b", "c"], rename: { "%{x}": "y" } }), []);
    assert.deepEqual(options({ convert: { a: "int" } }), ["convert"]);
    assert.deepEqual(options({ gsub: ["a", "b"] }), ["gsub"]);
    assert.deepEqual(options({ gsub: ["a", "(", "c"] }), ["gsub"]);
    assert.deepEqual(options({ rename: { "[a": "b" }, copy: { a: "b]" }, strip: ["[]"], replace: { "[a][": "x" } }), [
      "replace",
      "rename",
      "copy",
      "strip",
    ]);
  });
});
