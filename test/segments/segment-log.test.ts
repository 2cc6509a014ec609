import assert from "node:assert/strict";
import {
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { realSegmentFileSystem, type SegmentFileSystem } from "../../src/segments/filesystem.ts";
import { RECORD_HEADER_BYTES, SEGMENT_HEADER } from "../../src/segments/format.ts";
import { SegmentLog, SegmentLogFull } from "../../src/segments/segment-log.ts";

const FIRST = "0000000001.segment";

async function texts(log: SegmentLog, damaged?: (segment: number) => void): Promise<string[]> {
  const found: string[] = [];
  for await (const { payload } of log.entries(damaged)) found.push(payload.toString());
  return found;
}

describe("segment log", () => {
  let folder: string;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "antler-segments-"));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  async function write(...records: string[]): Promise<void> {
    const log = await SegmentLog.open({ folder });
    for (const record of records) await log.append(Buffer.from(record));
    await log.close();
  }

  it("gives back what was appended, also after it was opened again", async () => {
    await write("one", "two");
    await write("three");
    const log = await SegmentLog.open({ folder });
    assert.deepEqual(await texts(log), ["one", "two", "three"]);
    assert.deepEqual(log.recovery, { tornBytes: 0 });
    assert.equal(log.bytes, SEGMENT_HEADER.length + 3 * RECORD_HEADER_BYTES + "onetwothree".length);
    await log.close();
  });

  it("keeps what was whole when the end is torn off at any byte, and goes on behind it", async () => {
    await write("first", "second", "third");
    const bytes = readFileSync(join(folder, FIRST));
    const ends = [0, 5, 11, 16].map((payload, i) => SEGMENT_HEADER.length + i * RECORD_HEADER_BYTES + payload);
    for (let length = 0; length <= bytes.length; length++) {
      const torn = join(folder, `torn-${length}`);
      mkdirSync(torn);
      copyFileSync(join(folder, FIRST), join(torn, FIRST));
      truncateSync(join(torn, FIRST), length);
      const whole = ends.filter((end) => end <= length);

      const log = await SegmentLog.open({ folder: torn });
      assert.equal(log.recovery.tornBytes, length - (whole.at(-1) ?? 0), `cut at ${length}`);
      await log.append(Buffer.from("later"));
      const expected = [...["first", "second", "third"].slice(0, Math.max(0, whole.length - 1)), "later"];
      assert.deepEqual(await texts(log), expected, `cut at ${length}`);
      await log.close();
      const again = await SegmentLog.open({ folder: torn });
      assert.deepEqual(await texts(again), expected, `cut at ${length}, opened again`);
      assert.deepEqual(again.recovery, { tornBytes: 0 });
    }
  });

  it("takes zeros at the end, which a crash can leave, for nothing written", async () => {
    await write("one");
    writeFileSync(join(folder, FIRST), Buffer.alloc(4096), { flag: "a" });
    const log = await SegmentLog.open({ folder });
    assert.equal(log.recovery.tornBytes, 4096);
    await log.append(Buffer.from("two"));
    assert.deepEqual(await texts(log), ["one", "two"]);
    await log.close();
  });

  it("leaves out a damaged record in the middle and says so", async () => {
    await write("one", "two", "three");
    const bytes = readFileSync(join(folder, FIRST));
    const at = bytes.indexOf("two");
    bytes[at] = (bytes[at] as number) ^ 1;
    writeFileSync(join(folder, FIRST), bytes);
    const log = await SegmentLog.open({ folder });
    assert.deepEqual(log.recovery, { tornBytes: 0 });
    const damaged: number[] = [];
    assert.deepEqual(await texts(log, (segment) => damaged.push(segment)), ["one", "three"]);
    assert.deepEqual(damaged, [1]);
  });

  it("begins the next segment when one has its size, and drops the old ones", async () => {
    const options = { folder, segmentBytes: 64 };
    const log = await SegmentLog.open(options);
    const records = Array.from({ length: 10 }, (_, i) => `record ${i} ${"x".repeat(30)}`);
    for (const record of records) await log.append(Buffer.from(record));
    await log.close();
    assert.equal(readdirSync(folder).length, 5);

    const again = await SegmentLog.open(options);
    assert.deepEqual(await texts(again), records);
    const before = again.bytes;
    await again.dropBefore(3);
    assert.deepEqual(await texts(again), records.slice(4));
    assert.equal(again.bytes, before - 2 * (SEGMENT_HEADER.length + 2 * (RECORD_HEADER_BYTES + 39)));
    await again.dropBefore(100);
    assert.deepEqual(readdirSync(folder), ["0000000005.segment"], "the one written to stays");
  });

  it("refuses what goes over its size, and takes what is smaller", async () => {
    const log = await SegmentLog.open({ folder, totalBytes: 60 });
    await log.append(Buffer.alloc(20, "a"));
    await assert.rejects(log.append(Buffer.alloc(40, "b")), SegmentLogFull);
    await log.append(Buffer.alloc(8, "c"));
    await log.close();
    assert.deepEqual(await texts(log), ["a".repeat(20), "c".repeat(8)]);
  });

  it("refuses an empty record, which could not be told from zeros", async () => {
    const log = await SegmentLog.open({ folder });
    await assert.rejects(log.append(Buffer.alloc(0)), RangeError);
    await log.close();
  });

  describe("on a disk that", () => {
    /** Bytes written and bytes known to be on disk, for each fsync that ends. */
    function observed(change: (write: (bytes: Buffer) => Promise<void>) => (bytes: Buffer) => Promise<void>): {
      files: SegmentFileSystem;
      syncs: number[];
    } {
      const syncs: number[] = [];
      const files: SegmentFileSystem = {
        ...realSegmentFileSystem,
        async append(path) {
          const handle = await realSegmentFileSystem.append(path);
          let size = 0;
          const write = change(handle.write);
          return {
            ...handle,
            async write(bytes) {
              await write(bytes);
              size += bytes.length;
            },
            async sync() {
              const covered = size;
              await handle.sync();
              syncs.push(covered);
            },
          };
        },
      };
      return { files, syncs };
    }

    it("is slow: many appends share few fsyncs, and none resolves before its own is on disk", async () => {
      const { files, syncs } = observed((write) => write);
      const log = await SegmentLog.open({ folder, files });
      const record = Buffer.from("0123456789");
      const size = record.length + RECORD_HEADER_BYTES;
      await Promise.all(
        Array.from({ length: 50 }, async (_, i) => {
          await Promise.all([log.append(record), log.sync()]);
          const durable = syncs.at(-1) ?? 0;
          assert.ok(durable >= SEGMENT_HEADER.length + (i + 1) * size, `record ${i}: only ${durable} bytes`);
        }),
      );
      assert.ok(syncs.length <= 3, `${syncs.length} fsyncs`);
      await log.close();
    });

    it("is slow: what is appended while a sync waits for earlier ones is not promised by that", async () => {
      let open: () => void = () => undefined;
      const gate = new Promise<void>((resolve) => {
        open = resolve;
      });
      const { files, syncs } = observed((write) => async (bytes) => {
        await gate;
        await write(bytes);
      });
      const log = await SegmentLog.open({ folder, files });
      const first = [log.append(Buffer.from("first")), log.sync()];
      await new Promise((resolve) => setImmediate(resolve));
      const second = log.append(Buffer.from("second"));
      const durable = log.sync().then(() => syncs.at(-1));
      open();
      await Promise.all([...first, second]);
      assert.equal(await durable, SEGMENT_HEADER.length + 2 * RECORD_HEADER_BYTES + 11);
      await log.close();
    });

    it("is full for a moment: a part written is taken back and the log stays whole", async () => {
      for (const failing of [1, 2, 3, 4]) {
        const own = join(folder, String(failing));
        let count = 0;
        const { files } = observed((write) => async (bytes) => {
          if (++count !== failing) return write(bytes);
          await write(bytes.subarray(0, 3));
          throw Object.assign(new Error("no space left on device"), { code: "ENOSPC" });
        });
        const log = await SegmentLog.open({ folder: own, files, segmentBytes: 19 });
        for (const record of ["one", "two"]) {
          await log.append(Buffer.from(record)).catch(() => log.append(Buffer.from(record)));
        }
        await log.close();
        assert.ok(count > failing, "it was tried again");
        assert.deepEqual(await texts(await SegmentLog.open({ folder: own })), ["one", "two"], `write ${failing}`);
      }
    });
  });
});
