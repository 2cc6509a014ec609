import assert from "node:assert/strict";
import { closeSync, ftruncateSync, openSync, truncateSync, writeFileSync, writeSync } from "node:fs";
import { CollectingSink } from "./support/collecting-sink.ts";
import { aWhile, TailBed, until } from "./support/tail-bed.ts";

describe("a hole of zero bytes", () => {
  let bed: TailBed;
  let sink: CollectingSink;
  beforeEach(() => {
    bed = new TailBed();
    sink = new CollectingSink();
  });
  afterEach(() => bed.remove());

  it("is passed over when a file is cut under a writer that goes on at its old place; offsets are exact", async () => {
    const path = bed.path("a.log");
    const writer = openSync(path, "w");
    let at = 0;
    const write = (text: string): void => {
      at += writeSync(writer, text, at);
    };
    write("one\n");
    at = 50_000_000;
    await bed.started(sink);
    await until(() => sink.records.length === 1);
    truncateSync(path, 0);
    await aWhile(100);
    write("two\nthree\n");
    await until(() => sink.records.length === 3);
    assert.deepEqual(
      sink.records.map(({ text, offset, generation }) => [text, offset, generation]),
      [
        ["one", 0, 0],
        ["two", 50_000_000, 1],
        ["three", 50_000_004, 1],
      ],
    );
    assert.equal(bed.counter("nul_holes"), 1);
    assert.ok(sink.largestBatch < 1_000_000, "nothing of it is held");
    closeSync(writer);
  });

  it("in the middle of a file, and again after a restart", async () => {
    const path = bed.path("a.log");
    writeFileSync(path, Buffer.concat([Buffer.from("one\n"), Buffer.alloc(20_000), Buffer.from("two\n")]));
    const held = new CollectingSink({ automatic: false });
    const tail = await bed.started(held);
    await until(() => held.records.length === 2);
    await tail.stop({ drain: false, timeoutMs: 100 });
    await bed.started(sink);
    await until(() => sink.records.length === 2);
    assert.deepEqual(
      sink.records.map(({ text, offset }) => [text, offset]),
      [
        ["one", 0],
        ["two", 20_004],
      ],
    );
    assert.deepEqual(
      sink.records.map(({ id, crc }) => [id, crc]),
      held.records.map(({ id, crc }) => [id, crc]),
    );
  });

  it("at the end is waited for: it may be written yet", async () => {
    const path = bed.path("a.log");
    // More than the first KiB, by which a file is known: what is written there in place makes it another.
    const first = "x".repeat(3000);
    writeFileSync(path, `${first}\n`);
    const writer = openSync(path, "r+");
    ftruncateSync(writer, 1_000_000);
    await bed.started(sink);
    await until(() => sink.records.length === 1);
    await aWhile(150);
    writeSync(writer, "two\n", 3001);
    await until(() => sink.records.length === 2);
    assert.deepEqual(
      sink.records.map(({ text, offset }) => [text, offset]),
      [
        [first, 0],
        ["two", 3001],
      ],
    );
    assert.equal(bed.counter("nul_holes"), 0);
    closeSync(writer);
  });

  it("a few zero bytes are data", async () => {
    writeFileSync(bed.path("a.log"), "a\0b\n\0\0\0\nc\n");
    await bed.started(sink);
    await until(() => sink.records.length === 3);
    assert.deepEqual(sink.texts(), ["a\0b", "\0\0\0", "c"]);
  });
});
