import assert from "node:assert/strict";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { FolderInUse } from "../../../src/segments/folder-lock.ts";
import { openSender } from "../../../src/shipper/spool/open-sender.ts";
import { Spool } from "../../../src/shipper/spool/spool.ts";
import { logstashConfig, testEnvironment } from "../outputs/environment.ts";
import { numbered, textsOf } from "../windows.ts";

describe("opening what a shipper sends with", () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "antler-sender-"));
  });
  afterEach(() => rm(folder, { recursive: true }));

  it("a spool that was turned off is sent first, to the output that there is now; one owner at a time", async () => {
    const environment = testEnvironment(folder);
    const nobody = logstashConfig([{ host: "127.0.0.1", port: 1 }]);
    const spool = { path: undefined, maxBytes: 10 << 20, segmentBytes: 1 << 20 };
    const first = await openSender({ output: nobody, spool }, environment);
    assert.ok(first.spool instanceof Spool);
    await assert.rejects(openSender({ output: nobody, spool }, environment), FolderInUse);
    const outcome = await first.sender.send(numbered(0, 5));
    assert.equal(outcome.spooled, 5);
    await first.sender.close();

    const output = {
      kind: "file",
      path: join(folder, "out"),
      filename: "f",
      rotateEveryBytes: 1 << 20,
      numberOfFiles: 2,
      permissions: 0o600,
    } as const;
    const second = await openSender({ output, spool: undefined }, environment);
    const sent = await second.sender.send(numbered(5, 7));
    while ((second.spool?.held.events ?? 0) > 0) await sleep(5);
    assert.equal((sent.spooled ?? 0) + sent.delivered, 2);
    await second.sender.close();
    const lines = (await readFile(join(folder, "out", "f-20261123.ndjson"), "utf8")).trimEnd().split("\n");
    assert.deepEqual(lines, textsOf(numbered(0, 7)));

    const third = await openSender({ output, spool: undefined }, environment);
    assert.equal(third.spool, undefined);
    await third.sender.close();
  });
});
