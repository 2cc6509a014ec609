import assert from "node:assert/strict";
import { QueueVersion } from "../../../src/pipeline/queue/queue-checkpoint.ts";
import type { QueueSettings } from "../../../src/pipeline/queue/queue-settings.ts";
import { SegmentVersion } from "../../../src/segments/segment-log.ts";
import { MemoryDisk } from "./memory-disk.ts";
import { FOLDER, INPUT, QueueRun, SOURCE } from "./queue-rig.ts";

const FIRST = `${FOLDER}/0000000001.segment`;
const CHECKPOINT = `${FOLDER}/checkpoint.json`;

async function opened(disk: MemoryDisk, settings: Partial<QueueSettings> = {}): Promise<QueueRun> {
  const run = new QueueRun(disk);
  await run.open(settings);
  return run;
}

/** A disk with these batches in its queue, none delivered. */
async function diskWith(
  batches: readonly (readonly string[])[],
  settings: Partial<QueueSettings> = {},
  checkpoint = false,
): Promise<MemoryDisk> {
  const disk = new MemoryDisk();
  const run = await opened(disk, settings);
  let acknowledged = 0;
  for (const texts of batches) {
    await run.until(run.submit(texts, () => acknowledged++));
    await run.rest();
  }
  assert.equal(acknowledged, batches.length);
  if (checkpoint) {
    run.pass(1000);
    await run.rest();
  }
  run.die();
  return disk;
}

function copyOf(disk: MemoryDisk): MemoryDisk {
  const copy = new MemoryDisk();
  for (const [path, file] of disk.files) copy.files.set(path, { ...file, data: Buffer.from(file.data) });
  return copy;
}

/** Everything that comes out of a queue whose outputs work. */
async function all(run: QueueRun): Promise<string[]> {
  for (await run.rest(); run.deliveries.length > 0; await run.rest())
    for (const { done } of run.deliveries.splice(0)) done();
  return run.seen;
}

const TEXTS = [["one", "two"], ["three"], ["four", "five", "six"]];

