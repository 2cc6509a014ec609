import assert from "node:assert/strict";
import { RecordBatch } from "../../../src/event/record-batch.ts";
import { TallySender } from "../../../src/shipper/watch/tally-sender.ts";
import { TallySink } from "../../../src/shipper/watch/tally-sink.ts";
import { numbered } from "../windows.ts";

describe("tallies", () => {
  it("count records and source bytes by input, read and acknowledged", () => {
    let end = (): void => undefined;
    const batch = RecordBatch.allocate(1000, 10);
    const sink = new TallySink({
      acquire: () => Promise.resolve(batch),
      release: () => undefined,
      submit: (_batch, acknowledged) => {
        end = acknowledged;
      },
    });
    const source = (input: number): number =>
      batch.sourceIndex({ input, fileId: new Uint8Array(12), generation: 0, fields: [] });
    const line = Buffer.from("abcd");
    batch.append(source(0), line, 0, 4, 0, 5, 0, 0);
    batch.append(source(2), line, 0, 4, 0, 6, 0, 0);
    batch.append(source(2), line, 0, 4, 6, 6, 0, 0);
    let ended = false;
    sink.submit(batch, () => {
      ended = true;
    });
    assert.deepEqual(sink.of(2).read, { events: 2, bytes: 12 });
    assert.deepEqual(sink.of(2).acknowledged, { events: 0, bytes: 0 });
    // The batch is given back, and used again, before it is acknowledged.
    batch.count = 0;
    batch.sources.length = 0;
    end();
    assert.ok(ended);
    assert.deepEqual(sink.of(0).acknowledged, { events: 1, bytes: 5 });
    assert.deepEqual(sink.of(2).acknowledged, { events: 2, bytes: 12 });
    assert.deepEqual(sink.of(1).read, { events: 0, bytes: 0 });
  });

  it("count windows, and since when nothing ends", async () => {
    const ends: (() => void)[] = [];
    let now = 100;
    const sender = new TallySender(
      {
        name: "file",
        capacity: 2,
        trouble: undefined,
        send: ({ count }) =>
          new Promise((resolve) => ends.push(() => resolve({ delivered: count - 1, existing: 1, deadLettered: 0 }))),
        close: () => Promise.resolve(),
      },
      () => now,
    );
    const first = sender.send(numbered(0, 10));
    now = 200;
    const second = sender.send(numbered(10, 15));
    assert.equal(sender.figures().waitingSince, 100);
    assert.equal(sender.figures().eventsUnderWay, 15);
    ends[0]?.();
    await first;
    const { waitingSince, windowsUnderWay, delivered, existing, sent } = sender.figures();
    assert.deepEqual([waitingSince, windowsUnderWay, delivered, existing, sent.events], [200, 1, 9, 1, 15]);
    ends[1]?.();
    await second;
    assert.equal(sender.figures().waitingSince, undefined);
  });
});
