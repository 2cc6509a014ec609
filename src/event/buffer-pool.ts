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
  readonly resolve: (batch: RecordBatch) => void;
}

/** A bounded pool of shared buffers. Who asks while all are in use waits in line: back-pressure starts here. */
export class BufferPool {
  readonly limits: BufferPoolLimits;
  readonly #free: RecordBatch[] = [];
  readonly #waiting: Waiter[] = [];
  #inUse = 0;

  constructor(limits: BufferPoolLimits = DEFAULT_POOL_LIMITS) {
    this.limits = limits;
  }

  /** Bytes given out. */
  get bytesInUse(): number {
    return this.#inUse;
  }

  acquire(bytes = 0): Promise<RecordBatch> {
    const size = Math.max(bytes, this.limits.batchBytes);
    if (this.#waiting.length === 0 && this.#fits(size)) return Promise.resolve(this.#give(size));
    return new Promise((resolve) => this.#waiting.push({ bytes: size, resolve }));
  }

  release(batch: RecordBatch): void {
    this.#inUse -= batch.bytes.length;
    batch.clear();
    // Larger ones were made for one huge record; keeping them would keep the memory.
    if (batch.bytes.length === this.limits.batchBytes) this.#free.push(batch);
    for (let next = this.#waiting[0]; next !== undefined && this.#fits(next.bytes); next = this.#waiting[0]) {
      this.#waiting.shift();
      next.resolve(this.#give(next.bytes));
    }
  }

  #fits(bytes: number): boolean {
    return this.#inUse === 0 || this.#inUse + bytes <= this.limits.totalBytes;
  }

  #give(bytes: number): RecordBatch {
    this.#inUse += bytes;
    const free = bytes === this.limits.batchBytes ? this.#free.pop() : undefined;
    return free ?? RecordBatch.allocate(bytes, this.limits.batchRecords);
  }
}
