import assert from "node:assert/strict";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { DiagnosticCollector } from "../../src/diagnostics/diagnostic.ts";
import { renderDiagnostics } from "../../src/diagnostics/render.ts";
import { parseConfiguration } from "../../src/language/conf-parser.ts";

/** NAME.conf and what is said of it in NAME.txt. UPDATE_GOLDEN=1 writes the latter anew. */
const FOLDER = join(process.cwd(), "test", "golden", "diagnostics");

describe("conf: findings as they are shown", () => {
  const names = readdirSync(FOLDER).filter((name) => name.endsWith(".conf"));
  for (const name of names) {
    it(name, () => {
      const found = new DiagnosticCollector();
      parseConfiguration([{ name, text: readFileSync(join(FOLDER, name), "utf8") }], found);
      const shown = renderDiagnostics(found.sorted());
      const golden = join(FOLDER, name.replace(/\.conf$/, ".txt"));
      if (process.env["UPDATE_GOLDEN"] === "1") writeFileSync(golden, shown);
      assert.equal(shown, readFileSync(golden, "utf8"));
    });
  }

  it("has cases, and no text without one", () => {
    const texts = readdirSync(FOLDER).filter((name) => name.endsWith(".txt"));
    assert.deepEqual(
      texts.map((name) => name.replace(/txt$/, "conf")),
      names,
    );
    assert.ok(names.length > 0);
  });
});
