import assert from "node:assert/strict";
import { Event } from "../../../src/event/event.ts";
import { RecordBatch, type RecordSink, type Source } from "../../../src/event/record-batch.ts";
import type { InputHost } from "../../../src/plugin/definitions.ts";
import { resolved } from "../../support/resolved.ts";
import { codecHost } from "../../support/run-codec.ts";

/** A host whose sink keeps what comes and acknowledges at once. */
function host(): { host: InputHost; records: { text: string; offset: number; source: Source }[] } {
  const records: { text: string; offset: number; source: Source }[] = [];
  const sink: RecordSink = {
    // As the real one, whose buffers are few, it lets the rest of the process have its turn.
    async acquire(bytes = 0) {
      await new Promise((resolve) => setImmediate(resolve));
      return RecordBatch.allocate(Math.max(bytes, 64), 4);
    },
    submit(batch, acknowledged) {
      for (let i = 0; i < batch.count; i++) {
        const source = batch.sources[batch.table[i * 8 + 2] as number] as Source;
        records.push({ text: batch.recordBytes(i).toString(), offset: batch.offsetOf(i), source });
      }
      setImmediate(acknowledged);
    },
    release: () => undefined,
  };
  return {
    records,
    host: {
      ...codecHost(),
      number: 0,
      sink,
      dataFolder: "",
      source: (fields) => ({ input: 0, fileId: new Uint8Array(12), generation: 0, fields }),
      framer: () => undefined,
      joinLines: () => undefined,
      framerOf: () => undefined,
      ledger: { snapshot: () => ({}), restore: () => undefined },
    },
  };
}

async function generated(config: string): Promise<ReturnType<typeof host>["records"]> {
  const { plugin, options } =
    resolved(`input { generator { ${config} } } output { null { } }`).inputs[0] ?? assert.fail();
  const made = host();
  const input = await plugin.start(options, made.host);
  await input.ended;
  return made.records;
}

describe("generator input", () => {
  it("makes the message so often", async () => {
    const records = await generated('message => "hi" count => 10');
    assert.deepEqual(
      records.map(({ text }) => text),
      Array.from({ length: 10 }, () => "hi"),
    );
  });

  it("makes lines in turn, each so often, with offsets of their own", async () => {
    const records = await generated('lines => ["a", "b", "c"] count => 3');
    assert.equal(records.map(({ text }) => text).join(""), "abcabcabc");
    assert.deepEqual(
      records.map(({ offset }) => offset),
      [0, 1, 2, 3, 4, 5, 6, 7, 8],
    );
  });

  it("does so for each thread, as a source of its own", async () => {
    const records = await generated('lines => ["a", "b"] count => 2 threads => 3');
    assert.equal(records.length, 12);
    const sources = new Set(records.map(({ source }) => source));
    assert.equal(sources.size, 3);
    for (const source of sources) {
      const own = records.filter((record) => record.source === source);
      assert.deepEqual(
        own.map(({ offset }) => offset),
        [0, 1, 2, 3],
      );
    }
  });

  it("makes a message that is larger than a batch", async () => {
    const records = await generated(`message => "${"x".repeat(500)}" count => 2`);
    assert.deepEqual(
      records.map(({ text }) => text.length),
      [500, 500],
    );
  });

  it("goes on until it is stopped when there is no count", async () => {
    const { plugin, options } = resolved("input { generator { } } output { null { } }").inputs[0] ?? assert.fail();
    const made = host();
    const input = await plugin.start(options, made.host);
    while (made.records.length < 50) await new Promise((resolve) => setImmediate(resolve));
    await input.stop(5000);
    const count = made.records.length;
    await new Promise((resolve) => setTimeout(resolve, 20));
    assert.equal(made.records.length, count);
  });

  it("numbers the rounds in event.sequence", () => {
    const { plugin, options } =
      resolved('input { generator { lines => ["a", "b"] } } output { null { } }').inputs[0] ?? assert.fail();
    const decoder = plugin.decoder?.(options, codecHost(), { decode: () => undefined });
    const sequences = [0, 1, 2, 3].map((offset) => {
      const event = new Event(0, {});
      decoder?.decode({ bytes: Buffer.alloc(0), start: 0, end: 0, offset, flags: 0 }, event, () => event);
      return (event.toObject()["event"] as { sequence: number }).sequence;
    });
    assert.deepEqual(sequences, [0, 0, 1, 1]);
  });

  it("takes no negative count, and no pipeline without threads", () => {
    for (const option of ["count => -1", "threads => 0"]) {
      assert.throws(() => resolved(`input { generator { ${option} } }`), /CONF014/, option);
    }
  });
});
