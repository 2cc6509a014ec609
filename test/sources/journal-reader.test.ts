import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { JournalReader, type JournalReaderOptions } from "../../src/sources/journal-reader.ts";
import { FakeJournalctl } from "./fake-journalctl.ts";

const quick = { firstPause: 5, longestPause: 20, poll: 5, kill: 200 };

describe("the journal's reader", () => {
  let folder: string;
  let reader: JournalReader | undefined;
  let said: string[];
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "antler-journal-"));
    said = [];
  });
  afterEach(async () => {
    await reader?.stop();
    rmSync(folder, { recursive: true });
  });

  const log = {
    info: () => undefined,
    warn: (message: string, details?: object) => said.push(`warn ${message} ${JSON.stringify(details)}`),
    error: (message: string, details?: object) => said.push(`error ${message} ${JSON.stringify(details)}`),
  };

  function start(options: Partial<JournalReaderOptions>): void {
    reader = new JournalReader({
      command: "journalctl",
      parameters: () => ["--follow"],
      follows: true,
      log,
      random: () => 0.5,
      onChunk: () => Promise.resolve(),
      onEnd: () => undefined,
      times: quick,
      ...options,
    });
    reader.start();
  }
  async function until(condition: () => boolean): Promise<void> {
    for (let i = 0; !condition(); i++) {
      assert.ok(i < 2000, "it does not happen");
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  }

  it("passes on what the program writes", async () => {
    const fake = new FakeJournalctl(folder);
    fake.write({ number: 1 }, { number: 2 });
    let text = "";
    start({
      command: fake.command,
      onChunk: (chunk) => {
        text += chunk.toString();
        return Promise.resolve();
      },
    });
    await until(() => text.split("\n").length === 3);
    fake.write({ number: 3 });
    await until(() => text.includes("message 3"));
    await reader?.stop();
    assert.deepEqual(said, []);
    assert.equal(fake.calls.length, 1);
  });

  it("starts a program again that dies, and says the same trouble once", async () => {
    const fake = new FakeJournalctl(folder, { linesEachRun: 0, complaint: "Failed to open" });
    fake.write({ number: 1 });
    let ends = 0;
    start({ command: fake.command, onEnd: () => ends++ });
    await until(() => fake.calls.length >= 4 && ends >= 3);
    await reader?.stop();
    const errors = said.filter((one) => one.startsWith("error"));
    assert.equal(errors.length, 1);
    assert.match(errors[0] ?? "", /exit code 3: Failed to open/);
    assert.ok(said.some((one) => one.startsWith("warn") && one.includes("Failed to open")));
  });

  it("says that there is no such program, and tries again", async () => {
    let ends = 0;
    start({ command: join(folder, "absent"), onEnd: () => ends++ });
    await until(() => ends >= 3);
    await reader?.stop();
    assert.equal(said.length, 1);
    assert.match(said[0] ?? "", /ENOENT/);
  });

  it("runs a program again that does not follow, without a word", async () => {
    const fake = new FakeJournalctl(folder);
    fake.write({ number: 1 });
    start({ command: fake.command, follows: false, parameters: () => [] });
    await until(() => fake.calls.length >= 3);
    await reader?.stop();
    assert.deepEqual(said, []);
  });

  it("reads no faster than it is taken", async () => {
    const fake = new FakeJournalctl(folder);
    for (let i = 0; i < 40; i++) fake.write({ number: i, message: "x".repeat(50_000) });
    let taken = 0;
    let go: (() => void) | undefined;
    start({
      command: fake.command,
      onChunk: (chunk) => {
        taken += chunk.length;
        return new Promise((resolve) => {
          go = resolve;
        });
      },
    });
    await until(() => go !== undefined);
    const before = taken;
    await new Promise((resolve) => setTimeout(resolve, 100));
    assert.equal(taken, before);
    assert.ok(taken < 1_000_000);
    const pump = setInterval(() => go?.(), 1);
    await until(() => taken > 2_000_000);
    clearInterval(pump);
    const stopped = reader?.stop();
    go?.();
    await stopped;
  });

  it("kills a program that does not end when told", async () => {
    const fake = new FakeJournalctl(folder, { stubborn: true });
    fake.write({ number: 1 });
    let heard = false;
    start({
      command: fake.command,
      onChunk: () => {
        heard = true;
        return Promise.resolve();
      },
    });
    await until(() => heard);
    await reader?.stop();
  });

  it("stops in a pause, and before it was started", async () => {
    start({ command: join(folder, "absent"), times: { ...quick, firstPause: 3_600_000 } });
    await until(() => said.length === 1);
    await reader?.stop();
  });
});
