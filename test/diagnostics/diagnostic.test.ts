import assert from "node:assert/strict";
import fc from "fast-check";
import { LineCounter, parseDocument } from "yaml";
import { DiagnosticCollector } from "../../src/diagnostics/diagnostic.ts";
import { lineColumn, lineText } from "../../src/diagnostics/source.ts";

const source = (name: string, text: string): { name: string; text: string } => ({ name, text });

describe("places", () => {
  it("line and column of any offset are those that counting gives", () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom("a", "\n", "\r\n", "é", "😀") }), fc.nat(200), (text, wanted) => {
        const offset = Math.min(wanted, text.length);
        const before = text.slice(0, offset).split("\n");
        const place = lineColumn(source("x", text), offset);
        assert.deepEqual(place, { line: before.length, column: (before.at(-1) as string).length + 1 });
        assert.equal(lineText(source("x", text), place.line), text.split("\n")[place.line - 1]?.replace(/\r$/, ""));
      }),
    );
  });

  it("beyond the text is its end; a byte order mark has no column", () => {
    assert.deepEqual(lineColumn(source("x", "a\nbc"), 99), { line: 2, column: 3 });
    assert.deepEqual(lineColumn(source("x", "\ufeffab"), 2), { line: 1, column: 2 });
    assert.equal(lineText(source("x", "\ufeffab"), 1), "ab");
  });

  it("are those of YAML's own parser", () => {
    const text = "# settings\noutput.logstash:\n  hosts: [a, b]\n  sl: 1\n";
    const lines = new LineCounter();
    const document = parseDocument(text, { lineCounter: lines, keepSourceTokens: true });
    const wrong = (document.getIn(["output.logstash", "sl"], true) as { range: [number, number, number] }).range;
    const { line, col } = lines.linePos(wrong[0]);
    assert.deepEqual(lineColumn(source("s.yml", text), wrong[0]), { line, column: col });
    assert.deepEqual([line, col], [4, 7]);
  });
});

describe("the collector", () => {
  const a = source("a.conf", "one\ntwo");
  const b = source("b.conf", "three");

  it("sorts by file and place, those without a place first, and keeps the order of equals", () => {
    const found = new DiagnosticCollector();
    found.warning("CONF006", "4", { source: b, start: 0, end: 1 });
    found.error("CONF001", "3", { source: a, start: 5, end: 6 });
    found.error("CONF002", "1", { source: a, start: 2, end: 3 });
    found.error("CONF001", "2", { source: a, start: 2, end: 3 });
    found.error("CONF019", "0");
    assert.deepEqual(
      found.sorted().map(({ message }) => message),
      ["0", "1", "2", "3", "4"],
    );
    assert.equal(found.errors, 4);
    assert.equal(found.warnings, 1);
  });

  it("keeps the same finding at the same place once, and counts it once", () => {
    const found = new DiagnosticCollector();
    for (let i = 0; i < 3; i++) found.error("CONF001", "x", { source: a, start: 2, end: 3 });
    found.error("CONF001", "x", { source: b, start: 2, end: 3 });
    assert.equal(found.errors, 2);
    assert.equal(found.sorted().length, 2);
  });

  it("as JSON: file, and places from 1, the end excluded", () => {
    const found = new DiagnosticCollector();
    found.error("CONF012", "x", { source: a, start: 4, end: 7 }, { label: "l", help: "h", notes: ["n"] });
    found.warning("CONF020", "y");
    assert.deepEqual(JSON.parse(JSON.stringify(found)), [
      { code: "CONF020", severity: "warning", message: "y" },
      {
        code: "CONF012",
        severity: "error",
        message: "x",
        label: "l",
        help: "h",
        notes: ["n"],
        file: "a.conf",
        start: { line: 2, column: 1 },
        end: { line: 2, column: 4 },
      },
    ]);
  });
});
