import assert from "node:assert/strict";
import { appendFile, mkdtemp, readdir, readFile, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { FileOutput as FileConfig } from "../../../src/shipper/config/config.ts";
import { FileOutput } from "../../../src/shipper/outputs/file-output.ts";
import { type OutputFiles, realOutputFiles } from "../../../src/shipper/outputs/output-files.ts";
import { ManualClock, until } from "../../lumberjack/support.ts";
import { numbered, textsOf } from "../windows.ts";
import { testEnvironment } from "./environment.ts";

describe("the shipper's file output", () => {
  let folder: string;
  let output: FileOutput | undefined;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "antler-ship-file-"));
  });
  afterEach(async () => {
    await output?.close();
    await rm(folder, { recursive: true });
  });

  function config(more: Partial<FileConfig> = {}): FileConfig {
    return {
      kind: "file",
      path: join(folder, "out"),
      filename: "filebeat",
      rotateEveryBytes: 10 << 20,
      numberOfFiles: 7,
      permissions: 0o600,
      ...more,
    };
  }

  const lines = async (name: string): Promise<string[]> =>
    (await readFile(join(folder, "out", name), "utf8")).trimEnd().split("\n");

  it("writes a line an event, in order, and goes on in the same file after a start", async () => {
    output = new FileOutput(config(), testEnvironment(folder));
    const outcomes = await Promise.all([output.send(numbered(0, 3)), output.send(numbered(3, 5))]);
    assert.deepEqual(
      outcomes.map(({ delivered }) => delivered),
      [3, 2],
    );
    await output.close();
    // What a crash left of a line.
    await appendFile(join(folder, "out", "filebeat-20261123.ndjson"), '{"half');
    output = new FileOutput(config(), testEnvironment(folder));
    await output.send(numbered(5, 6));
    assert.deepEqual(await lines("filebeat-20261123.ndjson"), textsOf(numbered(0, 6)));
    assert.equal((await stat(join(folder, "out", "filebeat-20261123.ndjson"))).mode & 0o777, 0o600);
  });

  it("rotates by size and keeps so many files", async () => {
    output = new FileOutput(config({ rotateEveryBytes: 300, numberOfFiles: 3 }), testEnvironment(folder));
    for (let i = 0; i < 12; i++) await output.send(numbered(i * 2, i * 2 + 2));
    await output.close();
    const names = (await readdir(join(folder, "out"))).sort();
    assert.deepEqual(names, [
      "filebeat-20261123-10.ndjson",
      "filebeat-20261123-11.ndjson",
      "filebeat-20261123-9.ndjson",
    ]);
    assert.deepEqual(await lines("filebeat-20261123-11.ndjson"), textsOf(numbered(22, 24)));
  });

  it("a disk that is full holds windows up, said once, and leaves no half line", async () => {
    let room = 500;
    const files: OutputFiles = {
      ...realOutputFiles,
      async open(path, permissions) {
        const file = await realOutputFiles.open(path, permissions);
        return {
          get size() {
            return file.size;
          },
          async write(bytes) {
            await file.write(bytes.subarray(0, room));
            if (bytes.length > room)
              throw Object.assign(new Error("ENOSPC: no space left on device"), { code: "ENOSPC" });
            room -= bytes.length;
          },
          sync: () => file.sync(),
          truncate: (size) => file.truncate(size),
          close: () => file.close(),
        };
      },
    };
    const clock = new ManualClock();
    const environment = testEnvironment(folder, { clock });
    output = new FileOutput(config(), environment, files);
    await output.send(numbered(0, 2));
    let done = false;
    const waiting = output.send(numbered(2, 6)).then(() => {
      done = true;
    });
    for (let i = 0; i < 3; i++) {
      await until(() => clock.waits.length > 0);
      assert.match(output.trouble ?? "", /ENOSPC/);
      assert.deepEqual(await lines("filebeat-20261123.ndjson"), textsOf(numbered(0, 2)));
      clock.advance(1000);
    }
    assert.equal(done, false);
    await until(() => clock.waits.length > 0);
    room = 10_000;
    clock.advance(1000);
    await waiting;
    assert.equal(output.trouble, undefined);
    assert.deepEqual(await lines("filebeat-20261123.ndjson"), textsOf(numbered(0, 6)));
    assert.equal(environment.messages.filter((message) => message.includes("ENOSPC")).length, 1);
  });

  it("leaves files alone that are not its own", async () => {
    await realOutputFiles.makeFolder(join(folder, "out"));
    await appendFile(join(folder, "out", "filebeat-other.ndjson"), "x");
    await appendFile(join(folder, "out", "filebeat-20260101.ndjson.gz"), "x");
    output = new FileOutput(config({ rotateEveryBytes: 10, numberOfFiles: 1 }), testEnvironment(folder));
    for (let i = 0; i < 3; i++) await output.send(numbered(i, i + 1));
    await output.close();
    assert.deepEqual((await readdir(join(folder, "out"))).sort(), [
      "filebeat-20260101.ndjson.gz",
      "filebeat-20261123-2.ndjson",
      "filebeat-other.ndjson",
    ]);
  });
});
