import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { DiagnosticCollector } from "../../../src/diagnostics/diagnostic.ts";
import { resolvePipeline } from "../../../src/pipeline/compile/resolve.ts";
import { conformanceFile } from "../../support/conformance.ts";

describe("configurations that people have", () => {
  const folder = conformanceFile("conf-corpus");
  if (folder === undefined) {
    it.skip("the conformance folder is not beside this checkout");
    return;
  }
  const files = readdirSync(folder).filter((name) => name !== "MANIFEST.json");

  it(`${files.length} files: each is accepted, or the line is named that cannot run, and why`, function () {
    this.timeout(60_000);
    let accepted = 0;
    for (const name of files) {
      const found = new DiagnosticCollector();
      const text = readFileSync(join(folder, name), "utf8");
      resolvePipeline({ id: "corpus", sources: [{ name, text }], ecs: "v8", supportEscapes: false }, found, "check");
      const errors = found.sorted().filter(({ severity }) => severity === "error");
      if (errors.length === 0) accepted++;
      for (const { code, message, span } of errors) {
        assert.ok(span !== undefined, `${name}: ${message} has no place`);
        assert.ok(code !== "CONF001" && code !== "CONF002" && code !== "CONF003", `${name}: ${message}`);
      }
    }
    assert.ok(accepted >= 50, `only ${accepted} are accepted`);
  });
});
