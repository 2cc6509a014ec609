import { RecordBatch } from "./record-batch.ts";

export interface BufferPoolLimits {
  /** Bytes of data in a standard batch. */
  readonly batchBytes: number;
  /** Records in a batch. */
  readonly batchRecords: number;
  /** Bytes of all batches in use together; one batch is always given, however large. */
  readonly totalBytes: number;
}

export const DEFAULT_POOL_LIMITS: BufferPoolLimits = {
  batchBytes: 1 << 20,
  batchRecords: 4096,
  totalBytes: 48 << 20,
};

interface Waiter {
  readonly bytes: number;
  readonly records: number;
  readonly resolve: (batch: RecordBatch) => void;
}

/**
 * A bounded pool of shared buffers. Who asks while all are in use waits in line: back-pressure starts here. Pools between which batches
 * are handed over have one stock of free ones.
 */
export class BufferPool {
  readonly limits: BufferPoolLimits;
  readonly #free: RecordBatch[];
  readonly #waiting: Waiter[] = [];
  #inUse = 0;

  constructor(limits: BufferPoolLimits = DEFAULT_POOL_LIMITS, stock: RecordBatch[] = []) {
    this.limits = limits;
    this.#free = stock;
  }

  /** Bytes given out. */
  get bytesInUse(): number {
    return this.#inUse;
  }

  /** A batch that holds `bytes` and `records`, at least as large as all; waits while there is no room. */
  acquire(bytes = 0, records = 0): Promise<RecordBatch> {
    const size = Math.max(bytes, this.limits.batchBytes);
    const rows = Math.max(records, this.limits.batchRecords);
    if (this.#waiting.length === 0 && this.#fits(size)) return Promise.resolve(this.#give(size, rows));
    return new Promise((resolve) => this.#waiting.push({ bytes: size, records: rows, resolve }));
  }

  release(batch: RecordBatch): void {
    this.#inUse -= batch.bytes.length;
    batch.clear();
    // Larger ones were made for one huge record; keeping them would keep the memory.
    const { batchBytes, batchRecords } = this.limits;
    if (batch.bytes.length === batchBytes && batch.capacity === batchRecords) this.#free.push(batch);
    this.#serve();
  }

  /** Takes a batch over from another pool, filled as it is. False where there is no room, or somebody waits for it, unless it must be. */
  takeOver(batch: RecordBatch, from: BufferPool, must = false): boolean {
    const { length } = batch.bytes;
    if (!must && (this.#waiting.length > 0 || !this.#fits(length))) return false;
    this.#inUse += length;
    from.#inUse -= length;
    from.#serve();
    return true;
  }

  #serve(): void {
    for (let next = this.#waiting[0]; next !== undefined && this.#fits(next.bytes); next = this.#waiting[0]) {
      this.#waiting.shift();
      next.resolve(this.#give(next.bytes, next.records));
    }
  }

  #fits(bytes: number): boolean {
    return this.#inUse === 0 || this.#inUse + bytes <= this.limits.totalBytes;
  }

  #give(bytes: number, records: number): RecordBatch {
    this.#inUse += bytes;
    const { batchBytes, batchRecords } = this.limits;
    const free = bytes === batchBytes && records === batchRecords ? this.#free.pop() : undefined;
    return free ?? RecordBatch.allocate(bytes, records);
  }
}
