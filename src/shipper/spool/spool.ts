import { type Clock, systemClock } from "../../lumberjack/clock.ts";
import type { SegmentFileSystem } from "../../segments/filesystem.ts";
import type { CheckpointFileSystem } from "../../telemetry/checkpoint-file.ts";
import { emptyEntry, emptyOutputEntry, type LedgerSnapshot } from "../../telemetry/ledger.ts";
import type { Logger } from "../../telemetry/logger.ts";
import type { EncodedWindow, WindowOutcome, WindowSender } from "../outputs/window-sender.ts";
import { SpoolStore, type StoredWindow } from "./spool-store.ts";

/** So long no window may come to its end while some wait, in milliseconds. */
const PATIENCE_MS = 2000;
/** How often that is looked at. */
const LOOK_MS = 250;
/** Pause before a write is tried again that failed. */
const RETRY_MS = 1000;
/** So long a close waits for what is being written. */
const CLOSE_MS = 2000;

export interface SpoolOptions {
  readonly folder: string;
  readonly maxBytes: number;
  readonly segmentBytes: number;
  readonly log: Logger;
  readonly clock?: Clock;
  readonly segments?: SegmentFileSystem;
  readonly checkpoints?: CheckpointFileSystem;
  /** Gives the folder up when it is closed. */
  readonly release?: () => Promise<void>;
}

/** A window that is not on disk. */
interface Waiting {
  readonly window: EncodedWindow;
  readonly resolve: (outcome: WindowOutcome) => void;
  readonly reject: (reason: unknown) => void;
  attempt: Promise<WindowOutcome> | undefined;
  outcome: WindowOutcome | undefined;
  /** It is being written: what becomes of the attempt is not for who waits. */
  isTaken: boolean;
}

/** A window that was read from disk, on its way. */
interface Reading {
  readonly stored: StoredWindow;
  outcome: WindowOutcome | undefined;
}

/**
 * A sender with a disk queue in front. While windows come to their end nothing is written. When they do not (`PATIENCE_MS`, or the sender has
 * trouble) those that wait and those that come later are written to disk, fsynced, and count as `spooled`; from there they are sent in order, until
 * nothing is left. Attempts that are under way go on, and their outcome counts when the reader comes to their window. When the disk, or what it may
 * hold, is full, windows wait as without a spool.
 */
export class Spool implements WindowSender {
  readonly name: string;
  readonly #inner: WindowSender;
  readonly #log: Logger;
  readonly #clock: Clock;
  readonly #store: SpoolStore;
  #isSpooling = false;
  /** In the order in which they came. */
  readonly #waiting: Waiting[] = [];
  readonly #reading: Reading[] = [];
  /** Attempts that were under way when their window was written, by the number of its first event. */
  readonly #attempts = new Map<number, Promise<WindowOutcome>>();
  #lastProgress = 0;
  /** The disk is asked again then. */
  #notBefore = 0;
  #isWriting = false;
  #writer: Promise<void> | undefined;
  #feeder: Promise<void> | undefined;
  #clearing: Promise<void> | undefined;
  #wakeWriter: () => void = () => undefined;
  #wakeFeeder: () => void = () => undefined;
  #stopLooking: (() => void) | undefined;
  #diskTrouble: string | undefined;
  #holdReason: string | undefined;
  #isClosed = false;
  readonly #release: (() => Promise<void>) | undefined;

  private constructor(inner: WindowSender, store: SpoolStore, options: SpoolOptions) {
    this.name = inner.name;
    this.#inner = inner;
    this.#store = store;
    this.#log = options.log;
    this.#clock = options.clock ?? systemClock;
    this.#release = options.release;
    if (store.isEmpty) return;
    this.#log.info("the spool has windows of an earlier run: they are sent first", { events: store.events });
    this.#isSpooling = true;
    this.#feeder = this.#feed();
  }

  /** @throws SegmentVersion, or what the filesystem says */
  static async open(inner: WindowSender, options: SpoolOptions): Promise<Spool> {
    const { folder, maxBytes, segmentBytes, segments, checkpoints, log, clock = systemClock } = options;
    const store = await SpoolStore.open({
      folder,
      output: inner.name,
      maxBytes,
      segmentBytes,
      segments,
      checkpoints,
      after: (milliseconds, action) => clock.after(milliseconds, action),
      complain: (reason) => log.warn(`spool: ${reason}`, { folder }),
    });
    return new Spool(inner, store, options);
  }

