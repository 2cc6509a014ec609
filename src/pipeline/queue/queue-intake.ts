import type { RecordBatch } from "../../event/record-batch.ts";
import type { Logger } from "../../plugin/definitions.ts";
import { RECORD_HEADER_BYTES, RECORD_LIMIT, SEGMENT_HEADER } from "../../segments/format.ts";
import type { LogPosition, SegmentLog } from "../../segments/segment-log.ts";
import { encodeBatch } from "./batch-record.ts";
import type { QueueClock } from "./queue-clock.ts";
import type { QueueProgress } from "./queue-progress.ts";
import { type QueueSettings, segmentBytesOf } from "./queue-settings.ts";

/** Pause before something is written again that failed, in milliseconds. */
const RETRY_MILLIS = 1000;

/** A batch that its input has handed over. */
export interface QueuedBatch {
  readonly batch: RecordBatch;
  /** Name of its input. */
  readonly input: string;
  /** Tells the input that the batch is on disk. */
  readonly acknowledged: () => void;
}

export interface QueueIntakeParts {
  readonly settings: QueueSettings;
  readonly segments: SegmentLog;
  readonly progress: QueueProgress;
  readonly clock: QueueClock;
  readonly log: Logger;
  /** A batch is on disk. */
  readonly stored: (place: LogPosition, queued: QueuedBatch) => void;
  /** A batch that is too large for a segment's record. */
  readonly tooLarge: (queued: QueuedBatch) => void;
  /** A segment has its end, or something may be removed. */
  readonly segmentEnded: () => void;
  /** Nothing waits to be written. */
  readonly idle: () => void;
}

interface Written {
  readonly place: LogPosition;
  readonly queued: QueuedBatch;
}

/**
 * The queue's entrance: writes batches one after another, and tells their inputs when an fsync has covered them. What comes during
 * one fsync shares the next. When the queue or the disk is full batches wait here, and with them their inputs.
 */
export class QueueIntake {
  readonly #parts: QueueIntakeParts;
  readonly #segmentBytes: number;
  readonly #waiting: QueuedBatch[] = [];
  #running: Promise<void> | undefined;
  #wake: () => void = () => undefined;
  #stopped = false;
  /** Room was made since the last look. */
  #roomy = false;
  #fullSince: number | undefined;
  #troubleSince: number | undefined;
  #timesFull = 0;

  constructor(parts: QueueIntakeParts) {
    this.#parts = parts;
    this.#segmentBytes = segmentBytesOf(parts.settings);
  }

  /** Whether nothing waits to be written. */
  get idle(): boolean {
    return this.#waiting.length === 0 && this.#running === undefined;
  }

  /** Inputs wait now, for room or for a disk that takes something. */
  get full(): boolean {
    return this.#fullSince !== undefined || this.#troubleSince !== undefined;
  }

  /** How often the queue was full since the start. */
  get timesFull(): number {
    return this.#timesFull;
  }

