import assert from "node:assert/strict";
import { DEFAULT_COLUMNS, Table } from "../../../src/cli/search/table.ts";
import { textWidth } from "../../../src/cli/search/text-width.ts";
import type { Value } from "../../../src/event/value.ts";

const row = (fields: Record<string, Value>): ReadonlyMap<string, Value> => new Map(Object.entries(fields));

describe("the table", () => {
  it("has each column begin at the same cell, also behind wide characters", () => {
    const table = new Table({ columns: ["user.name", "url.path"], width: undefined, colour: false });
    const lines = table.lines([
      row({ "user.name": "注文を受け", "url.path": "/a" }),
      row({ "user.name": "bob", "url.path": "/b" }),
    ]);
    assert.deepEqual(
      lines.map((line) => textWidth(line.slice(0, line.search(/\/|url/)))),
      [12, 12, 12],
    );
  });

  it("cuts what is longer than the line or a column, and says so", () => {
    const table = new Table({ columns: ["a", "b"], width: 60, colour: false });
    const lines = table.lines([
      row({ a: "x".repeat(50), b: "y".repeat(50) }),
      row({ a: "注".repeat(30), b: "文".repeat(30) }),
    ]);
    for (const line of lines.slice(1)) {
      assert.ok(textWidth(line) === 60 || textWidth(line) === 59, line);
      assert.equal(line.match(/…/g)?.length, 2, line);
    }
  });

  it("shows the line where there is no message, lists and objects as text, and nothing for null", () => {
    const table = new Table({ columns: ["message", "tags", "more", "none"], width: undefined, colour: false });
    const [, line] = table.lines([row({ "event.original": "the line", tags: ["a", "b"], more: { c: 1 }, none: null })]);
    assert.match(line as string, /^the line {2}a, b {2}\{"c":1\}$/);
  });

  it("prints the heading once", () => {
    const table = new Table({ columns: DEFAULT_COLUMNS, width: undefined, colour: false });
    assert.equal(table.lines([row({ message: "a" })]).length, 2);
    assert.equal(table.lines([row({ message: "b" })]).length, 1);
  });

  it("paints whole lines by level", () => {
    const table = new Table({ columns: ["message"], width: 20, colour: true });
    const lines = table.lines(
      ["ERROR", "Warning", "info", "trace"].map((level) => row({ message: level, "log.level": level })),
    );
    assert.deepEqual(lines.slice(1), [
      "\u001b[31mERROR\u001b[0m",
      "\u001b[33mWarning\u001b[0m",
      "info",
      "\u001b[2mtrace\u001b[0m",
    ]);
  });
});
