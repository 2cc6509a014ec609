/**
 * A process that writes into a queue and delivers from it until it is killed. Arguments: folder, number of the run, `drain` to write nothing
 * and end when all is delivered. What the queue has acknowledged, and what came out of it, is noted in files beside it, a line each.
 */
import { appendFileSync, openSync, writeSync } from "node:fs";
import { join } from "node:path";
import { BufferPool } from "../../../src/event/buffer-pool.ts";
import type { RecordBatch, Source } from "../../../src/event/record-batch.ts";
import { PersistentQueue } from "../../../src/pipeline/queue/persistent-queue.ts";
import { DEFAULT_QUEUE_SETTINGS } from "../../../src/pipeline/queue/queue-settings.ts";
import { emptyEntry } from "../../../src/telemetry/ledger.ts";

const [folder = "", run = "", mode = ""] = process.argv.slice(2);
const acknowledged = openSync(join(folder, "acknowledged"), "a");
const delivered = openSync(join(folder, "delivered"), "a");
const note = (message: string, details?: object): void => {
  if (!/goes on|cut off|is full|takes events/.test(message))
    appendFileSync(join(folder, "troubles"), `${message} ${JSON.stringify(details)}\n`);
};
const limits = { batchBytes: 4096, batchRecords: 64, totalBytes: 4096 * 6 };
const stock: RecordBatch[] = [];
const pool = new BufferPool(limits, stock);
const queue = await PersistentQueue.open({
  folder: join(folder, "queue"),
  settings: {
    ...DEFAULT_QUEUE_SETTINGS,
    pageCapacity: 20_000,
    maxBytes: 150_000,
    checkpointInterval: 15,
  },
  log: { info: note, warn: note, error: note },
  intakeLimits: limits,
  stock,
  deliveryPool: pool,
  numberOf: () => 0,
  handOn: (batch, _input, ledger, done) => {
    const lines = Array.from({ length: batch.count }, (_, i) => `${batch.recordBytes(i).toString().trimEnd()}\n`);
    setTimeout(() => {
      writeSync(delivered, lines.join(""));
      ledger.add({ totals: { ...emptyEntry(), read: batch.count, delivered: batch.count }, outputs: new Map() });
      done();
      pool.release(batch);
    }, Math.random() * 8);
  },
});
queue.start();
process.send?.("open");

if (mode === "drain") {
  await queue.drained();
  await queue.close();
  process.stdout.write(JSON.stringify(queue.ledger("test").snapshot().totals));
} else {
  const source: Source = { input: 0, fileId: new Uint8Array(12), generation: 0, fields: [] };
  const sink = queue.sink("test");
  for (let number = 0; ; ) {
    const batch = await sink.acquire();
    const lines: string[] = [];
    for (let i = 0; i < 1 + Math.random() * 40; i++) lines.push(`${run}.${number++}`);
    for (const line of lines) {
      const bytes = Buffer.from(line.padEnd(20 + Math.floor(Math.random() * 60)));
      batch.append(batch.sourceIndex(source), bytes, 0, bytes.length, number, bytes.length, 0, 0);
    }
    sink.submit(batch, () => writeSync(acknowledged, `${lines.join("\n")}\n`));
    if (Math.random() < 0.2) await new Promise((resolve) => setTimeout(resolve, 2));
  }
}
