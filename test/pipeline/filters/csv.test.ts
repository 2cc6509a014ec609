import assert from "node:assert/strict";
import type { StoredTree } from "../../../src/event/value.ts";
import { csv } from "../../../src/pipeline/filters/csv.ts";
import { runFilters } from "../../support/run-filters.ts";
import { outcome, problemsOf } from "./support.ts";

function rows(options: string, ...texts: string[]): unknown[] {
  return runFilters(`filter { csv { remove_field => "message" ${options} } }`, texts).map((event) => {
    const { "@timestamp": _time, ...rest } = event.toObject();
    return rest;
  });
}

describe("csv filter", () => {
  const tagged = (tag: string): object => ({ tags: [tag] });
  const lines: [string, string, string, object][] = [
    ["names for columns without", 'columns => ["a"]', "1,2", { a: "1", column2: "2" }],
    ["columns with names alone", 'columns => ["a"] autogenerate_column_names => false', "1,2", { a: "1" }],
    ["empty fields as null, empty quotes as a text", "", '1,,""', { column1: "1", column2: null, column3: "" }],
    ["no empty fields when told", "skip_empty_columns => true", '1,,""', { column1: "1" }],
    ["quotes, doubled and with a line break", "", '"a ""b""\nc",2', { column1: 'a "b"\nc', column2: "2" }],
    ["a line's end of Windows", "", "1,2\r", { column1: "1", column2: "2" }],
    ["the first line alone", "", "1,2\n3,4", { column1: "1", column2: "2" }],
    [
      "other quotes and separators",
      `quote_char => "'" separator => "||"`,
      "'a||b'||c",
      { column1: "a||b", column2: "c" },
    ],
    ["no quotes", 'quote_char => "\\x00"', '1"2,"3"', { column1: '1"2', column2: '"3"' }],
    [
      "below a target, with names that are references",
      'target => "t" columns => ["[a][b]"]',
      "1",
      { t: { a: { b: "1" } } },
    ],
    [
      "types",
      'columns => ["i","f","d","t","b","x"] convert => { "i" => "integer" "f" => "float" "d" => "date" "t" => "date_time" "b" => "boolean" "x" => "integer" }',
      "1_000,1e3,2026-01-02,2026-01-02 03:04:05, TRUE,no",
      { i: 1000, f: 1000, d: "2026-01-02T00:00:00.000Z", t: "2026-01-02T03:04:05.000Z", b: true, x: "no" },
    ],
  ];
  for (const [name, options, text, expected] of lines)
    it(`reads ${name}`, () =>
      assert.deepEqual(outcome(`csv { ${options} remove_field => "message" }`, text), expected));

  for (const text of ['"open', '1,2"3', '"1" ,2', ""])
    it(`fails at ${JSON.stringify(text)}`, () => {
      assert.deepEqual(outcome("csv { }", text), { message: text, ...tagged("_csvparsefailure") });
    });

  for (const value of [5, ["1,2"], { a: 1 }])
    it(`fails at what is no text: ${JSON.stringify(value)}`, () => {
      const given = { message: value } as StoredTree;
      assert.deepEqual(outcome("csv { }", given), { ...given, ...tagged("_csvparsefailure") });
    });

  it("tags an empty row otherwise when told", () => {
    assert.deepEqual(outcome("csv { skip_empty_rows => true }", ""), {
      message: "",
      ...tagged("_csvskippedemptyfield"),
    });
  });

  it("takes the names from the first row, which ends there", () => {
    assert.deepEqual(rows("autodetect_column_names => true", "a,b", "1,2,3"), [{ a: "1", b: "2", column3: "3" }]);
  });

  it("leaves a column without a name out when told, also of a header", () => {
    const options = "autodetect_column_names => true autogenerate_column_names => false";
    assert.deepEqual(rows(options, "a,,c", "1,2,3"), [{ a: "1", c: "3" }]);
  });

  it("drops rows that repeat the header", () => {
    const options = "autodetect_column_names => true skip_header => true";
    assert.deepEqual(rows(options, "a,b", "1,2", "a,b"), [{ a: "1", b: "2" }]);
    assert.deepEqual(rows('columns => ["a"] skip_header => true', "a", "1", "a,b"), [
      { a: "1" },
      { a: "a", column2: "b" },
    ]);
  });

  it("goes on with a header that no field can have", () => {
    assert.deepEqual(rows("autodetect_column_names => true", "a,[b", "1,2"), [{ a: "1" }]);
  });

  it("keeps state only with names from the data", () => {
    assert.equal(csv.stateful?.({ autodetect_column_names: true } as never), true);
    assert.equal(csv.stateful?.({ autodetect_column_names: false } as never), false);
  });

  it("says what is wrong with its options", () => {
    assert.deepEqual(
      problemsOf(csv, { convert: { a: "int" } }).map(({ option }) => option),
      ["convert"],
    );
    assert.deepEqual(
      problemsOf(csv, { separator: "" }).map(({ option }) => option),
      ["separator"],
    );
  });
});
