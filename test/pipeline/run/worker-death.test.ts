import assert from "node:assert/strict";
import { BufferPool } from "../../../src/event/buffer-pool.ts";
import { allDelivered } from "../../../src/pipeline/outputs/outcome.ts";
import { Deliveries } from "../../../src/pipeline/run/deliveries.ts";
import { Dispatcher } from "../../../src/pipeline/run/dispatcher.ts";
import type { DeadEvent } from "../../../src/pipeline/run/messages.ts";
import { WorkerPool } from "../../../src/pipeline/run/worker-pool.ts";
import type { EncodedEvents } from "../../../src/plugin/definitions.ts";
import { imbalance, Ledger } from "../../../src/telemetry/ledger.ts";

const silent = { info: () => undefined, warn: () => undefined, error: () => undefined };
/** What is copied is far over the worker's heap, and made by code that V8 can stop. */
const COPIES = Array.from({ length: 12 }, (_, i) => `doc => c${i}`);
const CONFIG = `input { stdin { } } filter {
  json { source => "message" target => "doc" }
  ${COPIES.map((copy) => `mutate { copy => { ${copy} } }`).join(" ")}
  mutate { remove_field => [${COPIES.map((_, i) => `"c${i}"`).join(", ")}] }
} output { stdout { codec => json_lines } }`;

describe("a record that ends workers", function () {
  this.timeout(60_000);

  it("is found by halving and dead-lettered; the others are delivered once", async () => {
    const delivered: string[] = [];
    const deliverer = {
      deliver(events: EncodedEvents) {
        delivered.push(...events.bytes.toString("utf8").trimEnd().split("\n"));
        return Promise.resolve(allDelivered(events.count));
      },
      close: () => Promise.resolve(),
    };
    const dead: DeadEvent[] = [];
    const dispatcher = new Dispatcher(
      new BufferPool({ batchBytes: 16 << 20, batchRecords: 64, totalBytes: 32 << 20 }),
      (events) =>
        new WorkerPool(
          {
            workers: 2,
            definitions: [
              { id: "test", sources: [{ name: "test.conf", text: CONFIG }], ecs: "v8", supportEscapes: false },
            ],
            heapMegabytes: 72,
          },
          events,
          silent,
        ),
      new Deliveries([{ id: "stdout#1", deliverer }], false),
      {
        append(_batch, letters) {
          dead.push(...letters);
          return Promise.resolve();
        },
      },
      silent,
    );
    await dispatcher.start();
    try {
      const batch = await dispatcher.acquire();
      const source = { input: 0, fileId: new Uint8Array(12), generation: 0, fields: [] };
      const killer = Buffer.from(`[${"{},".repeat(340_000)}{}]`);
      const records = [
        ...Array.from({ length: 3 }, (_, i) => Buffer.from(`{"n":${i}}`)),
        killer,
        ...Array.from({ length: 4 }, (_, i) => Buffer.from(`{"n":${3 + i}}`)),
      ];
      for (const [i, record] of records.entries()) {
        batch.append(batch.sourceIndex(source), record, 0, record.length, i, record.length, i, 0);
      }
      const ledger = new Ledger();
      await new Promise<void>((resolve) =>
        dispatcher.submit(batch, (counts) => {
          ledger.add(counts);
          resolve();
        }),
      );

      const numbers = delivered.map((line) => (JSON.parse(line) as { doc: { n: number } }).doc.n);
      assert.deepEqual(numbers.sort(), [0, 1, 2, 3, 4, 5, 6]);
      assert.deepEqual(
        dead.map(({ record, code }) => [record, code]),
        [[3, "worker_died"]],
      );
      const snapshot = ledger.snapshot();
      assert.equal(imbalance(snapshot), 0);
      assert.deepEqual([snapshot.totals.read, snapshot.totals.delivered, snapshot.totals.deadLettered], [8, 7, 1]);
    } finally {
      await dispatcher.stop();
    }
  });
});
