import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const ANTLER: string = join(import.meta.dirname, "..", "..", "..", "bin", "antler.js");

describe("antler check", function () {
  this.timeout(20_000);

  it("says which filters keep state, as a start does", () => {
    const folder = mkdtempSync(join(tmpdir(), "antler-check-"));
    try {
      const path = join(folder, "x.conf");
      writeFileSync(path, 'input { stdin { } } filter { throttle { key => "%{host}" } } output { stdout { } }');
      const { stdout, status } = spawnSync(process.execPath, [ANTLER, "check", path], { encoding: "utf8" });
      assert.equal(
        stdout,
        "1 file: nothing found\nnote: throttle#1: state is kept, so their events go through one worker, in order\n",
      );
      assert.equal(status, 0);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
