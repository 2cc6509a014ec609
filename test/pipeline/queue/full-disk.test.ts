import assert from "node:assert/strict";
import { join } from "node:path";
import { BufferPool } from "../../../src/event/buffer-pool.ts";
import type { RecordBatch } from "../../../src/event/record-batch.ts";
import { PersistentQueue } from "../../../src/pipeline/queue/persistent-queue.ts";
import { DEFAULT_QUEUE_SETTINGS } from "../../../src/pipeline/queue/queue-settings.ts";
import { mountSmall } from "../../store/small-filesystem.ts";
import { SOURCE } from "./queue-rig.ts";

const LIMITS = { batchBytes: 65_536, batchRecords: 16, totalBytes: 1 << 20 };

describe("persistent queue on a real disk that is full", function () {
  this.timeout(20_000);

  it("waits, acknowledges nothing that is not on disk, and goes on when outputs have taken something", async function () {
    const small = mountSmall(2 << 20);
    if (small === undefined) return this.skip();
    const messages: string[] = [];
    const note = (message: string): void => void messages.push(message);
    const stock: RecordBatch[] = [];
    const pool = new BufferPool(LIMITS, stock);
    const held: (() => void)[] = [];
    let working = false;
    let delivered = 0;
    const queue = await PersistentQueue.open({
      folder: join(small.folder, "queue"),
      settings: { ...DEFAULT_QUEUE_SETTINGS, pageCapacity: 300_000, checkpointInterval: 100 },
      log: { info: note, warn: note, error: note },
      intakeLimits: LIMITS,
      stock,
      deliveryPool: pool,
      numberOf: () => 0,
      handOn: (batch, _input, _ledger, acknowledged) => {
        const done = (): void => {
          delivered += batch.count;
          acknowledged();
          pool.release(batch);
        };
        if (working) setImmediate(done);
        else held.push(done);
      },
    });
    try {
      queue.start();
      const sink = queue.sink("test");
      let acknowledged = 0;
      const submitting = (async () => {
        for (let i = 0; i < 60; i++) {
          const batch = await sink.acquire();
          batch.append(batch.sourceIndex(SOURCE), Buffer.alloc(60_000, i), 0, 60_000, i, 60_000, 0, 0);
          sink.submit(batch, () => acknowledged++);
        }
      })();
      while (!messages.some((message) => message.includes("cannot be written"))) await tick();
      assert.ok(acknowledged > 10 && acknowledged < 35, String(acknowledged));
      working = true;
      for (const done of held.splice(0)) done();
      await submitting;
      while (acknowledged < 60) await tick();
      await queue.drained();
      assert.equal(delivered, 60);
      assert.ok(messages.some((message) => message.includes("can be written again")));
    } finally {
      await queue.close();
      small.unmount();
    }
  });
});

function tick(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 10));
}
