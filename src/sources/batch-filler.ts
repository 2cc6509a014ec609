import type { RecordBatch, RecordSink, Source } from "../event/record-batch.ts";

/** How long a part-filled batch waits for more records, in milliseconds (Logstash's pipeline.batch.delay). */
const LINGER_MILLIS = 50;

/** Runs `action` once after so many milliseconds; the answer cancels it. */
export type Delay = (milliseconds: number, action: () => void) => () => void;

const realDelay: Delay = (milliseconds, action) => {
  const timer = setTimeout(action, milliseconds);
  return () => clearTimeout(timer);
};

/**
 * Puts records of sources that have no file behind them into batches: the identity's offset is a running number. A batch goes out
 * when it is full or a moment after its first record.
 */
export class BatchFiller {
  readonly #sink: RecordSink;
  readonly #now: () => number;
  readonly #delay: Delay;
  #batch: RecordBatch | undefined;
  #acknowledgements: (() => void)[] = [];
  #stopTimer: (() => void) | undefined;
  #waiting: Promise<void> = Promise.resolve();
  #waitingCount = 0;
  #unacknowledged = 0;
  readonly #idle: (() => void)[] = [];

  constructor(sink: RecordSink, now: () => number, delay: Delay = realDelay) {
    this.#sink = sink;
    this.#now = now;
    this.#delay = delay;
  }

  /**
   * Appends a record, waiting while there is no room. `acknowledged` is called when it has reached its end. Calls are kept in order;
   * `bytes` must stay unchanged until the promise resolves.
   */
  add(
    source: Source,
    bytes: Buffer,
    start: number,
    end: number,
    offset: number,
    flags: number,
    acknowledged?: () => void,
  ): Promise<void> | undefined {
    const batch = this.#batch;
    if (this.#waitingCount === 0 && batch?.fits(end - start)) {
      this.#append(batch, source, bytes, start, end, offset, flags, acknowledged);
      return undefined;
    }
    this.#waitingCount++;
    this.#waiting = this.#waiting.then(async () => {
      if (this.#batch?.fits(end - start) !== true) {
        this.flush();
        this.#batch = await this.#sink.acquire(end - start);
      }
      this.#append(this.#batch as RecordBatch, source, bytes, start, end, offset, flags, acknowledged);
      this.#waitingCount--;
    });
    return this.#waiting;
  }

  /** Sends what there is. */
  flush(): void {
    this.#stopTimer?.();
    this.#stopTimer = undefined;
    const batch = this.#batch;
    if (batch === undefined) return;
    this.#batch = undefined;
    if (batch.count === 0) {
      this.#sink.release(batch);
      return;
    }
    const acknowledgements = this.#acknowledgements;
    this.#acknowledgements = [];
    this.#unacknowledged++;
    this.#sink.submit(batch, () => {
      for (const acknowledged of acknowledgements) acknowledged();
      this.#unacknowledged--;
      if (this.#unacknowledged === 0) for (const resolve of this.#idle.splice(0)) resolve();
    });
  }

  /** Sends what there is and resolves when all is acknowledged. */
  async drain(): Promise<void> {
    await this.#waiting;
    this.flush();
    if (this.#unacknowledged > 0) await new Promise<void>((resolve) => this.#idle.push(resolve));
  }

  #append(
    batch: RecordBatch,
    source: Source,
    bytes: Buffer,
    start: number,
    end: number,
    offset: number,
    flags: number,
    acknowledged: (() => void) | undefined,
  ): void {
    if (batch.count === 0) {
      batch.readAt = this.#now();
      this.#stopTimer = this.#delay(LINGER_MILLIS, () => this.flush());
    }
    // A random id and a running number are unique already; a checksum tells apart what stood at one place of a file.
    const crc = 0;
    batch.append(batch.sourceIndex(source), bytes, start, end, offset, end - start, crc, flags);
    if (acknowledged !== undefined) this.#acknowledgements.push(acknowledged);
  }
}

/** Resolves when `work` does, or after `milliseconds`. */
export async function atMost(milliseconds: number, work: Promise<unknown>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, milliseconds);
  });
  await Promise.race([work, timeout]);
  clearTimeout(timer);
}
