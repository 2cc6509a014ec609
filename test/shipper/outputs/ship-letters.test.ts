import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { realSegmentFileSystem } from "../../../src/segments/filesystem.ts";
import { ShipLetters, shipLettersFolder } from "../../../src/shipper/outputs/ship-letters.ts";
import { ManualClock, until } from "../../lumberjack/support.ts";
import { runAntler } from "../../support/run-antler.ts";
import { numbered } from "../windows.ts";
import { testEnvironment } from "./environment.ts";

const REFUSED = [
  { index: 1, code: "document_parsing_exception", reason: "failed to parse field [status]" },
  { index: 3, code: "document_parsing_exception", reason: "failed to parse field [status]" },
];

describe("the shipper's dead letters", function () {
  this.timeout(20_000);
  let data: string;
  let folder: string;
  beforeEach(async () => {
    data = await mkdtemp(join(tmpdir(), "antler-letters-"));
    folder = join(data, "ship", "filebeat");
  });
  afterEach(() => rm(data, { recursive: true }));

  it("can be read with antler dlq", async () => {
    const letters = new ShipLetters(folder, "elasticsearch", testEnvironment(folder));
    await letters.keep(numbered(0, 5), REFUSED);
    await letters.close();
    const found = await runAntler(["dlq", "ls", "--path.data", data]);
    assert.equal(found.code, 2);
    assert.match(found.stderr, /those of the shipper: --letters .*ship\/filebeat\/dead-letters/);
    const given = ["--letters", shipLettersFolder(folder)];
    const groups = await runAntler(["dlq", "ls", ...given]);
    assert.equal(groups.code, 0, groups.stderr);
    assert.match(groups.stdout, /2 +document_parsing_exception +elasticsearch/);
    const each = await runAntler(["dlq", "ls", "--each", "--json", ...given]);
    const [first] = each.stdout
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as { name: string });
    const shown = await runAntler(["dlq", "show", String(first?.name), ...given]);
    assert.equal(shown.code, 0, shown.stderr);
    assert.match(shown.stdout, /event 1/);
    assert.match(shown.stdout, /failed to parse field \[status\]/);
  });

  it("a disk that is full is said once, and holds the window until it takes them", async () => {
    let isFull = true;
    const clock = new ManualClock();
    const environment = testEnvironment(folder, { clock });
    const letters = new ShipLetters(folder, "elasticsearch", environment, {
      ...realSegmentFileSystem,
      append: (path) => {
        if (isFull) throw Object.assign(new Error("ENOSPC: no space left on device"), { code: "ENOSPC" });
        return realSegmentFileSystem.append(path);
      },
    });
    let done = false;
    const kept = letters.keep(numbered(0, 5), REFUSED).then(() => {
      done = true;
    });
    for (let i = 0; i < 3; i++) {
      await until(() => clock.waits.length > 0);
      assert.match(letters.trouble ?? "", /ENOSPC/);
      clock.advance(1000);
    }
    assert.equal(done, false);
    isFull = false;
    await until(() => clock.waits.length > 0 || done);
    clock.advance(1000);
    await kept;
    assert.equal(letters.trouble, undefined);
    await letters.close();
    assert.equal(environment.messages.filter((message) => message.includes("ENOSPC")).length, 1);
    const { stdout } = await runAntler(["dlq", "ls", "--json", "--letters", shipLettersFolder(folder)]);
    assert.equal((JSON.parse(stdout) as { letters: number }).letters, 2);
  });
});
