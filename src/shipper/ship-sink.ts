import { BufferPool, type BufferPoolLimits } from "../event/buffer-pool.ts";
import { RECORD_LENGTH, RECORD_WORDS, type RecordBatch, type RecordSink } from "../event/record-batch.ts";
import { InOrder } from "../telemetry/in-order.ts";
import { emptyEntry, emptyOutputEntry, type Ledger } from "../telemetry/ledger.ts";
import { type EventEncoder, WriterPool } from "./events/event-encoder.ts";
import type { WindowOutcome, WindowSender } from "./outputs/window-sender.ts";

/** A window is closed at so many bytes of records, whatever their number. */
const WINDOW_BYTES = 1 << 20;
/** Windows that are made ready while all that the sender takes at once are under way. */
const WINDOWS_AHEAD = 1;

/** What is read and not acknowledged is bounded by this: a shipper runs on every host, so it is small. */
export const SHIPPER_POOL: BufferPoolLimits = { batchBytes: 1 << 20, batchRecords: 4096, totalBytes: 8 << 20 };

/** A batch on its way. */
interface Job {
  readonly batch: RecordBatch;
  readonly acknowledged: () => void;
  readonly end: (effect: () => void) => void;
  /** First record that is in no window yet. */
  next: number;
  /** Windows under way. */
  open: number;
  sent: number;
  delivered: number;
  existing: number;
  deadLettered: number;
  spooled: number;
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
  /** Batches that have records in no window yet. */
  readonly #jobs: Job[] = [];
  #open = 0;

  constructor(
    encoder: EventEncoder,
    sender: WindowSender,
    ledger: Ledger,
    windowEvents: number,
    now: () => number,
    pool: BufferPool = new BufferPool(SHIPPER_POOL),
  ) {
    this.#pool = pool;
    this.#writers = new WriterPool(pool.limits.batchBytes);
    this.#encoder = encoder;
    this.#sender = sender;
    this.#ledger = ledger;
    this.#windowEvents = windowEvents;
    this.#now = now;
  }

  /** Nothing is on its way. */
  get idle(): boolean {
    return this.#open === 0 && this.#jobs.length === 0;
  }

  acquire(bytes?: number): Promise<RecordBatch> {
    return this.#pool.acquire(bytes);
  }

  release(batch: RecordBatch): void {
    this.#pool.release(batch);
  }

  submit(batch: RecordBatch, acknowledged: () => void): void {
    const counts = { next: 0, open: 0, sent: 0, delivered: 0, existing: 0, deadLettered: 0, spooled: 0 };
    const job: Job = { batch, acknowledged, end: this.#order.begin(), ...counts };
    this.#jobs.push(job);
    this.#pump();
  }

  /** Encodes only what the sender takes soon: what waits is smaller as records. */
  #pump(): void {
    while (this.#open < this.#sender.capacity + WINDOWS_AHEAD) {
      const job = this.#jobs[0];
      if (job === undefined) return;
      const to = windowEnd(job.batch, job.next, this.#windowEvents);
      this.#send(job, job.next, to);
      job.next = to;
      if (to < job.batch.count) continue;
      this.#jobs.shift();
      if (job.open === 0) this.#finish(job);
    }
  }

  #send(job: Job, from: number, to: number): void {
    const { batch } = job;
    const writer = this.#writers.take();
    const window = this.#encoder.encode(batch, from, to, batch.readAt || this.#now(), writer);
    if (window.count === 0) {
      this.#writers.giveBack(writer);
      return;
    }
    job.open++;
    job.sent += window.count;
    this.#open++;
    this.#sender.send(window).then(
      (outcome) => {
        // Else an attempt still uses its bytes.
        if (outcome.keepsBytes !== true) this.#writers.giveBack(writer);
        this.#open--;
        this.#settle(job, outcome);
        this.#pump();
      },
      // The sender was closed: the batch stays unacknowledged and is read again at the next start.
      () => undefined,
    );
  }

  #settle(job: Job, { delivered, existing, deadLettered, spooled = 0 }: WindowOutcome): void {
    job.spooled += spooled;
    job.delivered += delivered;
    job.existing += existing;
    job.deadLettered += deadLettered;
    job.open--;
    if (job.open === 0 && job.next === job.batch.count) this.#finish(job);
  }

  #finish(job: Job): void {
    const { sent, delivered, existing, deadLettered, spooled } = job;
    const read = job.batch.count;
    this.#pool.release(job.batch);
    job.end(() => {
      // What is in the spool is handed over: the spool's own ledger says what became of it.
      const handedOver = delivered + existing + spooled;
      const totals = { ...emptyEntry(), read, delivered: handedOver, deadLettered, filtered: read - sent };
      const output = { ...emptyOutputEntry(), delivered, existing, deadLettered };
      this.#ledger.add({ totals, outputs: new Map([[this.#sender.name, output]]) });
      job.acknowledged();
    });
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
