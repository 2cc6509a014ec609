import { setTimeout as sleep } from "node:timers/promises";
import type { Logger, SourceRange } from "../plugin/definitions.ts";
import { closeSlice, removeLines } from "./close-slice.ts";
import { byPath, type KindBits, mergeKinds } from "./column-kinds.ts";
import { CommittedRanges, type StoredRanges, storedRanges } from "./committed-ranges.ts";
import { type Addition, OpenSlice } from "./open-slice.ts";
import { expiredSlices, type RetentionLimits, removeSlice } from "./retention.ts";
import { listSlices, prepareFolder, removeLeftovers } from "./slice-files.ts";
import { StoreClock } from "./store-clock.ts";

export interface StoreOptions {
  readonly folder: string;
  readonly retention: RetentionLimits;
  /** A slice is closed at so many bytes of lines. */
  readonly sliceBytes: number;
  /** And so long after its first row, in milliseconds. */
  readonly sliceAgeMs: number;
  readonly log: Logger;
  /** Epoch milliseconds. */
  readonly now: () => number;
}

/** Slices that wait to be closed; beyond, rows wait. */
const CLOSING_LIMIT = 2;
/** Bytes of lines in one transaction. */
const TRANSACTION_BYTES = 16 * 1024 * 1024;
const RETRY_MS = 2000;

/** Rows for one transaction, with what was read for them. */
export interface Rows {
  readonly lines: Buffer;
  readonly rows: number;
  /** Longest line, in bytes. */
  readonly longest: number;
  readonly kinds: KindBits;
  readonly ranges: readonly SourceRange[];
}

interface Waiting {
  readonly rows: Rows;
  readonly committed: () => void;
  readonly failed: (error: Error) => void;
  readonly signal: AbortSignal;
}

/**
 * The owner's side of a store: takes rows, commits them in transactions (what came while one was written goes into the next), closes slices
 * and removes old ones. Its folder must be locked by the caller.
 */
export class StoreWriter {
  readonly #options: StoreOptions;
  readonly #ranges: CommittedRanges;
  readonly #clock: StoreClock;
  readonly #waiting: Waiting[] = [];
  #slice: OpenSlice;
  #working: Promise<void> | undefined;
  #closing: Promise<void> = Promise.resolve();
  #closingCount = 0;
  /** Slices that could not be closed; tried again when another could. */
  #unclosed: OpenSlice[] = [];
  #troubled = false;
  #ended = false;

  private constructor(options: StoreOptions, slice: OpenSlice, ranges: CommittedRanges, clock: StoreClock) {
    this.#options = options;
    this.#slice = slice;
    this.#ranges = ranges;
    this.#clock = clock;
  }

  /** Opens a store, or makes it. Slices that a crash left open are taken up. @throws StoreVersionError, or what the filesystem says */
  static async open(options: StoreOptions): Promise<StoreWriter> {
    const { folder, log } = options;
    await prepareFolder(folder);
    const { closed, open, damaged } = await listSlices(folder);
    for (const { path, reason } of damaged)
      log.warn("a slice of the store cannot be read and is left alone", { path, reason });
    await removeLeftovers(folder);
    const lastNumber = Math.max(0, ...closed.map(({ number }) => number), ...open);
    const ranges = new CommittedRanges();
    const recovered: OpenSlice[] = [];
    for (const number of open) {
      try {
        const { slice, ranges: stored } = await OpenSlice.recover(folder, number);
        for (const part of stored) ranges.add(part);
        recovered.push(slice);
      } catch (error) {
        log.error("an open slice of the store cannot be read and is left alone", {
          slice: number,
          reason: (error as Error).message,
        });
      }
    }
    const newest = Math.max(
      0,
      ...closed.map(({ manifest }) => manifest.ingestedTo),
      ...recovered.map(({ lastAt }) => lastAt),
    );
    const clock = new StoreClock(options.now, newest, options.retention.ageMs);
    if (clock.ahead > 0) {
      log.warn(
        "the clock stands far ahead of the last row of the store: nothing is removed for its age until it has caught up",
        { days: Math.round(clock.ahead / 86_400_000) },
      );
    }
    const last = recovered.at(-1);
    let slice: OpenSlice;
    if (last?.number === lastNumber && last.isBegun) slice = recovered.pop() as OpenSlice;
    else {
      // What a crash left of the beginning of a slice is begun anew: without its first record it would know nothing of those before.
      const isTorn = last?.number === lastNumber;
      if (isTorn) await recovered.pop()?.close();
      slice = await OpenSlice.create(folder, isTorn ? lastNumber : lastNumber + 1, ranges.snapshot(), clock.now());
    }
    const writer = new StoreWriter(options, slice, ranges, clock);
    for (const old of recovered) writer.#finish(old);
    return writer;
  }

  get ranges(): CommittedRanges {
    return this.#ranges;
  }

