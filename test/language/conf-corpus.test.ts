import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { DiagnosticCollector } from "../../src/diagnostics/diagnostic.ts";
import { renderDiagnostics } from "../../src/diagnostics/render.ts";
import { parseConfiguration } from "../../src/language/conf-parser.ts";

/** Real configurations that Logstash parses; beside the repository, never in it. */
const CORPUS = join(process.cwd(), "..", "shared", "conformance", "conf-corpus");
const names = existsSync(CORPUS) ? readdirSync(CORPUS).filter((name) => name !== "MANIFEST.json") : [];

describe("conf: real configurations", () => {
  if (names.length === 0) it.skip(`there is no corpus: ${CORPUS}`);
  for (const name of names) {
    it(name, () => {
      const found = new DiagnosticCollector();
      const { sections } = parseConfiguration([{ name, text: readFileSync(join(CORPUS, name), "utf8") }], found);
      assert.equal(renderDiagnostics(found.sorted()), "");
      assert.ok(sections.length > 0);
    });
  }
});
