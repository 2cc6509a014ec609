import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { CATALOGUE, type CatalogueEntry, renderCatalogue } from "../../src/diagnostics/catalogue.ts";
import { DiagnosticCollector } from "../../src/diagnostics/diagnostic.ts";
import { parseConfiguration } from "../../src/language/conf-parser.ts";

const CODE = /["'`]((?:CONF|MAP|SHIP|KQL)\d{3})["'`]/g;
const entries = Object.entries(CATALOGUE) as readonly (readonly [string, CatalogueEntry])[];

function codesOf(text: string): readonly string[] {
  const found = new DiagnosticCollector();
  parseConfiguration([{ name: "example.conf", text }], found);
  return found.sorted().map(({ code }) => code);
}

describe("the catalogue", () => {
  it("has every code that the program uses", () => {
    const source = join(process.cwd(), "src");
    const used = new Set<string>();
    for (const name of readdirSync(source, { recursive: true, encoding: "utf8" })) {
      if (!name.endsWith(".ts") || name.endsWith("catalogue.ts")) continue;
      for (const [, code = ""] of readFileSync(join(source, name), "utf8").matchAll(CODE)) used.add(code);
    }
    assert.ok(used.has("CONF001") && used.has("CONF012"));
    assert.deepEqual(
      [...used].filter((code) => !Object.hasOwn(CATALOGUE, code)),
      [],
    );
  });

  for (const [code, { title, text, example }] of entries) {
    it(`${code} says what it is`, () => {
      assert.match(code, /^(CONF|MAP|SHIP|KQL)\d{3}$/);
      assert.ok(title.length > 3 && title.length < 60 && !title.endsWith("."));
      assert.match(text, /\.$/);
      assert.ok(example.length > 0);
    });
  }

  // The parser's own codes; the others need plugins or files.
  for (const code of ["CONF001", "CONF002", "CONF003", "CONF004", "CONF006", "CONF021", "CONF022"] as const) {
    it(`${code}'s example gives it first`, () => {
      const codes = codesOf(CATALOGUE[code].example);
      assert.equal(
        codes.find((found) => found !== "CONF003" || code === "CONF003"),
        code,
      );
    });
  }

  it("examples of other CONF codes are right in their syntax", () => {
    const own = ["CONF001", "CONF002", "CONF003", "CONF004", "CONF005", "CONF006", "CONF021", "CONF022"];
    for (const [code, { example }] of entries) {
      if (/^(CONF|MAP)/.test(code) && !own.includes(code)) assert.deepEqual(codesOf(example), [], code);
    }
  });

  it("as a page has every code once, as a heading", () => {
    const headings = [...renderCatalogue().matchAll(/^## (\w+): (.+)$/gm)].map(([, code, title]) => [code, title]);
    assert.deepEqual(
      headings,
      entries.map(([code, { title }]) => [code, title]),
    );
  });
});
