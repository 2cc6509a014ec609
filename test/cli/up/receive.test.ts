import assert from "node:assert/strict";
import { readPipelineFolder, SHIPPED_PIPELINES } from "../../../src/cli/pipeline-folder.ts";
import { type ReadingPlan, upDefinitions } from "../../../src/cli/up/receive.ts";
import { DiagnosticCollector } from "../../../src/diagnostics/diagnostic.ts";
import { resolveGroup } from "../../../src/pipeline/compile/resolve-group.ts";

describe("the pipelines that antler up makes", () => {
  const none: ReadingPlan = { paths: [], stdin: false, journal: false };
  const faults = (plan: ReadingPlan, store: string): string[] => {
    const found = new DiagnosticCollector();
    resolveGroup([...readPipelineFolder(SHIPPED_PIPELINES), ...upDefinitions(plan, store)], found, "start");
    return found.sorted().map(({ message }) => message);
  };

  for (const path of [
    "/var/log/syslog",
    "/a b/c.log",
    '/it\'s/"quoted".log',
    "/back\\slash\\n.log",
    "/line\nend.log",
    "/a#b => { } ] , $x %{y}.log",
    "/注文.log",
  ]) {
    it(`take ${JSON.stringify(path)} as it is`, () => {
      assert.deepEqual(faults({ ...none, paths: [path] }, path), []);
    });
  }

  it("read standard input and the journal", () => {
    assert.deepEqual(faults({ paths: [], stdin: true, journal: true }, "/store"), []);
  });
});