  submit(queued: QueuedBatch): void {
    this.#waiting.push(queued);
    this.#running ??= this.#run().finally(() => {
      this.#running = undefined;
      if (this.#waiting.length === 0) this.#parts.idle();
    });
  }

  /** There may be room again. */
  room(): void {
    this.#roomy = true;
    this.#wake();
  }

  /** Resolves when what was begun is written. What waits for room stays unacknowledged. */
  async stop(): Promise<void> {
    this.#stopped = true;
    this.#wake();
    await this.#running;
  }

  async #run(): Promise<void> {
    while (this.#waiting.length > 0 && !this.#stopped) {
      this.#roomy = false;
      const group: Written[] = [];
      const end = await this.#writeGroup(group);
      const safe = await this.#commit(group);
      if (!safe || end === "failed") {
        await this.#pause(RETRY_MILLIS);
        continue;
      }
      if (this.#troubleSince !== undefined && group.length > 0) this.#wellAgain();
      if (end === "full" && group.length === 0 && !this.#roomy) await this.#pause(undefined);
    }
  }

  /** Writes what there is and fits into the queue and its segment. */
  async #writeGroup(group: Written[]): Promise<"done" | "full" | "failed"> {
    const { segments } = this.#parts;
    let events = 0;
    for (let queued = this.#waiting[0]; queued !== undefined && !this.#stopped; queued = this.#waiting[0]) {
      const parts = encodeBatch(queued.batch, queued.input);
      const bytes = RECORD_HEADER_BYTES + parts.reduce((sum, part) => sum + part.length, 0);
      if (bytes > RECORD_LIMIT) {
        this.#waiting.shift();
        this.#parts.tooLarge(queued);
        continue;
      }
      if (!this.#hasRoom(bytes, events, queued.batch.count)) return this.#full(group.length === 0);
      const { segment, size } = segments.head;
      if (size >= this.#segmentBytes) {
        // The next segment begins when what was written to this one is safe.
        if (group.length > 0) return "done";
        await this.#endSegment(segment);
      }
      try {
        const place = await segments.write(...parts);
        this.#waiting.shift();
        group.push({ place, queued });
        events += queued.batch.count;
      } catch (error) {
        this.#trouble(error);
        return "failed";
      }
      if (this.#fullSince !== undefined) this.#noLongerFull();
    }
    return "done";
  }

  /** Makes a group durable and tells its inputs. False when that failed: its batches wait again then. */
  async #commit(group: readonly Written[]): Promise<boolean> {
    const first = group[0];
    if (first === undefined) return true;
    const { segments, progress, stored } = this.#parts;
    try {
      await segments.sync();
    } catch (error) {
      // After a failed fsync nobody knows what of it is on disk, and the next one may say yes to nothing: all of it is written again, elsewhere.
      this.#trouble(error);
      await this.#abandon(first.place.segment);
      this.#waiting.unshift(...group.map(({ queued }) => queued));
      return false;
    }
    for (const { place, queued } of group) {
      progress.appended(place, queued.batch.count);
      queued.acknowledged();
      stored(place, queued);
    }
    return true;
  }

  /** Goes on in another segment; of this one counts what was safe before. */
  async #abandon(segment: number): Promise<void> {
    const { segments, progress } = this.#parts;
    const safe = progress.sizeOf(segment);
    await segments.abandonFrom(Math.max(SEGMENT_HEADER.length, safe));
    progress.ended(segment);
    if (safe === 0) await segments.remove(segment).catch(() => undefined);
  }

  #hasRoom(bytes: number, groupEvents: number, count: number): boolean {
    const { segments, progress, settings } = this.#parts;
    const events = progress.events + groupEvents;
    if (settings.maxEvents > 0 && events > 0 && events + count > settings.maxEvents) return false;
    return segments.bytes === 0 || segments.bytes + bytes <= settings.maxBytes;
  }

  #full(nothingWritten: boolean): "full" {
    const { segments, progress, log, clock } = this.#parts;
    if (!nothingWritten) return "full";
    const { segment } = segments.head;
    if (progress.isDone(segment)) {
      // All of it is delivered: it only has to be let go.
      this.#endSegment(segment).catch((error: unknown) => this.#trouble(error));
      return "full";
    }
    if (this.#fullSince === undefined && !progress.empty) {
      this.#fullSince = clock.now();
      this.#timesFull++;
      log.warn("the queue is full: senders wait until the outputs have taken something", {
        bytes: segments.bytes,
        events: progress.events,
        times: this.#timesFull,
      });
    }
    return "full";
  }

  async #endSegment(segment: number): Promise<void> {
    await this.#parts.segments.endSegment();
    this.#parts.progress.ended(segment);
    this.#parts.segmentEnded();
  }

  #noLongerFull(): void {
    const { log, clock } = this.#parts;
    log.info("the queue takes events again", { milliseconds: clock.now() - (this.#fullSince as number) });
    this.#fullSince = undefined;
  }

  #trouble(error: unknown): void {
    if (this.#troubleSince !== undefined) return;
    this.#troubleSince = this.#parts.clock.now();
    this.#parts.log.error("the queue cannot be written: senders wait, and it is tried again until it works", {
      reason: error instanceof Error ? error.message : String(error),
    });
  }

  #wellAgain(): void {
    const { log, clock } = this.#parts;
    log.info("the queue can be written again", { milliseconds: clock.now() - (this.#troubleSince as number) });
    this.#troubleSince = undefined;
  }

  /** Until `room`, `stop`, or so many milliseconds have passed. */
  async #pause(milliseconds: number | undefined): Promise<void> {
    if (this.#stopped) return;
    let cancel: () => void = () => undefined;
    await new Promise<void>((resolve) => {
      this.#wake = resolve;
      if (milliseconds !== undefined) cancel = this.#parts.clock.after(milliseconds, resolve);
    });
    cancel();
    this.#wake = () => undefined;
  }
}
