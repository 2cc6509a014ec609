import { BufferPool } from "../event/buffer-pool.ts";
import { RECORD_LENGTH, RECORD_WORDS, type RecordBatch, type RecordSink } from "../event/record-batch.ts";
import { Timestamp } from "../event/timestamp.ts";
import type { EventSlices } from "../lumberjack/events.ts";
import { InOrder } from "../telemetry/in-order.ts";
import { emptyEntry, emptyOutputEntry, type Ledger } from "../telemetry/ledger.ts";
import { type EventEncoder, WriterPool } from "./event-encoder.ts";

/** A window is closed at so many bytes of records, whatever their number. */
const WINDOW_BYTES = 1 << 20;

/** What windows are sent through; resolves when the window is acknowledged, rejects when the sender is closed. */
export interface WindowSender {
  send(events: EventSlices): Promise<void>;
}

/** Sends record batches as windows, and acknowledges a batch when all its windows are. The ledger gets the entry in the same turn, in the order of batches. */
export class ShipSink implements RecordSink {
  readonly #pool: BufferPool;
  readonly #writers: WriterPool;
  readonly #encoder: EventEncoder;
  readonly #sender: WindowSender;
  readonly #ledger: Ledger;
  readonly #order = new InOrder();
  readonly #windowEvents: number;
  readonly #now: () => number;

  constructor(
    encoder: EventEncoder,
    sender: WindowSender,
    ledger: Ledger,
    windowEvents: number,
    now: () => number,
    pool: BufferPool = new BufferPool(),
  ) {
    this.#pool = pool;
    this.#writers = new WriterPool(pool.limits.batchBytes);
    this.#encoder = encoder;
    this.#sender = sender;
    this.#ledger = ledger;
    this.#windowEvents = windowEvents;
    this.#now = now;
  }

  acquire(bytes?: number): Promise<RecordBatch> {
    return this.#pool.acquire(bytes);
  }

  release(batch: RecordBatch): void {
    this.#pool.release(batch);
  }

  submit(batch: RecordBatch, acknowledged: () => void): void {
    const time = new Timestamp(batch.readAt || this.#now());
    const timestampJson = new Uint8Array(Buffer.from(JSON.stringify(time)));
    const windows: Promise<void>[] = [];
    let sent = 0;
    for (let from = 0; from < batch.count; ) {
      const to = windowEnd(batch, from, this.#windowEvents);
      const writer = this.#writers.take();
      const window = this.#encoder.encode(batch, from, to, timestampJson, writer);
      sent += window.count;
      const done = window.count === 0 ? Promise.resolve() : this.#sender.send(window);
      windows.push(done.finally(() => this.#writers.giveBack(writer)));
      from = to;
    }
    const end = this.#order.begin();
    const read = batch.count;
    Promise.all(windows).then(
      () => {
        this.#pool.release(batch);
        end(() => {
          const totals = { ...emptyEntry(), read, delivered: sent, filtered: read - sent };
          this.#ledger.add({ totals, outputs: new Map([["logstash", { ...emptyOutputEntry(), delivered: sent }]]) });
          acknowledged();
        });
      },
      // The sender was closed: the batch stays unacknowledged and is read again at the next start.
      () => undefined,
    );
  }
}

function windowEnd(batch: RecordBatch, from: number, most: number): number {
  const last = Math.min(batch.count, from + most);
  let bytes = 0;
  for (let i = from; i < last; i++) {
    bytes += batch.table[i * RECORD_WORDS + RECORD_LENGTH] as number;
    if (bytes > WINDOW_BYTES && i > from) return i;
  }
  return last;
}
