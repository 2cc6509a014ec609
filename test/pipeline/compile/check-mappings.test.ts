import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { designsIn, readTemplates } from "../../../src/cli/template-files.ts";
import { DiagnosticCollector } from "../../../src/diagnostics/diagnostic.ts";
import { renderDiagnostics } from "../../../src/diagnostics/render.ts";
import { checkFieldKinds } from "../../../src/pipeline/compile/check-field-kinds.ts";
import { checkMappings, type FindDesign } from "../../../src/pipeline/compile/check-mappings.ts";
import { documentShapes } from "../../../src/pipeline/compile/produced-fields.ts";
import { resolveGroup } from "../../../src/pipeline/compile/resolve-group.ts";
import { conformanceFile } from "../../support/conformance.ts";

/** A folder a case: pipeline.conf, perhaps templates/, and what is said of them in expected.txt. UPDATE_GOLDEN=1 writes the latter anew. */
const FOLDER = join(process.cwd(), "test", "golden", "mappings");
const NOW = Date.UTC(2026, 10, 23);

function check(name: string, text: string, find: FindDesign, found: DiagnosticCollector): void {
  const definition = { id: "test", sources: [{ name, text }], ecs: "v8" as const, supportEscapes: false };
  const errors = found.errors;
  const group = resolveGroup([definition], found, "check");
  if (found.errors > errors) return;
  const shapes = documentShapes(group);
  checkFieldKinds(shapes, find, found, NOW);
  checkMappings(shapes, find, found, NOW);
}

describe("pipelines against mappings: findings as they are shown", () => {
  for (const name of readdirSync(FOLDER)) {
    it(name, () => {
      const folder = join(FOLDER, name);
      const found = new DiagnosticCollector();
      const templates = join(folder, "templates");
      const find = existsSync(templates) ? designsIn(readTemplates([templates], found)) : () => undefined;
      check("pipeline.conf", readFileSync(join(folder, "pipeline.conf"), "utf8"), find, found);
      const shown = renderDiagnostics(found.sorted()).replaceAll(`${FOLDER}/`, "");
      const golden = join(folder, "expected.txt");
      if (process.env["UPDATE_GOLDEN"] === "1") writeFileSync(golden, shown);
      assert.equal(shown, readFileSync(golden, "utf8"));
    });
  }

  it("of configurations that people have nothing is said in vain", function () {
    this.timeout(60_000);
    const corpus = conformanceFile("conf-corpus");
    if (corpus === undefined) this.skip();
    const found = new DiagnosticCollector();
    for (const name of readdirSync(corpus).filter((one) => one !== "MANIFEST.json")) {
      const own = new DiagnosticCollector();
      const text = readFileSync(join(corpus, name), "utf8");
      check(name, `${text}\ninput { stdin { } }\noutput { elasticsearch { } }`, () => undefined, own);
      for (const one of own.sorted()) if (one.code.startsWith("MAP")) found.add(one);
    }
    assert.deepEqual(found.toJSON(), []);
  });
});