  /** Resolves when the rows are on disk; rejects when `signal` aborts before. */
  append(rows: Rows, signal: AbortSignal): Promise<void> {
    return new Promise((committed, failed) => {
      this.#waiting.push({ rows, committed, failed, signal });
      this.#working ??= this.#work();
    });
  }

  /** Ends what is under way; rows that wait are not taken any more. The open slice stays for the next start. */
  async close(): Promise<void> {
    this.#ended = true;
    await this.#working;
    await this.#closing;
    await this.#slice.close();
  }

  async #work(): Promise<void> {
    while (this.#waiting.length > 0) {
      const taken = this.#take();
      try {
        await this.#commit(taken);
        for (const { committed } of taken) committed();
      } catch (error) {
        for (const { failed } of taken) failed(error as Error);
      }
    }
    // In the same turn as the last look: who comes later must find nobody at work.
    this.#working = undefined;
  }

  #take(): Waiting[] {
    let bytes = 0;
    let count = 0;
    for (const { rows } of this.#waiting) {
      if (count > 0 && bytes + rows.lines.length > TRANSACTION_BYTES) break;
      bytes += rows.lines.length;
      count++;
    }
    return this.#waiting.splice(0, count);
  }

  async #commit(taken: readonly Waiting[]): Promise<void> {
    const kinds: KindBits = byPath();
    for (const { rows } of taken) mergeKinds(kinds, rows.kinds);
    const addition: Addition = {
      lines: taken.map(({ rows }) => rows.lines),
      rows: taken.reduce((sum, { rows }) => sum + rows.rows, 0),
      longest: Math.max(...taken.map(({ rows }) => rows.longest)),
      kinds,
      ranges: mergeRanges(taken.map(({ rows }) => storedRanges(rows.ranges))),
    };
    for (;;) {
      try {
        if (this.#isFull()) await this.#next();
        await this.#slice.append(addition, this.#clock.now());
        break;
      } catch (error) {
        await this.#trouble(error as Error, taken);
      }
    }
    if (this.#troubled) this.#options.log.info("the store can be written to again");
    this.#troubled = false;
    this.#ranges.add(addition.ranges);
  }

  /** A full disk or the like: said once, tried again until it goes or the process stops. */
  async #trouble(error: Error, taken: readonly Waiting[]): Promise<void> {
    if (this.#ended || taken.some(({ signal }) => signal.aborted)) throw error;
    if (!this.#troubled) {
      this.#options.log.error("the store cannot be written to; rows wait, nothing is lost", {
        reason: error.message,
        help: "make room on the disk, or use another --data folder",
      });
    }
    this.#troubled = true;
    await sleep(RETRY_MS);
    if (this.#ended || taken.some(({ signal }) => signal.aborted)) throw error;
  }

  #isFull(): boolean {
    const { bytes, rows, firstAt } = this.#slice;
    return rows > 0 && (bytes >= this.#options.sliceBytes || this.#clock.now() - firstAt >= this.#options.sliceAgeMs);
  }

  async #next(): Promise<void> {
    while (this.#closingCount >= CLOSING_LIMIT) await this.#closing;
    const full = this.#slice;
    const { folder } = this.#options;
    this.#slice = await OpenSlice.create(folder, full.number + 1, this.#ranges.snapshot(), this.#clock.now());
    this.#finish(full);
  }

  /** Closes a slice behind those that are being closed. */
  #finish(slice: OpenSlice): void {
    this.#closingCount++;
    this.#closing = this.#closing.then(async () => {
      try {
        await slice.close();
        for (const one of [slice, ...this.#unclosed.splice(0)]) await this.#convert(one);
        await this.#retain();
      } catch (error) {
        this.#options.log.error("an old slice could not be removed", { reason: (error as Error).message });
      } finally {
        this.#closingCount--;
      }
    });
  }

  async #convert(slice: OpenSlice): Promise<void> {
    const { folder, log } = this.#options;
    try {
      if (slice.rows === 0) await removeLines(folder, slice.number);
      else await closeSlice(folder, slice);
    } catch (error) {
      // It stays searchable as it is.
      this.#unclosed.push(slice);
      log.error("a slice could not be closed; it is kept as it is and tried again", {
        slice: slice.number,
        reason: (error as Error).message,
      });
    }
  }

  async #retain(): Promise<void> {
    const { folder, retention, log } = this.#options;
    const { closed } = await listSlices(folder);
    for (const slice of expiredSlices(closed, retention, this.#clock.now())) {
      await removeSlice(folder, slice);
      log.info("an old slice was removed", { slice: slice.number, rows: slice.manifest.rows });
    }
  }
}

function mergeRanges(parts: readonly StoredRanges[]): StoredRanges {
  const merged = new CommittedRanges();
  for (const part of parts) merged.add(part);
  return merged.snapshot();
}
