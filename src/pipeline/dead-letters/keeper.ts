import { setTimeout as sleep } from "node:timers/promises";
import type { Logger } from "../../plugin/definitions.ts";
import { type DeadLetter, encodeLetter } from "../../segments/dead-letter.ts";
import { DeadLetterStore } from "../../segments/dead-letter-store.ts";
import { RECORD_HEADER_BYTES, RECORD_LIMIT, SEGMENT_HEADER } from "../../segments/format.ts";
import { type Marks, marksBytes, readMarks } from "../../segments/settled-log.ts";
import type { LetterTarget } from "../run/dead-letters.ts";
import { type DroppedCounts, DroppedLetters, type DropReason, readDropped } from "./dropped-counts.ts";
import { isSettled, type SegmentSummary, summaries } from "./segment-summary.ts";
import type { DeadLetterSettings } from "./settings.ts";

/** A segment is an eighth of the whole, so that little is dropped at once, between these bounds in bytes. */
const SEGMENT_BYTES = { least: 16 << 10, most: 16 << 20 };
/** Pause between looks for room, in milliseconds. */
const FULL_MILLIS = 1000;
/** Pause between looks for letters that are too old, in milliseconds. */
const AGE_MILLIS = 60_000;

/** Surroundings of the keeper; a test brings its own clock. */
export interface KeeperSurroundings {
  readonly log: Logger;
  readonly now: () => number;
  /** Rejects when `signal` aborts. */
  readonly sleep: (milliseconds: number, signal: AbortSignal) => Promise<unknown>;
}

export const realKeeperSurroundings = (log: Logger): KeeperSurroundings => ({
  log,
  now: Date.now,
  sleep: (milliseconds, signal) => sleep(milliseconds, undefined, { signal }),
});

/** Counts since the start; `dropped` since the folder was made. */
export interface KeeperCounts {
  /** Letters kept, by code. */
  readonly kept: Readonly<Record<string, number>>;
  readonly dropped: DroppedCounts;
  /** Letters that had to wait for room. */
  readonly waited: number;
  /** One is waiting now. */
  readonly blocked: boolean;
  readonly bytes: number;
}

/** Keeps dead letters within their size and age: takes one when there is room, and makes room by what the settings say. */
export class DeadLetterKeeper implements LetterTarget {
  readonly folder: string;
  readonly #settings: DeadLetterSettings;
  readonly #store: DeadLetterStore;
  readonly #around: KeeperSurroundings;
  readonly #dropped: DroppedLetters;
  readonly #abort = new AbortController();
  readonly #kept: Record<string, number> = {};
  readonly #warned = new Set<DropReason>();
  #queue: Promise<void> = Promise.resolve();
  #marksSeen = 0;
  #nextLook = Number.NEGATIVE_INFINITY;
  #expiredAt = Number.NEGATIVE_INFINITY;
  #waited = 0;
  #blocked = false;

  private constructor(
    folder: string,
    settings: DeadLetterSettings,
    store: DeadLetterStore,
    dropped: DroppedCounts,
    around: KeeperSurroundings,
  ) {
    this.folder = folder;
    this.#settings = settings;
    this.#store = store;
    this.#around = around;
    this.#dropped = new DroppedLetters(folder, dropped, (reason) => around.log.warn(reason));
  }

  /** Opens the folder as its owner. What is settled or too old is removed soon after. */
  static async open(
    folder: string,
    settings: DeadLetterSettings,
    around: KeeperSurroundings,
  ): Promise<DeadLetterKeeper> {
    const segmentBytes = Math.min(SEGMENT_BYTES.most, Math.max(SEGMENT_BYTES.least, settings.maxBytes >> 3));
    const store = await DeadLetterStore.open(folder, { segmentBytes, totalBytes: Number.POSITIVE_INFINITY });
    const { tornBytes } = store.recovery;
    if (tornBytes > 0) around.log.info("dead letters: a letter that a crash cut off is left out", { tornBytes });
    const keeper = new DeadLetterKeeper(folder, settings, store, await readDropped(folder), around);
    keeper.#maintain();
    if (settings.retainMs !== undefined) keeper.#maintainOften();
    return keeper;
  }

  counts(): KeeperCounts {
    return {
      kept: this.#kept,
      dropped: this.#dropped.counts,
      waited: this.#waited,
      blocked: this.#blocked,
      bytes: this.#store.bytes,
    };
  }

  /** Resolves when the letter has its place (durable after `flush`) or was dropped and counted; rejects after `abort`. */
  append(letter: DeadLetter): Promise<void> {
    const done = this.#queue.then(() => this.#append(letter));
    this.#queue = done.catch(() => undefined);
    return done;
  }

  flush(): Promise<void> {
    return this.#store.flush();
  }

  /** Who waits for room gives up. */
  abort(): void {
    this.#abort.abort(new Error("the pipeline stops"));
  }

  async close(): Promise<void> {
    this.abort();
    await this.#queue;
    await this.#store.close();
    await this.#dropped.close();
  }

