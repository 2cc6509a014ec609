import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { DiagnosticCollector } from "../../src/diagnostics/diagnostic.ts";
import type { Configuration } from "../../src/language/conf-ast.ts";
import { parseConfiguration } from "../../src/language/conf-parser.ts";
import { printConfiguration } from "../../src/language/conf-printer.ts";
import { resolvePipeline } from "../../src/pipeline/compile/resolve.ts";
import { pluginNames } from "../../src/pipeline/plugins.ts";
import { conformanceFile } from "../support/conformance.ts";

function read(text: string): { tree: Configuration; errors: number } {
  const found = new DiagnosticCollector();
  const tree = parseConfiguration([{ name: "x.conf", text }], found);
  return { tree, errors: found.errors };
}

/** A tree without the places of its nodes. */
function shape(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(shape);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, item]) => (/[sS]pan$/.test(key) ? [] : [[key, shape(item)]])),
  );
}

function assertPrintsItself(text: string): void {
  const { tree } = read(text);
  const printed = printConfiguration(tree);
  const again = read(printed);
  assert.equal(again.errors, 0, printed);
  assert.deepEqual(shape(again.tree), shape(tree), printed);
  assert.equal(printConfiguration(again.tree), printed);
}

// Texts of configurations, built from the grammar.

const word = fc
  .stringMatching(/^[a-z][a-z0-9_]{1,8}$/)
  .filter((name) => !["if", "else", "in", "not", "and", "or", "xor", "nand"].includes(name));
const text = fc.oneof(
  fc.string({ maxLength: 12 }).map((raw) => `"${raw.replace(/["\\]/g, "")}"`),
  fc.string({ maxLength: 12 }).map((raw) => `'${raw.replace(/['\\]/g, "")}'`),
  fc.constantFrom('"a \\" b"', '"%{[a][b]} ${V:x}"', '"\\\\d+\\t"', "'it is \"so\"'"),
);
const number = fc.oneof(fc.integer().map(String), fc.constantFrom("0.5", "-1.25", "007"));
const selector = fc
  .array(word, { minLength: 1, maxLength: 3 })
  .map((names) => names.map((name) => `[${name}]`).join(""));
const space = fc.constantFrom(" ", "\n", "\t", " # remark\n", "  ");

const { value } = fc.letrec<{ value: string; array: string; hash: string; plugin: string }>((tie) => ({
  value: fc.oneof({ maxDepth: 3 }, text, number, word, tie("array"), tie("hash"), tie("plugin")),
  array: fc.array(tie("value"), { maxLength: 3 }).map((items) => `[${items.join(" , ")}]`),
  hash: fc
    .array(fc.tuple(fc.oneof(text, word, number), tie("value")), { maxLength: 3 })
    .map((entries) => `{ ${entries.map(([key, item]) => `${key} => ${item}`).join(" ")} }`),
  plugin: fc
    .tuple(word, fc.array(fc.tuple(word, tie("value")), { maxLength: 2 }))
    .map(([name, settings]) => `${name} { ${settings.map(([key, item]) => `${key} => ${item}`).join(" ")} }`),
}));

const term = fc.oneof(selector, text, number);
const comparison = fc.oneof(
  fc.tuple(term, fc.constantFrom("==", "!=", "<", ">", "<=", ">="), term).map((parts) => parts.join(" ")),
  fc
    .tuple(
      term,
      fc.constantFrom("in", "not in"),
      fc.oneof(
        selector,
        text,
        fc.array(fc.oneof(text, number), { minLength: 1, maxLength: 3 }).map((items) => `[${items.join(", ")}]`),
      ),
    )
    .map((parts) => parts.join(" ")),
  fc
    .tuple(selector, fc.constantFrom("=~", "!~"), fc.constantFrom("/^a/", "/a\\/b/", '"x+"'))
    .map((parts) => parts.join(" ")),
  selector,
);
const { condition } = fc.letrec<{ condition: string }>((tie) => ({
  condition: fc.oneof(
    { maxDepth: 4 },
    comparison,
    fc.tuple(tie("condition"), fc.constantFrom("and", "or"), tie("condition")).map((parts) => parts.join(" ")),
    fc
      .tuple(tie("condition"), fc.constantFrom("xor", "nand"), tie("condition"))
      .map(([a, operator, b]) => `(${a}) ${operator} (${b})`),
    tie("condition").map((inner) => `!(${inner})`),
    tie("condition").map((inner) => `( ${inner} )`),
  ),
}));

const filterName = fc.oneof(word, fc.constantFrom(...pluginNames("filter")));
const { statements } = fc.letrec<{ statements: string; plugin: string; choice: string }>((tie) => ({
  statements: fc
    .tuple(fc.array(fc.oneof({ maxDepth: 3 }, tie("plugin"), tie("choice")), { maxLength: 3 }), space)
    .map(([list, gap]) => list.join(gap)),
  plugin: fc
    .tuple(filterName, fc.array(fc.tuple(word, value), { maxLength: 3 }), space)
    .map(
      ([name, settings, gap]) =>
        `${name} {${gap}${settings.map(([key, item]) => `${key} => ${item}`).join(gap)}${gap}}`,
    ),
  choice: fc
    .tuple(
      condition,
      tie("statements"),
      fc.option(fc.tuple(condition, tie("statements"))),
      fc.option(tie("statements")),
    )
    .map(([first, then, other, last]) =>
      [
        `if ${first} { ${then} }`,
        ...(other === null ? [] : [`else if ${other[0]} { ${other[1]} }`]),
        ...(last === null ? [] : [`else { ${last} }`]),
      ].join(" "),
    ),
}));

const configuration = fc
  .tuple(statements, statements)
  .map(([filters, outputs]) => `input { stdin { } }\nfilter { ${filters} }\noutput { ${outputs} }\n`);

describe("a configuration printed", () => {
  it("reads as the same tree: configurations made from the grammar", () => {
    fc.assert(
      fc.property(configuration, (text) => {
        assert.equal(read(text).errors, 0, text);
        assertPrintsItself(text);
      }),
      { numRuns: 300 },
    );
  });

  it("reads as the same tree: configurations that people have", function () {
    this.timeout(60_000);
    const folder = conformanceFile("conf-corpus");
    if (folder === undefined) this.skip();
    for (const name of readdirSync(folder))
      if (name.endsWith(".conf")) assertPrintsItself(readFileSync(join(folder, name), "utf8"));
  });

  it("can be checked, whatever it is", function () {
    this.timeout(60_000);
    fc.assert(
      fc.property(configuration, (text) => {
        const found = new DiagnosticCollector();
        resolvePipeline(
          { id: "x", sources: [{ name: "x.conf", text }], ecs: "v8", supportEscapes: false },
          found,
          "check",
        );
        for (const { span } of found.sorted()) assert.ok(span !== undefined && span.end <= text.length);
      }),
      { numRuns: 300 },
    );
  });

  it("random bytes never end a check", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
        const text = Buffer.from(bytes).toString("utf8");
        resolvePipeline(
          { id: "x", sources: [{ name: "x.conf", text }], ecs: "v8", supportEscapes: false },
          new DiagnosticCollector(),
          "check",
        );
      }),
      { numRuns: 500 },
    );
  });
});
