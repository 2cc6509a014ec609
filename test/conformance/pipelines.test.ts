import assert from "node:assert/strict";
import { join } from "node:path";
import { runAntler } from "../support/run-antler.ts";

const PIPELINES: string = join(import.meta.dirname, "..", "..", "..", "pipelines");

describe("the pipelines that come with Antler", function () {
  this.timeout(60_000);

  it("each have tests, and give what these expect", async () => {
    const { code, stdout, stderr } = await runAntler(["test", "--json", PIPELINES]);
    assert.equal(stderr, "");
    const report = JSON.parse(stdout) as { untested: string[]; tests: { status: string }[] };
    assert.deepEqual(
      report.tests.filter(({ status }) => status !== "passed"),
      [],
    );
    assert.deepEqual(report.untested, []);
    assert.equal(code, 0);
  });
});