describe("persistent queue", () => {
  it("acknowledges when the batch is on disk, and hands it straight on without reading it back", async () => {
    const disk = new MemoryDisk();
    const run = await opened(disk);
    let acknowledged = false;
    await run.submit(["one", "two"], () => {
      acknowledged = true;
      assert.equal(disk.file(FIRST).synced, disk.file(FIRST).data.length, "it was fsynced before");
    });
    assert.equal(acknowledged, false);
    await run.rest();
    assert.equal(acknowledged, true);
    assert.deepEqual(
      run.deliveries.map(({ texts }) => texts),
      [["one", "two"]],
    );
    assert.equal(run.queue.status.readBack, 0);
    assert.equal(run.disk.bytesRead, 0);
  });

  it("gives back a batch after a crash as it was, with the number that its input has now", async () => {
    const disk = await diskWith([["one", ""], ["zwei ü"]]);
    const run = await opened(disk);
    await run.rest();
    assert.deepEqual(run.seen, ["one", "", "zwei ü"]);
    const { batch } = run.deliveries[0] as (typeof run.deliveries)[0];
    assert.deepEqual(batch.sources, [{ ...SOURCE, input: 7 }]);
    assert.equal(batch.readAt, 1_000_000);
    assert.equal(batch.offsetOf(1), 100);
    assert.deepEqual([...batch.table.subarray(5, 8)], [4, 0x80000000 | 0, 0]);
    assert.deepEqual([...batch.table.subarray(13, 16)], [1, (0x80000000 + 1) | 0, 1]);
  });

  it("does not hold its senders up when outputs are slow: buffers are given back, and batches read in order later", async () => {
    const run = await opened(new MemoryDisk());
    let acknowledged = 0;
    for (let i = 0; i < 50; i++) await run.until(run.submit([String(i)], () => acknowledged++));
    await run.rest();
    assert.equal(acknowledged, 50);
    assert.equal(run.deliveries.length, 4, "as many as there is room for on the way");
    assert.deepEqual(
      await all(run),
      Array.from({ length: 50 }, (_, i) => String(i)),
    );
    assert.ok(run.queue.status.readBack >= 40, String(run.queue.status.readBack));
    // When all are gone the next one goes straight on again.
    const before = run.queue.status.readBack;
    await run.until(run.submit(["next"], () => undefined));
    await run.rest();
    assert.equal(run.queue.status.readBack, before);
    assert.equal(run.seen.at(-1), "next");
  });

  it("reads a batch back that has more events than batches have now", async () => {
    const many = Array.from({ length: 8 }, (_, i) => String(i));
    const disk = await diskWith([many]);
    const run = new QueueRun(disk);
    await run.open({}, { batchBytes: 4, batchRecords: 2, totalBytes: 64 });
    assert.deepEqual(await all(run), many);
  });

  it("counts with the checkpoint: what was delivered after the last one comes again and counts once", async () => {
    const disk = new MemoryDisk();
    const run = await opened(disk);
    for (const texts of TEXTS) {
      await run.until(run.submit(texts, () => undefined));
      await run.rest();
    }
    run.deliveries[1]?.done();
    run.pass(1000);
    await run.rest();
    run.deliveries[0]?.done();
    await run.rest();
    assert.equal(run.queue.ledger(INPUT).snapshot().totals.read, 3);
    run.die();

    const again = await opened(disk);
    assert.equal(again.queue.ledger(INPUT).snapshot().totals.read, 1, "as the checkpoint has it");
    assert.equal(again.queue.status.events, 5);
    assert.deepEqual(await all(again), ["one", "two", "four", "five", "six"]);
    assert.equal(again.queue.ledger(INPUT).snapshot().totals.read, 6);
  });

  it("stops with the rest on disk, and goes on with it", async () => {
    const disk = new MemoryDisk();
    const run = await opened(disk);
    for (let i = 0; i < 20; i++) await run.until(run.submit([String(i)], () => undefined));
    await run.rest();
    await run.until(run.queue.stopFeeding());
    for (const { done } of run.deliveries.splice(0)) done();
    await run.until(run.submit(["late"], () => undefined));
    await run.until(run.queue.close());
    assert.equal(run.seen.length, 4);
    const again = await opened(disk);
    assert.deepEqual((await all(again)).slice(0, 2), ["4", "5"]);
    assert.equal(again.seen.at(-1), "late");
    await again.until(again.queue.drained());
  });

  it("opens by its checkpoint: what was written before it is not read", async () => {
    const disk = new MemoryDisk();
    const run = await opened(disk, { pageCapacity: 2000 });
    for (let i = 0; i < 100; i++) {
      await run.until(run.submit(["x".repeat(200)], () => undefined));
      await run.rest();
    }
    run.pass(1000);
    await run.rest();
    await run.until(run.submit(["the last"], () => undefined));
    await run.rest();
    run.die();
    assert.ok([...disk.files.keys()].length > 10);

    const again = new QueueRun(disk);
    again.holdBack = true;
    await again.open();
    assert.equal(again.queue.status.events, 101);
    assert.ok(again.disk.bytesRead < 3000, `${again.disk.bytesRead} of ${disk.used} bytes were read`);
  });

  describe("when it is full", () => {
    for (const [name, settings] of [
      ["in bytes", { maxBytes: 4000 }],
      ["in events", { maxEvents: 10 }],
    ] as const)
      it(`${name}: senders wait, which is said once and counted, until outputs have taken something`, async () => {
        const run = await opened(new MemoryDisk(), settings);
        const texts = Array.from({ length: 60 }, (_, i) => String(i));
        let acknowledged = 0;
        const submitting = (async () => {
          for (const text of texts) await run.submit([text], () => acknowledged++);
        })();
        await run.rest();
        const held = acknowledged;
        assert.ok(held >= 9 && held < 30, String(held));
        assert.equal(run.queue.status.timesFull, 1);
        assert.equal(run.messages.filter((message) => message.includes("the queue is full")).length, 1);
        await run.rest();
        assert.equal(acknowledged, held, "nothing moves");
        assert.deepEqual(await all(run), texts);
        await run.until(submitting);
        assert.equal(acknowledged, 60);
        assert.match(run.messages.join(), /takes events again/);
        assert.ok(run.queue.status.bytes <= 4000 || name === "in events");
      });

    it("takes a batch larger than itself when it is empty", async () => {
      const run = await opened(new MemoryDisk(), { maxBytes: 300 });
      await run.until(run.submit(["x".repeat(500)], () => undefined));
      assert.deepEqual(await all(run), ["x".repeat(500)]);
    });
  });

  it("waits on a full disk, said once, acknowledges nothing that is not on disk, and goes on", async () => {
    const disk = new MemoryDisk();
    const run = await opened(disk);
    await run.rest();
    disk.capacity = disk.used + 800;
    let acknowledged = 0;
    for (let i = 0; i < 4; i++) run.submit([`${i}${"x".repeat(100)}`], () => acknowledged++).catch(() => undefined);
    for (let i = 0; i < 5; i++) {
      await run.rest();
      run.pass(1000);
    }
    await run.rest();
    const safe = disk.file(FIRST).data.toString("latin1").split("AQB1").length - 1;
    assert.ok(safe > 0 && safe < 4, String(safe));
    assert.equal(acknowledged, safe);
    assert.equal(run.messages.filter((message) => message.includes("cannot be written")).length, 1);
    disk.capacity = Number.POSITIVE_INFINITY;
    run.pass(1000);
    await run.rest();
    assert.equal(acknowledged, 4);
    assert.match(run.messages.join(), /can be written again/);
    assert.equal((await all(run)).length, 4);
  });

  it("lets segments go on a full disk too: the checkpoint has room that is kept for it", async () => {
    const disk = new MemoryDisk();
    const run = await opened(disk, { pageCapacity: 300 });
    run.pass(1000);
    for (let i = 0; i < 6; i++) await run.until(run.submit(["x".repeat(100)], () => undefined));
    run.pass(1000);
    await run.rest();
    const full = disk.used;
    disk.capacity = full;
    await all(run);
    const segments = [...disk.files.keys()].filter((path) => path.endsWith(".segment"));
    assert.ok(segments.length <= 1, segments.join());
  });

  it("writes again, elsewhere, what an fsync has failed for", async () => {
    const disk = new MemoryDisk();
    const run = await opened(disk);
    await run.until(run.submit(["one"], () => undefined));
    await run.rest();
    disk.failSync = true;
    let acknowledged = false;
    await run.until(run.submit(["two"], () => (acknowledged = true)));
    await run.rest();
    assert.equal(acknowledged, false);
    run.pass(1000);
    await run.rest();
    assert.equal(acknowledged, true);
    run.die();
    const again = await opened(disk);
    assert.deepEqual(await all(again), ["one", "two"]);
    assert.ok(disk.files.has(`${FOLDER}/0000000002.segment`));
  });

  describe("what a crash has left", () => {
    for (const [name, tail] of [
      ["nothing", Buffer.alloc(0)],
      ["zeros", Buffer.alloc(64)],
      ["something else", Buffer.from("\xff\x00AQB1 garbage ".repeat(4), "latin1")],
    ] as const)
      it(`torn off at any byte, with ${name} behind: every whole batch before is there`, async () => {
        const disk = await diskWith(TEXTS);
        const whole = disk.file(FIRST).data;
        const ends = [8];
        for (let at = 8; at < whole.length; ) {
          at += 8 + whole.readUInt32LE(at);
          ends.push(at);
        }
        for (let length = 0; length <= whole.length; length += length < 40 ? 1 : 3) {
          const torn = copyOf(disk);
          torn.file(FIRST).data = Buffer.concat([whole.subarray(0, length), tail]);
          const run = await opened(torn);
          const batches = Math.max(0, ends.filter((end) => end <= length).length - 1);
          await run.until(run.submit(["later"], () => undefined));
          assert.deepEqual(await all(run), [...TEXTS.slice(0, batches).flat(), "later"], `cut at ${length}`);
        }
      });

    it("a damaged batch is passed over and said, the others come out, its segment is kept aside", async () => {
      const disk = await diskWith(TEXTS);
      const whole = disk.file(FIRST).data;
      const second = 8 + 8 + whole.readUInt32LE(8);
      const third = second + 8 + whole.readUInt32LE(second);
      for (let at = second; at < third; at += 5) {
        const damaged = copyOf(disk);
        const { data } = damaged.file(FIRST);
        data[at] = (data[at] as number) ^ 0x81;
        const run = await opened(damaged);
        assert.deepEqual(await all(run), ["one", "two", "four", "five", "six"], `byte ${at}`);
        assert.match(run.messages.join("\n"), /cannot be read and is passed over.*0000000001\.segment.*"bytes"/);
        await run.until(run.queue.close());
        assert.equal(damaged.file(`${FIRST}.damaged`).data.length, whole.length);
        assert.equal(run.queue.status.lost.bytes, third - second);
      }
    });

    it("a segment that the disk does not give is passed over, with what is lost", async () => {
      const disk = await diskWith(
        Array.from({ length: 12 }, (_, i) => [String(i)]),
        { pageCapacity: 700 },
        true,
      );
      disk.unreadable.add(`${FOLDER}/0000000002.segment`);
      const run = await opened(disk);
      const texts = await all(run);
      assert.ok(texts.includes("0") && texts.includes("11") && texts.length < 12, texts.join());
      await run.until(run.queue.close());
      assert.equal(run.queue.status.lost.events, 12 - texts.length);
    });

    it("a segment full of zeros, or without a beginning, is no obstacle", async () => {
      for (const content of [
        Buffer.alloc(0),
        Buffer.from("ANT"),
        Buffer.alloc(5000),
        Buffer.from("no segment at all"),
      ]) {
        const disk = await diskWith(TEXTS);
        disk.files.set(`${FOLDER}/0000000002.segment`, { data: content, synced: content.length, named: true });
        const run = await opened(disk);
        await run.until(run.submit(["later"], () => undefined));
        assert.deepEqual(await all(run), [...TEXTS.flat(), "later"]);
      }
    });

    it("a segment of another version ends the start, with the way out", async () => {
      const disk = await diskWith(TEXTS);
      disk.file(FIRST).data[7] = 2;
      const run = new QueueRun(disk);
      await assert.rejects(run.open(), (error: Error) => {
        assert.ok(error instanceof SegmentVersion);
        assert.match(error.message, /0000000001\.segment has format 2, this antler reads format 1: let the antler/);
        return true;
      });
    });

    it("a checkpoint of another version ends the start; one that is no JSON is set aside and all comes again", async () => {
      const disk = await diskWith(TEXTS);
      const text = (content: string): void => {
        disk.files.set(CHECKPOINT, { data: Buffer.from(content), synced: content.length, named: true });
      };
      text('{"version":2}');
      await assert.rejects(new QueueRun(disk).open(), QueueVersion);
      text("{");
      const run = await opened(disk);
      assert.match(run.messages.join(), /set aside.*delivered again/);
      assert.deepEqual(await all(run), TEXTS.flat());
    });

    it("a segment that is missing or shorter than it was is reported, and the rest comes out", async () => {
      const disk = new MemoryDisk();
      const run = await opened(disk, { pageCapacity: 700 });
      for (let i = 0; i < 12; i++) {
        await run.until(run.submit([String(i)], () => undefined));
        await run.rest();
      }
      run.pass(1000);
      await run.rest();
      run.die();
      disk.files.delete(FIRST);
      const second = disk.file(`${FOLDER}/0000000002.segment`);
      second.data = second.data.subarray(0, second.data.length - 10);
      const again = await opened(disk);
      const texts = await all(again);
      assert.equal(texts.at(-1), "11");
      assert.ok(texts.length >= 6 && texts.length <= 10, texts.join());
      assert.match(again.messages.join(), /is missing; what it had is lost.*"events"/);
      assert.match(again.messages.join(), /is shorter than it was/);
      await again.until(again.queue.drained());
    });
  });
});
