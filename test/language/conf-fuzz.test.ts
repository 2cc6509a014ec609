import assert from "node:assert/strict";
import fc from "fast-check";
import { DiagnosticCollector } from "../../src/diagnostics/diagnostic.ts";
import { renderDiagnostics } from "../../src/diagnostics/render.ts";
import { parseConfiguration } from "../../src/language/conf-parser.ts";
import { parse } from "./conf-outline.ts";

const VALID = `# a pipeline
input {
  beats { port => 5044 ssl_enabled => true codec => json { charset => "UTF-8" } }
}
filter {
  if [type] == "web" and ([a][b] in ["x", "y"] or "z" not in [tags]) {
    grok {
      match => { "message" => "%{IP:[source][ip]} \\"%{WORD}\\"" }
      add_tag => ["a", 'it''s', -1.5]
    }
  } else if ![x] or [y] !~ /^a\\/b{2}$/ {
    mutate { add_field => { "k" => "\${V:d}" "l" => [ { "m" => 1 } ] } }
  } else { drop { } }
}
output { stdout { codec => rubydebug } }
`.replace("'it''s'", "'its'");

/** Pieces that turn a text over. */
const PIECES = [
  "{",
  "}",
  "[",
  "]",
  "(",
  ")",
  '"',
  "'",
  "/",
  "\\",
  "#",
  "=>",
  "=",
  ",",
  "!",
  "\n",
  "\r\n",
  " ",
  "if ",
  "else",
  " and ",
  "in",
  "filter {",
  "x",
  "0",
  "-",
  "\0",
  "\ufeff",
  "é",
  "\ud800",
  "😀",
  "${",
];

const edit = fc.record({
  at: fc.nat(VALID.length),
  removed: fc.oneof(fc.constant(0), fc.nat(3), fc.nat(200)),
  added: fc.oneof(fc.constant(""), fc.constantFrom(...PIECES), fc.string({ maxLength: 8 })),
});

function mutated(edits: readonly { at: number; removed: number; added: string }[]): string {
  let text = VALID;
  for (const { at, removed, added } of edits) text = text.slice(0, at) + added + text.slice(at + removed);
  return text;
}

function check(text: string): void {
  const found = new DiagnosticCollector();
  const { sections } = parseConfiguration([{ name: "x.conf", text }], found);
  for (const { span } of found.sorted()) {
    assert.ok(span !== undefined && span.start >= 0 && span.start <= span.end && span.end <= text.length);
  }
  for (const { span } of sections) assert.ok(span.start < span.end && span.end <= text.length);
  assert.ok(found.errors <= 101);
  renderDiagnostics(found.sorted());
}

describe("conf: any text", () => {
  it("the text to begin with is valid", () => {
    assert.deepEqual(parse(VALID).findings, []);
  });

  it("a changed text is parsed or explained, and never throws", () => {
    fc.assert(
      fc.property(fc.array(edit, { minLength: 1, maxLength: 6 }), (edits) => check(mutated(edits))),
      { numRuns: 3000 },
    );
  });

  it("so is a heap of pieces", () => {
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom(...PIECES, "a", "bb => ", '"t"', "a { ", "if [a] { "), { maxLength: 80 }),
        (pieces) => check(pieces.join("")),
      ),
      { numRuns: 3000 },
    );
  });

  it("every beginning of a valid text, and every text with one character less", () => {
    for (let at = 0; at < VALID.length; at++) {
      check(VALID.slice(0, at));
      check(VALID.slice(0, at) + VALID.slice(at + 1));
    }
  });

  it("an error hides no other one in a later section", () => {
    // Whatever single change breaks the first section, the missing arrow in the second one is found.
    const first = 'filter {\n  if [a] == "b" {\n    grok { match => { "a" => ["b", "c"] } }\n  }\n}\n';
    for (let at = 0; at < first.length; at++) {
      for (const piece of ["", ...PIECES]) {
        const broken = `${first.slice(0, at) + piece + first.slice(at + (piece === "" ? 1 : 0))}output { x { y z } }`;
        const { findings } = parse(broken);
        assert.ok(
          findings.some((line) => line.endsWith('expected "=>" after option "y", found "z"')),
          `${broken}\n${findings.join("\n")}`,
        );
      }
    }
  });
});
