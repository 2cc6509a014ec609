import { BufferPool, type BufferPoolLimits } from "../../../src/event/buffer-pool.ts";
import type { RecordBatch, Source } from "../../../src/event/record-batch.ts";
import { PersistentQueue } from "../../../src/pipeline/queue/persistent-queue.ts";
import type { QueueClock } from "../../../src/pipeline/queue/queue-clock.ts";
import { DEFAULT_QUEUE_SETTINGS, type QueueSettings } from "../../../src/pipeline/queue/queue-settings.ts";
import { emptyEntry } from "../../../src/telemetry/ledger.ts";
import { DiskProcess, type MemoryDisk } from "./memory-disk.ts";

export const FOLDER = "/queue";
export const INPUT = "main_test#1";
const LIMITS: BufferPoolLimits = { batchBytes: 256, batchRecords: 8, totalBytes: 1024 };

/** Lets everything happen that waits for nothing but its turn. */
export function settled(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

/** A batch that came out of the queue, and waits for the test to say that it is delivered. */
export interface Delivery {
  readonly texts: readonly string[];
  readonly batch: RecordBatch;
  readonly done: () => void;
}

/** One run of a queue on a disk in memory, with outputs that the test plays. */
export class QueueRun {
  readonly disk: DiskProcess;
  readonly messages: string[] = [];
  readonly deliveries: Delivery[] = [];
  /** Texts in the order in which they came out. */
  readonly seen: string[] = [];
  /** Nothing is handed on. */
  holdBack = false;
  #queue: PersistentQueue | undefined;
  readonly #timers = new Map<number, { readonly at: number; readonly action: () => void }>();
  #now = 1_000_000;
  #nextTimer = 1;

  constructor(disk: MemoryDisk) {
    this.disk = new DiskProcess(disk);
  }

  get queue(): PersistentQueue {
    return this.#queue as PersistentQueue;
  }

  async open(settings: Partial<QueueSettings> = {}, limits: BufferPoolLimits = LIMITS): Promise<void> {
    const note = (message: string, details?: object): void => {
      this.messages.push(`${message} ${JSON.stringify(details ?? {})}`);
    };
    const stock: RecordBatch[] = [];
    const pool = new BufferPool(limits, stock);
    const clock: QueueClock = { now: () => this.#now, after: (ms, action) => this.#after(ms, action) };
    const opening = PersistentQueue.open({
      folder: FOLDER,
      settings: { ...DEFAULT_QUEUE_SETTINGS, ...settings },
      log: { info: note, warn: note, error: note },
      intakeLimits: limits,
      stock,
      deliveryPool: pool,
      numberOf: () => 7,
      handOn: (batch, _input, ledger, acknowledged) => {
        const texts = Array.from({ length: batch.count }, (_, i) => batch.recordBytes(i).toString());
        this.seen.push(...texts);
        this.deliveries.push({
          texts,
          batch,
          done: () => {
            ledger.add({ totals: { ...emptyEntry(), read: batch.count, delivered: batch.count }, outputs: new Map() });
            acknowledged();
            pool.release(batch);
          },
        });
      },
      files: this.disk.segments,
      checkpointFiles: this.disk.checkpoints,
      clock,
    });
    this.#queue = await this.until(opening);
    if (!this.holdBack) this.#queue.start();
  }

  /** Hands a batch in; resolves when the queue had a buffer for it. `acknowledged` is called when it is on disk. */
  async submit(texts: readonly string[], acknowledged: () => void, source: Source = SOURCE): Promise<void> {
    const sink = this.queue.sink(INPUT);
    const batch = await sink.acquire(texts.reduce((sum, text) => sum + text.length, 0));
    batch.readAt = this.#now;
    const index = batch.sourceIndex(source);
    texts.forEach((text, i) => {
      const bytes = Buffer.from(text);
      batch.append(index, bytes, 0, bytes.length, i * 100, bytes.length + 1, 0x80000000 + i, i % 4);
    });
    sink.submit(batch, acknowledged);
  }

  /** Runs the disk until `work` is done. */
  async until<T>(work: Promise<T>): Promise<T> {
    let open = true;
    const close = (): void => {
      open = false;
    };
    work.then(close, close);
    for (let idle = 0; open && idle < 100; idle = this.disk.step() ? 0 : idle + 1) await settled();
    if (open) throw new Error("nothing moves");
    return work;
  }

  /** Runs the disk until nothing moves. */
  async rest(): Promise<void> {
    for (let idle = 0; idle < 3; idle = this.disk.step() ? 0 : idle + 1) await settled();
  }

  /** Lets time pass. */
  pass(milliseconds: number): void {
    this.#now += milliseconds;
    for (const [number, { at, action }] of [...this.#timers])
      if (at <= this.#now && this.#timers.delete(number)) action();
  }

  die(): void {
    this.disk.die();
    this.#timers.clear();
  }

  #after(milliseconds: number, action: () => void): () => void {
    const number = this.#nextTimer++;
    this.#timers.set(number, { at: this.#now + milliseconds, action });
    return () => this.#timers.delete(number);
  }
}

export const SOURCE: Source = {
  input: 3,
  fileId: Uint8Array.from({ length: 12 }, (_, i) => 250 - i),
  generation: 5,
  unit: "byte",
  fields: [["[log][file][path]", "/var/log/ü.log"]],
};
