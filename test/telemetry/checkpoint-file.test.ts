import assert from "node:assert/strict";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CheckpointFile, type CheckpointFileSystem } from "../../src/telemetry/checkpoint-file.ts";

describe("checkpoint file", () => {
  let folder: string;
  let path: string;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "antler-checkpoint-"));
    path = join(folder, "ledger.json");
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  const unexpected = (reason: string): void => assert.fail(reason);

  it("gives back what was written, and leaves nothing beside it", async () => {
    let state = { n: 1 };
    const file = new CheckpointFile(path, () => state, unexpected);
    await file.write();
    state = { n: 2 };
    await file.write();
    assert.deepEqual(await CheckpointFile.load(path, unexpected), { n: 2 });
    assert.deepEqual(readdirSync(folder), ["ledger.json"]);
  });

  it("is nothing where there is none", async () => {
    assert.equal(await CheckpointFile.load(path, unexpected), undefined);
  });

  it("passes on what else keeps it from being read", async () => {
    mkdirSync(path);
    await assert.rejects(CheckpointFile.load(path, unexpected), { code: "EISDIR" });
  });

  for (const broken of ["", '{"n":', "\0\0\0\0"]) {
    it(`sets aside what is no JSON, and says so: ${JSON.stringify(broken)}`, async () => {
      writeFileSync(path, broken);
      const complaints: string[] = [];
      assert.equal(await CheckpointFile.load(path, (reason) => complaints.push(reason)), undefined);
      assert.equal(complaints.length, 1);
      assert.equal(readFileSync(`${path}.corrupt`, "utf8"), broken);
      assert.equal(existsSync(path), false);
    });
  }

  it("keeps the last whole state when a write was cut off", async () => {
    await new CheckpointFile(path, () => ({ n: 1 }), unexpected).write();
    writeFileSync(`${path}.part`, '{"n":');
    assert.deepEqual(await CheckpointFile.load(path, unexpected), { n: 1 });
    await new CheckpointFile(path, () => ({ n: 2 }), unexpected).write();
    assert.deepEqual(await CheckpointFile.load(path, unexpected), { n: 2 });
  });

  /** A disk that records what it was given; each write waits until it is let go. */
  function slowDisk(): { files: CheckpointFileSystem; written: number[]; release: () => void } {
    const written: number[] = [];
    const waiting: (() => void)[] = [];
    const files: CheckpointFileSystem = {
      makeFolder: () => Promise.resolve(),
      read: () => Promise.reject(new Error("not read")),
      rename: () => Promise.resolve(),
      replace: (_path, text) =>
        new Promise((resolve) => {
          waiting.push(() => {
            written.push(Number(text));
            resolve();
          });
        }),
    };
    return { files, written, release: () => waiting.shift()?.() };
  }

  it("writes once for all who ask while a write is under way, with a state no older than their call", async () => {
    const { files, written, release } = slowDisk();
    let state = 0;
    const file = new CheckpointFile(path, () => state, unexpected, files);
    const ask = (): Promise<void> => {
      const own = ++state;
      return file.write().then(() => assert.ok((written.at(-1) ?? 0) >= own, `${own} is not on disk`));
    };
    const all = [ask(), ask(), ask(), ask()];
    for (let i = 0; i < 10; i++) {
      release();
      await new Promise((resolve) => setImmediate(resolve));
      if (i === 1) all.push(ask(), ask());
    }
    await Promise.all(all);
    assert.deepEqual(written, [1, 4, 5, 6]);
  });

  it("tries again while the disk fails, and complains once", async () => {
    let failures = 1;
    const complaints: string[] = [];
    const written: string[] = [];
    const files: CheckpointFileSystem = {
      ...slowDisk().files,
      replace(_path, text) {
        if (failures-- > 0) return Promise.reject(new Error("no space left on device"));
        written.push(text);
        return Promise.resolve();
      },
    };
    await new CheckpointFile(
      path,
      () => 7,
      (reason) => complaints.push(reason),
      files,
    ).write();
    assert.deepEqual(written, ["7"]);
    assert.deepEqual(complaints, [`cannot write ${path}: no space left on device`]);
  });
});
