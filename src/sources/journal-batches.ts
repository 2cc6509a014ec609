import type { RecordBatch, RecordSink, Source } from "../event/record-batch.ts";
import type { JournalOffsets } from "./journal-position.ts";

/** How long a part-filled batch waits for more entries, in milliseconds. */
const LINGER_MILLIS = 50;

interface Submitted<P> {
  readonly position: P;
  acknowledged: boolean;
}

/**
 * Puts entries of a journal into batches. Batches may reach their end in another order than they left; `reached` hears the position of the
 * last one before which nothing is open.
 */
export class JournalBatches<P> {
  readonly #sink: RecordSink;
  readonly #now: () => number;
  readonly #position: () => P;
  readonly #reached: (position: P) => void;
  readonly #open: Submitted<P>[] = [];
  #batch: RecordBatch | undefined;
  #timer: NodeJS.Timeout | undefined;
  #idle: (() => void)[] = [];

  /** `position`: how far the entries added so far reach. */
  constructor(sink: RecordSink, now: () => number, position: () => P, reached: (position: P) => void) {
    this.#sink = sink;
    this.#now = now;
    this.#position = position;
    this.#reached = reached;
  }

  /** Makes room for an entry of `bytes` and sends what stands in the way; call it before the position moves. Undefined: there is room. */
  room(bytes: number): Promise<void> | undefined {
    if (this.#batch?.fits(bytes)) return undefined;
    return this.#next(bytes);
  }

  async #next(bytes: number): Promise<void> {
    this.flush();
    this.#batch = await this.#sink.acquire(bytes);
  }

  /** Appends an entry for which room was made. */
  add(
    source: Source,
    line: { readonly bytes: Buffer; readonly start: number; readonly end: number; readonly flags: number },
    offsets: JournalOffsets,
    crc: number,
  ): void {
    const batch = this.#batch as RecordBatch;
    if (batch.count === 0) {
      batch.readAt = this.#now();
      this.#timer = setTimeout(() => this.flush(), LINGER_MILLIS);
    }
    const { bytes, start, end, flags } = line;
    batch.append(batch.sourceIndex(source), bytes, start, end, offsets.offset, offsets.length, crc, flags);
  }

  /** Sends what there is. */
  flush(): void {
    clearTimeout(this.#timer);
    const batch = this.#batch;
    if (batch === undefined) return;
    this.#batch = undefined;
    if (batch.count === 0) {
      this.#sink.release(batch);
      return;
    }
    const submitted: Submitted<P> = { position: this.#position(), acknowledged: false };
    this.#open.push(submitted);
    this.#sink.submit(batch, () => this.#acknowledge(submitted));
  }

  /** Sends what there is and resolves when all of it has reached its end. */
  async drain(): Promise<void> {
    this.flush();
    if (this.#open.length > 0) await new Promise<void>((resolve) => this.#idle.push(resolve));
  }

  #acknowledge(submitted: Submitted<P>): void {
    submitted.acknowledged = true;
    let reached: Submitted<P> | undefined;
    while (this.#open[0]?.acknowledged) reached = this.#open.shift();
    if (reached !== undefined) this.#reached(reached.position);
    if (this.#open.length === 0) for (const resolve of this.#idle.splice(0)) resolve();
  }
}
