import {
  FLAG_INVALID_ENCODING,
  FLAG_MULTILINE,
  FLAG_TRUNCATED,
  RECORD_FLAGS,
  RECORD_WORDS,
  type RecordBatch,
  type RecordSink,
} from "../event/record-batch.ts";
import type { TailClock, TailCounter } from "./environment.ts";
import type { SentRange, TrackedFile } from "./tracked-file.ts";

/** Thrown to a reader that waited for a batch while the tail stopped. */
export class TailStopped extends Error {
  constructor() {
    super("the tail has stopped");
    this.name = "TailStopped";
  }
}

/** How long a reader waits for a batch before it lets other work go first: shorter waits are everyday, longer ones a receiver that does not take more. */
const PATIENCE_MS = 20;

/**
 * The batch that is being filled, shared by all files. It leaves when it is full or has waited `lingerMs`. Ranges per file tell
 * what its acknowledgement means.
 */
export class Batcher {
  /** Batches submitted and not yet acknowledged. */
  outstanding = 0;
  readonly #sink: RecordSink;
  readonly #clock: TailClock;
  readonly #lingerMs: number;
  readonly #acknowledged: () => void;
  readonly #count: (counter: TailCounter, by: number) => void;
  #batch: RecordBatch | null = null;
  #ranges: SentRange[] = [];
  #timer: unknown = null;
  #closed = false;
  #acquiring: Promise<void> | null = null;
  /** Told when a batch has come that the sink did not have before. */
  onRoom: () => void = () => undefined;
  readonly #waiting: (() => void)[] = [];

  /** `acknowledged` is called after every acknowledgement; `count` hears of records that were cut, or are not what their encoding allows. */
  constructor(
    sink: RecordSink,
    clock: TailClock,
    lingerMs: number,
    acknowledged: () => void,
    count: (counter: TailCounter, by: number) => void = () => undefined,
  ) {
    this.#sink = sink;
    this.#clock = clock;
    this.#lingerMs = lingerMs;
    this.#acknowledged = acknowledged;
    this.#count = count;
  }

  /** Nobody waits for the sink: `room` has not given up, or what it asked for has come. */
  get ready(): boolean {
    return this.#acquiring === null;
  }

  /** A batch with room for a record of `bytes`: the present one, or the next; null when the sink has none for a while: `onRoom` tells when it has. */
  async room(bytes: number): Promise<RecordBatch | null> {
    const present = this.#batch;
    if (present?.fits(bytes)) return present;
    if (present !== null && present.count > 0) this.submit();
    else if (present !== null) this.#giveBack();
    this.#acquiring ??= this.#acquire(bytes);
    let timer: unknown = null;
    const late = new Promise<void>((resolve) => {
      timer = this.#clock.setTimeout(resolve, PATIENCE_MS);
    });
    await Promise.race([this.#acquiring, late]);
    this.#clock.clearTimeout(timer);
    if (this.#closed) throw new TailStopped();
    const batch = this.#batch as RecordBatch | null;
    return batch?.fits(bytes) ? batch : null;
  }

  async #acquire(bytes: number): Promise<void> {
    let batch = await this.#sink.acquire();
    if (!batch.fits(bytes)) {
      this.#sink.release(batch);
      batch = await this.#sink.acquire(bytes);
    }
    this.#acquiring = null;
    if (this.#closed) {
      this.#sink.release(batch);
      return;
    }
    this.#batch = batch;
    this.onRoom();
  }

  /** Whether `batch` is still the present one: a timer may have submitted it. */
  holds(batch: RecordBatch): boolean {
    return this.#batch === batch;
  }

  /** The present batch got the records of `file` up to `end`; they begin where its last ones ended. */
  extend(file: TrackedFile, end: number, tail: number): void {
    const batch = this.#batch as RecordBatch;
    if (batch.readAt === 0) batch.readAt = this.#clock.now();
    const ranges = this.#ranges;
    const last = ranges[ranges.length - 1];
    const range = last?.file === file ? last : ranges.find((candidate) => candidate.file === file);
    if (range === undefined) {
      const fresh = { file, start: file.position.offset, end, tail, acknowledged: false };
      ranges.push(fresh);
      file.sent(fresh);
    } else {
      range.end = end;
      range.tail = tail;
    }
    file.advance(end, tail);
    this.#timer ??= this.#clock.setTimeout(() => {
      this.#timer = null;
      this.submit();
    }, this.#lingerMs);
  }

  /** Hands the present batch on, if it holds anything. */
  submit(): void {
    const batch = this.#batch;
    if (batch === null || batch.count === 0 || this.#closed) return;
    this.#stopTimer();
    this.#countFlags(batch);
    const ranges = this.#ranges;
    this.#batch = null;
    this.#ranges = [];
    this.outstanding++;
    this.#sink.submit(batch, () => {
      this.outstanding--;
      for (const range of ranges) range.file.acknowledge(range);
      this.#acknowledged();
      if (this.outstanding === 0) for (const resolve of this.#waiting.splice(0)) resolve();
    });
  }

  #countFlags({ table, count }: RecordBatch): void {
    let [lines, events, invalid] = [0, 0, 0];
    for (let i = 0; i < count; i++) {
      const flags = table[i * RECORD_WORDS + RECORD_FLAGS] as number;
      if (flags === 0) continue;
      const isCut = (flags & FLAG_TRUNCATED) !== 0;
      if (isCut && (flags & FLAG_MULTILINE) === 0) lines++;
      else if (isCut) events++;
      if ((flags & FLAG_INVALID_ENCODING) !== 0) invalid++;
    }
    if (lines > 0) this.#count("lines_truncated", lines);
    if (events > 0) this.#count("multiline_truncated", events);
    if (invalid > 0) this.#count("invalid_encoding", invalid);
  }

  /** Resolves when all that was submitted is acknowledged. */
  idle(): Promise<void> {
    if (this.outstanding === 0) return Promise.resolve();
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  /** Gives a batch that was not submitted back; its records will be read again. */
  close(): void {
    this.#closed = true;
    this.#stopTimer();
    for (const range of this.#ranges) range.file.unsent(range);
    this.#ranges = [];
    this.#giveBack();
  }

  #giveBack(): void {
    if (this.#batch !== null) this.#sink.release(this.#batch);
    this.#batch = null;
  }

  #stopTimer(): void {
    if (this.#timer !== null) this.#clock.clearTimeout(this.#timer);
    this.#timer = null;
  }
}
