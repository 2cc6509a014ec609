import assert from "node:assert/strict";
import type { Diagnostic } from "../../src/diagnostics/diagnostic.ts";
import { renderDiagnostic, renderDiagnostics } from "../../src/diagnostics/render.ts";

/** The finding about the part of `text` between « and ». */
function at(text: string, more: Partial<Diagnostic> = {}): Diagnostic {
  const start = text.indexOf("«");
  const end = text.indexOf("»") - 1;
  const source = { name: "a.conf", text: text.replace(/[«»]/g, "") };
  return { code: "CONF001", severity: "error", message: "no", span: { source, start, end }, ...more };
}

/** The rendering without its first three lines. */
const body = (diagnostic: Diagnostic): string[] => renderDiagnostic(diagnostic).trimEnd().split("\n").slice(3);

describe("rendering of findings", () => {
  it("has the shape of the design", () => {
    const text = `${"\n".repeat(7)}      tag_on_failur => ["oops"]\n`;
    const start = text.indexOf("tag");
    const rendered = renderDiagnostic({
      code: "CONF012",
      severity: "error",
      message: 'unknown option "tag_on_failur" for filter "grok"',
      span: { source: { name: "pipelines/nginx.access/pipeline.conf", text }, start, end: start + 13 },
      label: "grok has no such option",
      help: 'did you mean "tag_on_failure"?',
      notes: ["one more thing"],
    });
    assert.equal(
      rendered,
      [
        'error[CONF012]: unknown option "tag_on_failur" for filter "grok"',
        "  --> pipelines/nginx.access/pipeline.conf:8:7",
        "   |",
        ' 8 |       tag_on_failur => ["oops"]',
        "   |       ^^^^^^^^^^^^^ grok has no such option",
        '   = help: did you mean "tag_on_failure"?',
        "   = note: one more thing",
        "",
      ].join("\n"),
    );
  });

  it("without a place: message and help only", () => {
    const rendered = renderDiagnostic({ code: "CONF020", severity: "warning", message: "no file", help: "make one" });
    assert.equal(rendered, "warning[CONF020]: no file\n  = help: make one\n");
  });

  it("keeps tabs under tabs", () => {
    assert.deepEqual(body(at("\ta\t«b\tc»\td")), [" 1 | \ta\tb\tc\td", "   | \t \t^^^"]);
  });

  it("makes room for the line's number", () => {
    assert.deepEqual(
      renderDiagnostic(at(`${"\n".repeat(99)}«x»`))
        .split("\n")
        .slice(1, 5),
      ["    --> a.conf:100:1", "     |", " 100 | x", "     | ^"],
    );
  });

  it("an empty place has one caret, also at the end of the text", () => {
    assert.deepEqual(body(at("ab«»cd")), [" 1 | abcd", "   |   ^"]);
    assert.deepEqual(body(at("ab«»")), [" 1 | ab", "   |   ^"]);
    assert.deepEqual(body(at("ab\n«»")), [" 2 |", "   | ^"]);
    assert.deepEqual(body(at("«»")), [" 1 |", "   | ^"]);
  });

  it("a place that ends with its line is on that line", () => {
    assert.deepEqual(body(at("a «b\n»c")), [" 1 | a b", "   |   ^"]);
  });

  it("over two lines", () => {
    assert.deepEqual(body(at("a «b c\n  d» e", { label: "here" })), [
      " 1 | a b c",
      "   |   ^^^",
      " 2 |   d e",
      "   |   ^ here",
    ]);
  });

  it("over many lines: the first and the last", () => {
    assert.deepEqual(body(at(`\n\n a «{\n${"x\n".repeat(8)} }» e`, { label: "here" })), [
      "  3 |  a {",
      "    |    ^",
      "...",
      " 12 |  } e",
      "    |  ^ here",
    ]);
  });

  it("Windows' line ends do not show", () => {
    assert.deepEqual(body(at("a «b»\r\nc")), [" 1 | a b", "   |   ^"]);
  });

  it("cuts a long line around the place", () => {
    const [line = "", marks = ""] = body(at(`${"a".repeat(500)}«bcd»${"e".repeat(500)}`));
    assert.equal(line, ` 1 | …${"a".repeat(40)}bcd${"e".repeat(77)}…`);
    assert.equal(marks, `   | ${" ".repeat(41)}^^^`);
    const [first = "", under = ""] = body(at(`«bcd»${"e".repeat(500)}`));
    assert.equal(first, ` 1 | bcd${"e".repeat(117)}…`);
    assert.equal(under, "   | ^^^");
    const [last = "", below = ""] = body(at(`${"a".repeat(500)}«»`));
    assert.equal(last, ` 1 | …${"a".repeat(120)}`);
    assert.equal(below, `   | ${" ".repeat(121)}^`);
  });

  it("marks of a place that is longer than what is shown end with it", () => {
    const [line = "", marks = ""] = body(at(`a«${"b".repeat(1000)}»`));
    assert.equal(line, ` 1 | a${"b".repeat(119)}…`);
    assert.equal(marks, `   |  ${"^".repeat(119)}`);
  });

  it("lets no control character through", () => {
    const rendered = renderDiagnostic(at("a\u001b[31m\u0000«b»\u007f\u202e", { message: "x\u001b]0;y\u0007\n" }));
    assert.equal(rendered, "error[CONF001]: x␛]0;y␇␊\n  --> a.conf:1:8\n   |\n 1 | a␛[31m␀b␡�\n   |        ^\n");
  });

  it("colours when asked, and only then", () => {
    const diagnostic = at("a «b»", { label: "l", help: "h" });
    const coloured = renderDiagnostic(diagnostic, { color: true });
    assert.match(coloured, /\u001b\[1;31merror\[CONF001\]\u001b\[0m: no/);
    assert.equal(coloured.replace(/\u001b\[[\d;]*m/g, ""), renderDiagnostic(diagnostic));
    assert.ok(!renderDiagnostic(diagnostic).includes("\u001b"));
  });

  it("several: a blank line between, and a count", () => {
    const warning = at("«a»", { severity: "warning" });
    const error = at("«a»");
    assert.equal(renderDiagnostics([]), "");
    assert.equal(renderDiagnostics([error]), `${renderDiagnostic(error)}\n1 error\n`);
    assert.equal(
      renderDiagnostics([error, warning, warning]),
      `${renderDiagnostic(error)}\n${renderDiagnostic(warning)}\n${renderDiagnostic(warning)}\n1 error, 2 warnings\n`,
    );
    assert.equal(
      renderDiagnostics([error, error, warning], { limit: 1 }),
      `${renderDiagnostic(error)}\n2 errors, 1 warning, the first 1 shown\n`,
    );
  });
});
