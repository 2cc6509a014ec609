import assert from "node:assert/strict";
import { RecordBatch } from "../../src/event/record-batch.ts";
import { BatchFiller } from "../../src/sources/batch-filler.ts";
import { LimitedWarnings } from "../../src/sources/limited-warnings.ts";
import { lineFramer } from "../../src/sources/line-framer.ts";
import { HeldRecords, StreamRecords } from "../../src/sources/stream-records.ts";

describe("records of many streams", () => {
  it("are cut where lines without an end take too much memory together; nothing is lost", () => {
    const batch = RecordBatch.allocate(4096, 100);
    const sink = { acquire: () => Promise.resolve(batch), submit: () => undefined, release: () => undefined };
    const filler = new BatchFiller(
      sink,
      () => 0,
      () => () => undefined,
    );
    const warned: string[] = [];
    const warnings = new LimitedWarnings({ warn: (message) => warned.push(message) }, () => 0);
    const held = new HeldRecords(100);
    const streams = Array.from({ length: 10 }, (_, i) => {
      const source = { input: 0, fileId: new Uint8Array(12).fill(i), generation: 0, fields: [] };
      return new StreamRecords(filler, source, lineFramer("\n"), held, warnings);
    });
    let most = 0;
    const sent: Promise<unknown>[] = [];
    for (let round = 0; round < 5; round++)
      for (const [i, stream] of streams.entries()) {
        sent.push(Promise.resolve(stream.push(Buffer.from(`<${i}${round}xxxxx>`))));
        most = Math.max(most, held.bytes);
      }
    for (const stream of streams) stream.end();
    assert.ok(most <= 100, `${most} bytes are held`);
    assert.equal(held.bytes, 0);
    assert.match(warned[0] as string, /one was cut/);
    return Promise.all(sent)
      .then(() => new Promise((resolve) => setImmediate(resolve)))
      .then(() => {
        const texts = Array.from({ length: batch.count }, (_, i) => batch.recordBytes(i).toString());
        assert.equal(texts.join("").length, 10 * 5 * 9);
      });
  });

  it("count no bytes that went out", () => {
    const batch = RecordBatch.allocate(4096, 100);
    const sink = { acquire: () => Promise.resolve(batch), submit: () => undefined, release: () => undefined };
    const held = new HeldRecords();
    const stream = new StreamRecords(
      new BatchFiller(
        sink,
        () => 0,
        () => () => undefined,
      ),
      { input: 0, fileId: new Uint8Array(12), generation: 0, fields: [] },
      lineFramer("\n"),
      held,
      new LimitedWarnings({ warn: () => undefined }, () => 0),
    );
    void stream.push(Buffer.from("one\r\ntwo\nthr"));
    assert.equal(held.bytes, 3);
    stream.end();
    assert.equal(held.bytes, 0);
  });
});