  async #append(letter: DeadLetter): Promise<void> {
    if (!this.#settings.enabled) return this.#drop("disabled", { [letter.code]: 1 });
    const bytes = withinLimit(letter);
    if (bytes === undefined) return this.#drop("too_large", { [letter.code]: 1 });
    const size = bytes.length + RECORD_HEADER_BYTES + SEGMENT_HEADER.length;
    for (let tries = 0; !(await this.#take(bytes, size)); tries++) {
      if (this.#settings.policy === "drop_newer" && !this.#fits(size))
        return this.#drop("drop_newer", { [letter.code]: 1 });
      if (tries === 0) this.#waited++;
      await this.#around.sleep(FULL_MILLIS, this.#abort.signal);
    }
    if (this.#blocked) this.#around.log.info("dead letters: there is room again", { folder: this.folder });
    this.#blocked = false;
    this.#kept[letter.code] = (this.#kept[letter.code] ?? 0) + 1;
  }

  /** False when there is no room, or the disk takes nothing. */
  async #take(bytes: Buffer, size: number): Promise<boolean> {
    this.#abort.signal.throwIfAborted();
    if (!this.#fits(size)) await this.#makeRoom(size);
    if (!this.#fits(size)) {
      if (this.#settings.policy !== "drop_newer")
        this.#block(`they have reached ${this.#settings.maxBytes} bytes (dead_letter_queue.max_bytes)`);
      return false;
    }
    try {
      await this.#store.appendEncoded(bytes);
      return true;
    } catch (error) {
      this.#block((error as Error).message);
      return false;
    }
  }

  /** One letter is always taken, however large. */
  #fits(size: number): boolean {
    return this.#store.bytes <= SEGMENT_HEADER.length || this.#store.bytes + size <= this.#settings.maxBytes;
  }

  #block(reason: string): void {
    if (this.#blocked) return;
    this.#blocked = true;
    this.#around.log.warn(
      "dead letters cannot be kept, so batches that have some wait: make room with `antler dlq replay` or `antler dlq purge`",
      { folder: this.folder, reason },
    );
  }

  #drop(reason: DropReason, codes: Readonly<Record<string, number>>): void {
    this.#dropped.add(reason, codes);
    if (this.#warned.has(reason)) return;
    this.#warned.add(reason);
    this.#around.log.warn("dead letters are dropped; `antler dlq ls` counts them", {
      why: reason,
      codes,
      folder: this.folder,
    });
  }

  async #makeRoom(size: number): Promise<void> {
    await this.#removeSettled();
    if (this.#fits(size)) return;
    if (this.#around.now() - this.#expiredAt >= AGE_MILLIS) await this.#expire();
    for (let bytes = -1; this.#settings.policy === "drop_older" && !this.#fits(size) && this.#store.bytes !== bytes; ) {
      bytes = this.#store.bytes;
      await this.#dropOldest();
    }
  }

  /** Looks through the letters when there are new marks, and for a tenth of the time at most, since a replay makes marks all the time. */
  async #removeSettled(): Promise<void> {
    const began = this.#around.now();
    if (began < this.#nextLook) return;
    const bytes = await marksBytes(this.folder);
    if (bytes === this.#marksSeen) return;
    this.#marksSeen = bytes;
    await this.#removeWhere(isSettled, await readMarks(this.folder), "expired");
    const ended = this.#around.now();
    this.#nextLook = ended + 10 * (ended - began);
  }

  async #removeWhere(which: (summary: SegmentSummary) => boolean, marks: Marks, why: DropReason): Promise<void> {
    for await (const summary of summaries(this.folder, marks)) if (which(summary)) await this.#remove(summary, why);
  }

  /** Removes a segment and counts the letters in it that had no end of their own. */
  async #remove(summary: SegmentSummary, why: DropReason): Promise<void> {
    if (summary.segment === this.#store.current) await this.#store.roll();
    await this.#store.drop(summary.segment);
    if (!isSettled(summary)) this.#drop(why, summary.open);
  }

  async #expire(): Promise<void> {
    const { retainMs } = this.#settings;
    if (retainMs === undefined) return;
    this.#expiredAt = this.#around.now();
    const before = this.#expiredAt - retainMs;
    await this.#removeWhere(({ newest }) => newest < before, await readMarks(this.folder), "expired");
  }

  async #dropOldest(): Promise<void> {
    for await (const summary of summaries(this.folder, await readMarks(this.folder)))
      return this.#remove(summary, "drop_older");
  }

  #maintain(): void {
    this.#queue = this.#queue
      .then(async () => {
        await this.#removeSettled();
        await this.#expire();
      })
      .catch((error: unknown) => {
        this.#around.log.warn("dead letters: what is settled or too old could not be removed", {
          reason: (error as Error).message,
        });
      });
  }

  #maintainOften(): void {
    this.#around
      .sleep(AGE_MILLIS, this.#abort.signal)
      .then(() => {
        this.#maintain();
        this.#maintainOften();
      })
      .catch(() => undefined);
  }
}

/** A letter as bytes, without its event where it would be too long for a record; undefined when it is anyway. */
function withinLimit(letter: DeadLetter): Buffer | undefined {
  if (letter.raw.length + letter.event.length < RECORD_LIMIT / 2) return encodeLetter(letter);
  const bytes = encodeLetter({ ...letter, event: new Uint8Array(0) });
  return bytes.length <= RECORD_LIMIT ? bytes : undefined;
}
