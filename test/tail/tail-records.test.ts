import { strict as assert } from "node:assert";
import { appendFileSync, closeSync, openSync, renameSync, writeFileSync, writeSync } from "node:fs";
import { crc32 } from "node:zlib";
import fc from "fast-check";
import { FLAG_MULTILINE, FLAG_TRUNCATED } from "../../src/event/record-batch.ts";
import { type Collected, CollectingSink } from "./support/collecting-sink.ts";
import { aWhile, TailBed, until } from "./support/tail-bed.ts";

const trace = { type: "pattern", pattern: /^\s/, match: "after", timeoutMs: 150 } as const;

function identity(record: Collected): string {
  return `${record.id}/${record.generation}/${record.offset}/${record.rawLength}/${record.crc}`;
}

describe("Tail, records", () => {
  it("counts what is cut, and what is not what its encoding allows", async () => {
    writeFileSync(bed.path("a.log"), Buffer.from("x".repeat(200).concat("\n", "a", "\xff", "b\n", "fine\n"), "latin1"));
    await bed.started(sink, { messageMaxBytes: 100 });
    await until(() => sink.records.length === 3);
    assert.deepEqual([bed.counter("lines_truncated"), bed.counter("invalid_encoding")], [1, 1]);
    assert.equal(sink.records[1]?.rawLength, 4);
  });

  let bed: TailBed;
  let sink: CollectingSink;

  beforeEach(() => {
    bed = new TailBed();
    sink = new CollectingSink();
  });

  afterEach(() => bed.remove());

  it("cuts a line of 50 MB, keeps its length and checksum, and holds no more than a record of it", async function () {
    this.timeout(20_000);
    const block = Buffer.alloc(1024 * 1024, "x");
    const file = openSync(bed.path("a.log"), "w");
    let crc = 0;
    for (let i = 0; i < 50; i++) {
      writeSync(file, block);
      crc = crc32(block, crc);
    }
    crc = crc32("\n", crc);
    writeSync(file, "\nafter\n");
    closeSync(file);
    let peak = 0;
    const before = process.memoryUsage().arrayBuffers;
    const timer = setInterval(() => {
      peak = Math.max(peak, process.memoryUsage().arrayBuffers - before);
    }, 1);
    await bed.started(sink, { messageMaxBytes: 100_000 });
    await until(() => sink.records.length === 2);
    clearInterval(timer);
    const [long, after] = sink.records;
    assert.deepEqual(
      [long?.text.length, long?.rawLength, long?.crc, long?.flags, after?.text, after?.offset],
      [100_000, 50 * 1024 * 1024 + 1, crc, FLAG_TRUNCATED, "after", 50 * 1024 * 1024 + 1],
    );
    assert.equal(sink.largestBatch, 100_000);
    assert.ok(peak < 10 * 1024 * 1024, `${peak} bytes were held`);
  });

  it("reads UTF-16 as it is appended, also after a restart in the middle", async () => {
    const text = (from: number, to: number): string =>
      Array.from({ length: to - from }, (_, i) => `Zeile ${from + i}: Größe Ċ\r\n`).join("");
    writeFileSync(
      bed.path("a.log"),
      Buffer.concat([Buffer.from([0xfe, 0xff]), Buffer.from(text(0, 50), "utf16le").swap16()]),
    );
    const tail = await bed.started(sink, { encoding: "utf-16" });
    await until(() => sink.records.length === 50);
    await tail.stop({ drain: true, timeoutMs: 1000 });
    appendFileSync(bed.path("a.log"), Buffer.from(text(50, 60), "utf16le").swap16());
    await bed.started(sink, { encoding: "utf-16" });
    await until(() => sink.records.length === 60);
    assert.deepEqual(sink.texts(), text(0, 60).split("\r\n").slice(0, -1));
  });

  it("ends an event of several lines when no more lines come, and ends it there again after a crash", async () => {
    sink.automatic = false;
    writeFileSync(bed.path("a.log"), "one\n at a\n at b\ntwo\n at c\n");
    const tail = await bed.started(sink, { multiline: trace });
    await until(() => sink.records.length === 2);
    assert.deepEqual(sink.texts(), ["one\n at a\n at b", "two\n at c"]);
    assert.deepEqual(
      sink.records.map((record) => record.flags),
      [FLAG_MULTILINE, FLAG_MULTILINE],
    );
    await tail.stop({ drain: false, timeoutMs: 1000 });
    // What would have joined the last event comes too late for it, and must not change its identity.
    appendFileSync(bed.path("a.log"), " at d\nthree\n");
    const again = new CollectingSink();
    await bed.started(again, { multiline: trace });
    await until(() => again.records.length === 4);
    assert.deepEqual(again.texts(), ["one\n at a\n at b", "two\n at c", " at d", "three"]);
    assert.deepEqual(again.records.slice(0, 2).map(identity), sink.records.map(identity));
  });

  it("reads an event in progress again from its start after a stop", async () => {
    writeFileSync(bed.path("a.log"), "one\n at a\ntwo\n at b\n");
    const slow = { ...trace, timeoutMs: 60_000 };
    const tail = await bed.started(sink, { multiline: slow });
    await until(() => sink.records.length === 1);
    await tail.stop({ drain: true, timeoutMs: 1000 });
    appendFileSync(bed.path("a.log"), " at c\nthree\n");
    await bed.started(sink, { multiline: slow });
    await until(() => sink.records.length === 2);
    assert.deepEqual(sink.texts(), ["one\n at a", "two\n at b\n at c"]);
  });

  it("waits for the end of the last line, and takes it as it is when the file was rotated away", async () => {
    writeFileSync(bed.path("a.log"), "one\ntwo");
    await bed.started(sink, { closeRenamed: true });
    await until(() => sink.records.length === 1);
    await aWhile(100);
    assert.equal(sink.records.length, 1);
    renameSync(bed.path("a.log"), bed.path("a.log.1"));
    await until(() => sink.records.length === 2);
    assert.deepEqual([sink.records[1]?.text, sink.records[1]?.rawLength], ["two", 3]);
  });

  it("waits while the sink has no batch, and reads on when it has", async () => {
    let open: () => void = () => undefined;
    const gate = new Promise<void>((resolve) => {
      open = resolve;
    });
    const acquire = sink.acquire.bind(sink);
    sink.acquire = async (bytes) => {
      await gate;
      return acquire(bytes);
    };
    writeFileSync(bed.path("a.log"), "one\n");
    await bed.started(sink);
    await aWhile(60);
    assert.equal(sink.records.length, 0);
    open();
    await until(() => sink.records.length === 1);
  });

  it("stops while the sink never has a batch", async () => {
    sink.acquire = () => new Promise(() => undefined);
    writeFileSync(bed.path("a.log"), "one\n");
    const tail = await bed.started(sink);
    await aWhile(60);
    await tail.stop({ drain: true, timeoutMs: 50 });
  });

  it("after restarts at random points with random acknowledgements, all arrives, again only under the same identity", async function () {
    this.timeout(30_000);
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.record({ lines: fc.nat({ max: 60 }), read: fc.nat({ max: 40 }), acks: fc.array(fc.nat()) }), {
          minLength: 1,
          maxLength: 4,
        }),
        async (rounds) => {
          const own = new TailBed();
          try {
            const arrived = new Map<string, string>();
            const written: string[] = [];
            const take = (from: CollectingSink): void => {
              for (const record of from.records) {
                const known = arrived.get(record.text) ?? identity(record);
                assert.equal(identity(record), known);
                arrived.set(record.text, known);
              }
            };
            for (const round of rounds) {
              const lines = Array.from({ length: round.lines }, (_, i) => `line ${written.length + i}`);
              written.push(...lines);
              appendFileSync(own.path("a.log"), lines.map((line) => `${line}\n`).join(""));
              const part = new CollectingSink({ records: 5, automatic: false });
              const tail = await own.started(part);
              if (lines.length > 0) await until(() => part.records.length >= Math.min(round.read, lines.length));
              for (const which of round.acks) {
                const waiting = part.unacknowledged;
                if (waiting.length > 0) (waiting.splice(which % waiting.length, 1)[0] as () => void)();
              }
              await tail.stop({ drain: false, timeoutMs: 1000 });
              take(part);
            }
            const last = new CollectingSink();
            await own.started(last);
            await until(() => {
              take(last);
              return arrived.size === written.length;
            });
            assert.deepEqual([...arrived.keys()].sort(), [...written].sort());
          } finally {
            await own.remove();
          }
        },
      ),
      { numRuns: 15 },
    );
  });
});