  get capacity(): number {
    return this.#inner.capacity;
  }

  get trouble(): string | undefined {
    return this.#diskTrouble ?? this.#inner.trouble;
  }

  /** Events on disk, and bytes. */
  get held(): { readonly events: number; readonly bytes: number } {
    return { events: this.#store.events, bytes: this.#store.bytes };
  }

  /** With a reason nothing more is put on disk, as if it were full, until it is called without one. What is on disk is sent. */
  holdWriting(reason: string | undefined): void {
    this.#holdReason = reason;
  }

  /** What became of the windows that went over the disk. Where they came from they count as delivered. */
  ledger(): LedgerSnapshot {
    return this.#store.ledger();
  }

  send(window: EncodedWindow): Promise<WindowOutcome> {
    if (this.#isClosed) return Promise.reject(new Error("the spool is closed"));
    return new Promise((resolve, reject) => {
      const entry: Waiting = { window, resolve, reject, attempt: undefined, outcome: undefined, isTaken: false };
      if (this.#waiting.length === 0) this.#lastProgress = this.#clock.now();
      this.#waiting.push(entry);
      if (this.#isSpooling) this.#write();
      else {
        this.#try(entry);
        this.#look();
      }
    });
  }

  /** What is on disk stays there; windows that are not are rejected. */
  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#stopLooking?.();
    await this.#inner.close();
    this.#wakeWriter();
    this.#wakeFeeder();
    // A disk that answers nothing must not hold up the end.
    let cancel = (): void => undefined;
    const late = new Promise<void>((resolve) => {
      cancel = this.#clock.after(CLOSE_MS, resolve);
    });
    await Promise.race([Promise.all([this.#writer, this.#feeder, this.#clearing, this.#store.saved()]), late]);
    cancel();
    for (const { reject } of this.#waiting.splice(0)) reject(new Error("the spool is closed"));
    await this.#store.close().catch((error: Error) => this.#log.warn(`spool: ${error.message}`));
    await this.#release?.();
  }

  #try(entry: Waiting): void {
    entry.attempt = this.#inner.send(entry.window);
    entry.attempt.then(
      (outcome) => {
        this.#lastProgress = this.#clock.now();
        if (!this.#isSpooling) this.#diskTrouble = undefined;
        entry.outcome = outcome;
        if (!entry.isTaken) this.#end(entry, outcome);
      },
      // The sender was closed, and so is this.
      () => undefined,
    );
  }

  #end(entry: Waiting, outcome: WindowOutcome): void {
    const at = this.#waiting.indexOf(entry);
    if (at < 0) return;
    this.#waiting.splice(at, 1);
    entry.resolve(outcome);
  }

  /** Takes over when nothing comes to its end. */
  #look(): void {
    this.#stopLooking ??= this.#clock.after(LOOK_MS, () => {
      this.#stopLooking = undefined;
      if (this.#isClosed || this.#isSpooling || this.#waiting.length === 0) return;
      const isLate = this.#clock.now() - this.#lastProgress >= PATIENCE_MS;
      const isDue = this.#clock.now() >= this.#notBefore;
      if (isDue && (isLate || this.#inner.trouble !== undefined)) this.#takeOver();
      else this.#look();
    });
  }

  #takeOver(): void {
    this.#isSpooling = true;
    const reason = this.#inner.trouble;
    if (this.#diskTrouble === undefined)
      this.#log.warn("the output takes nothing now: events are put on disk", {
        output: this.name,
        ...(reason === undefined ? {} : { reason }),
      });
    this.#write();
  }

  #write(): void {
    this.#writer ??= this.#writeAll();
  }

  async #writeAll(): Promise<void> {
    for (;;) {
      await this.#clearing;
      if (this.#isClosed || !this.#isSpooling || this.#waiting.length === 0) break;
      const group = [...this.#waiting];
      for (const entry of group) entry.isTaken = true;
      this.#isWriting = true;
      const written = await this.#writeGroup(group);
      this.#isWriting = false;
      for (const entry of group) {
        entry.isTaken = false;
        if (entry.outcome !== undefined) this.#end(entry, entry.outcome);
      }
      this.#feeder ??= this.#feed();
      this.#wakeFeeder();
      if (!written && this.#isSpooling) await this.#pause();
    }
    // In the turn of the last look: who comes later begins anew.
    this.#writer = undefined;
  }

  /** Whether any was written. */
  async #writeGroup(group: readonly Waiting[]): Promise<boolean> {
    let firsts: number[];
    try {
      if (this.#holdReason !== undefined) throw new Error(this.#holdReason);
      firsts = await this.#store.write(group.map(({ window }) => window));
    } catch (error) {
      const reason = (error as Error).message;
      if (this.#diskTrouble === undefined)
        this.#log.warn("the spool cannot be written to: reading waits until it can, or the output takes events again", {
          reason,
        });
      this.#notBefore = this.#clock.now() + RETRY_MS;
      this.#diskTrouble = `the spool cannot be written to: ${reason}`;
      return false;
    }
    if (this.#diskTrouble !== undefined) this.#log.info("the spool can be written to again");
    this.#diskTrouble = undefined;
    firsts.forEach((first, i) => {
      const entry = group[i] as Waiting;
      const { window, attempt, outcome } = entry;
      if (attempt !== undefined) this.#attempts.set(first, attempt);
      this.#end(entry, {
        delivered: 0,
        existing: 0,
        deadLettered: 0,
        spooled: window.count,
        keepsBytes: attempt !== undefined && outcome === undefined,
      });
    });
    return true;
  }

  #pause(): Promise<void> {
    return new Promise((resolve) => {
      const cancel = this.#clock.after(RETRY_MS, resolve);
      this.#wakeWriter = () => {
        cancel();
        resolve();
      };
    });
  }

  /** Sends what is on disk, in order, until nothing is left. */
  async #feed(): Promise<void> {
    await this.#clearing;
    while (!this.#isClosed) {
      if (this.#reading.length >= this.#inner.capacity) {
        await this.#changed();
        continue;
      }
      const changed = this.#changed();
      const stored = await this.#store.next();
      if (stored !== undefined) this.#send(stored);
      else if (!this.#store.isRead) continue;
      else if (this.#reading.length > 0 || this.#isWriting) await changed;
      else break;
    }
    this.#feeder = undefined;
    if (!this.#isClosed) this.#goDirect();
  }

  #changed(): Promise<void> {
    return new Promise((resolve) => {
      this.#wakeFeeder = resolve;
    });
  }

  #send(stored: StoredWindow): void {
    const reading: Reading = { stored, outcome: undefined };
    this.#reading.push(reading);
    const attempt = this.#attempts.get(stored.first) ?? this.#inner.send(stored.window);
    this.#attempts.delete(stored.first);
    attempt.then(
      (outcome) => {
        reading.outcome = outcome;
        this.#settle();
        this.#wakeFeeder();
      },
      // The sender was closed: the next run sends it.
      () => undefined,
    );
  }

  /** The place on disk moves over windows in order. */
  #settle(): void {
    for (let head = this.#reading[0]; head?.outcome !== undefined; head = this.#reading[0]) {
      this.#reading.shift();
      const { stored, outcome } = head;
      const { delivered, existing, deadLettered } = outcome as WindowOutcome;
      const output = { ...emptyOutputEntry(), delivered, existing, deadLettered };
      const lost = this.#lost(stored.lost);
      this.#store.settle(stored.next, stored.first + stored.window.count, {
        totals: { ...emptyEntry(), delivered: -deadLettered - stored.lost, deadLettered: deadLettered + stored.lost },
        outputs: new Map([[this.name, output], ...lost]),
      });
      this.#wakeWriter();
    }
  }

  /** Events whose record was damaged: kept aside, counted as the spool's dead letters. */
  #lost(events: number): [string, ReturnType<typeof emptyOutputEntry>][] {
    if (events === 0) return [];
    this.#log.error("the spool was damaged: events cannot be sent; they count as its dead letters", { events });
    return [["spool", { ...emptyOutputEntry(), deadLettered: events }]];
  }

  /** Nothing is on disk any more. */
  #goDirect(): void {
    this.#isSpooling = false;
    this.#attempts.clear();
    const lost = this.#store.lostAtEnd();
    const counts = {
      totals: { ...emptyEntry(), delivered: -lost, deadLettered: lost },
      outputs: new Map(this.#lost(lost)),
    };
    if (this.#diskTrouble === undefined)
      this.#log.info("the output has taken everything that was on disk", { output: this.name });
    this.#clearing = this.#store.clear(lost > 0 ? counts : undefined).finally(() => {
      this.#clearing = undefined;
    });
    this.#lastProgress = this.#clock.now();
    for (const entry of this.#waiting) if (entry.attempt === undefined) this.#try(entry);
    if (this.#waiting.length > 0) this.#look();
    this.#wakeWriter();
  }
}
