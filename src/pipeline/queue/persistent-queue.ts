import { join } from "node:path";
import { BufferPool, type BufferPoolLimits } from "../../event/buffer-pool.ts";
import type { RecordBatch, RecordSink } from "../../event/record-batch.ts";
import type { Logger } from "../../plugin/definitions.ts";
import { withReserve } from "../../segments/checkpoint-reserve.ts";
import { realSegmentFileSystem, type SegmentFileSystem } from "../../segments/filesystem.ts";
import { type LogPosition, SegmentLog } from "../../segments/segment-log.ts";
import {
  CheckpointFile,
  type CheckpointFileSystem,
  realCheckpointFileSystem,
} from "../../telemetry/checkpoint-file.ts";
import { Ledger } from "../../telemetry/ledger.ts";
import { BATCH_MARKER } from "./batch-record.ts";
import { CHECKPOINT_NAME, checkpointFrom, type QueueCheckpoint, type QueueLosses } from "./queue-checkpoint.ts";
import { type QueueClock, realQueueClock } from "./queue-clock.ts";
import { QueueFeed } from "./queue-feed.ts";
import { type QueuedBatch, QueueIntake } from "./queue-intake.ts";
import { type FinishedSegment, QueueProgress } from "./queue-progress.ts";
import { recoverSegments, removeLeftOver } from "./queue-recovery.ts";
import type { QueueSettings } from "./queue-settings.ts";

/** The last checkpoint of a stop is given up after so many milliseconds, on a disk that takes nothing. */
const LAST_CHECKPOINT_MILLIS = 5000;

export interface QueueStatus {
  /** Not acknowledged. */
  readonly events: number;
  readonly bytes: number;
  /** Batches that were read from segments. */
  readonly readBack: number;
  /** How often senders had to wait, and whether they do now. */
  readonly timesFull: number;
  readonly full: boolean;
  readonly lost: QueueLosses;
}

export interface PersistentQueueOptions {
  readonly folder: string;
  readonly settings: QueueSettings;
  readonly log: Logger;
  /** Buffers of the inputs; `stock` is that of the delivery pool too. */
  readonly intakeLimits: BufferPoolLimits;
  readonly stock: RecordBatch[];
  /** Buffers of what is on its way to the outputs. */
  readonly deliveryPool: BufferPool;
  readonly numberOf: (input: string) => number | undefined;
  /**
   * Takes a batch of the delivery pool on its way. In the turn in which it is entered into the ledger, `acknowledged` is called; the
   * batch is given back to the pool.
   */
  readonly handOn: (batch: RecordBatch, input: string, ledger: Ledger, acknowledged: () => void) => void;
  readonly files?: SegmentFileSystem;
  readonly checkpointFiles?: CheckpointFileSystem;
  readonly clock?: QueueClock;
}

/**
 * A queue on disk between inputs and dispatcher. A batch is acknowledged to its input when it is on disk (fsync). The checkpoint keeps
 * ledgers and acknowledged places together, so a crash neither loses nor doubles a count; what was not in it is handed on again with the
 * same identities.
 */
export class PersistentQueue {
  readonly #options: PersistentQueueOptions;
  readonly #segments: SegmentLog;
  readonly #progress: QueueProgress;
  readonly #ledgers = new Map<string, Ledger>();
  readonly #lost: { bytes: number; events: number };
  /** Damaged segments to be set aside when a checkpoint is without them. */
  readonly #aside = new Set<number>();
  readonly #intakePool: BufferPool;
  readonly #intake: QueueIntake;
  readonly #feed: QueueFeed;
  readonly #clock: QueueClock;
  readonly #checkpoint: CheckpointFile<QueueCheckpoint>;
  readonly #drained: (() => void)[] = [];
  #acknowledgedEvents = 0;
  /** At the start too, so that the checkpoint's reserve is there before the disk is full. */
  #changed = true;
  #stopTimer: (() => void) | undefined;

  private constructor(
    options: PersistentQueueOptions,
    segments: SegmentLog,
    files: SegmentFileSystem,
    head: number,
    lost: QueueLosses,
  ) {
    this.#options = options;
    this.#segments = segments;
    this.#progress = new QueueProgress(head);
    this.#lost = { ...lost };
    this.#clock = options.clock ?? realQueueClock;
    this.#intakePool = new BufferPool(options.intakeLimits, options.stock);
    const { folder, settings, log, deliveryPool, numberOf, checkpointFiles } = options;
    const parts = { settings, segments, progress: this.#progress, clock: this.#clock, log };
    this.#feed = new QueueFeed({
      ...parts,
      folder,
      files,
      intakePool: this.#intakePool,
      deliveryPool,
      numberOf,
      handOn: (batch, input, acknowledged) => this.#handOn(batch, input, acknowledged),
      acknowledged: (place, events) => this.#acknowledge(place, events),
    });
    this.#intake = new QueueIntake({
      ...parts,
      stored: (place, queued) => {
        this.#changed = true;
        this.#feed.offer(place, queued);
      },
      tooLarge: (queued) => this.#passBy(queued),
      segmentEnded: () => this.#writeCheckpoint(),
      idle: () => this.#checkDrained(),
    });
    this.#checkpoint = new CheckpointFile(
      join(folder, CHECKPOINT_NAME),
      () => this.#snapshot(),
      (reason) => log.warn(reason),
      withReserve(checkpointFiles ?? realCheckpointFileSystem, files, folder),
      (milliseconds, action) => this.#clock.after(milliseconds, action),
    );
  }

  /** Opens a queue, making its folder, and takes up what an earlier run has left. @throws QueueVersion, SegmentVersion */
  static async open(options: PersistentQueueOptions): Promise<PersistentQueue> {
    const { folder, log } = options;
    const files = options.files ?? realSegmentFileSystem;
    await files.makeFolder(folder);
    const path = join(folder, CHECKPOINT_NAME);
    const complain = (reason: string): void => log.warn(`${reason}; what the queue has is delivered again`);
    const checkpoint = checkpointFrom(await CheckpointFile.load(path, complain, options.checkpointFiles), path);
    await removeLeftOver(folder, files, checkpoint);
    const head = checkpoint?.segments.find(({ number }) => number === checkpoint.head);
    const segments = await SegmentLog.open({
      folder,
      files,
      segmentBytes: Number.POSITIVE_INFINITY,
      totalBytes: Number.POSITIVE_INFINITY,
      marker: BATCH_MARKER,
      ...(checkpoint === undefined ? {} : { whole: { segment: checkpoint.head, size: head?.size ?? 0 } }),
    });
    const { tornBytes } = segments.recovery;
    if (tornBytes > 0)
      log.info("the end of the queue was not written whole, and is cut off: its sender gives it again", {
        bytes: tornBytes,
      });
    const recovered = await recoverSegments(folder, files, segments.segments, checkpoint, log);
    const before = checkpoint?.lost ?? { bytes: 0, events: 0 };
    const lost = { bytes: before.bytes + recovered.lost.bytes, events: before.events + recovered.lost.events };
    const queue = new PersistentQueue(options, segments, files, checkpoint?.head ?? 0, lost);
    queue.#takeUp(recovered, checkpoint);
    return queue;
  }

  /** Where the input of this name puts its batches. */
  sink(input: string): RecordSink {
    return {
      acquire: (bytes, records) => this.#intakePool.acquire(bytes, records),
      release: (batch) => this.#intakePool.release(batch),
      submit: (batch, acknowledged) => this.#intake.submit({ batch, input, acknowledged }),
    };
  }

  /** The counts of an input, kept with the queue. */
  ledger(input: string): Ledger {
    let ledger = this.#ledgers.get(input);
    if (ledger === undefined) {
      ledger = new Ledger();
      this.#ledgers.set(input, ledger);
    }
    return ledger;
  }

  /** Of all inputs that there are, or were. */
  get ledgers(): readonly Ledger[] {
    return [...this.#ledgers.values()];
  }

  /** What is on disk, and what happened since the start. */
  get status(): QueueStatus {
    const { bytes } = this.#segments;
    const { timesFull, full } = this.#intake;
    return {
      events: this.#progress.events,
      bytes,
      readBack: this.#feed.readBack,
      timesFull,
      full,
      lost: { ...this.#lost },
    };
  }

  /** Begins to hand on. */
  start(): void {
    const { checkpointInterval } = this.#options.settings;
    const tick = (): void => {
      if (this.#changed) this.#writeCheckpoint();
      this.#stopTimer = this.#clock.after(checkpointInterval, tick);
    };
    if (checkpointInterval > 0) tick();
    this.#feed.start();
  }

  /** Resolves when everything is acknowledged and nothing waits to be written. */
  drained(): Promise<void> {
    if (this.#progress.empty && this.#intake.idle) return Promise.resolve();
    return new Promise((resolve) => this.#drained.push(resolve));
  }

  /** Hands nothing on any more; what comes is still taken. */
  stopFeeding(): Promise<void> {
    return this.#feed.stop();
  }

  /** Ends writing too, with a last checkpoint. What is not acknowledged is handed on at the next start. */
  async close(): Promise<void> {
    await this.#feed.stop();
    await this.#intake.stop();
    this.#stopTimer?.();
    if (this.#progress.empty) {
      // Nothing of it is needed any more.
      await this.#segments.endSegment();
      this.#progress.ended(this.#progress.head);
    }
    let cancel: () => void = () => undefined;
    const late = new Promise<void>((resolve) => {
      cancel = this.#clock.after(LAST_CHECKPOINT_MILLIS, resolve);
    });
    await Promise.race([this.#finish(), late]);
    cancel();
    await this.#segments.close();
  }

  #takeUp({ segments }: Awaited<ReturnType<typeof recoverSegments>>, checkpoint: QueueCheckpoint | undefined): void {
    for (const [input, counts] of Object.entries(checkpoint?.ledgers ?? {}))
      this.#ledgers.set(input, new Ledger(counts));
    const { segment } = this.#segments.head;
    for (const state of segments) this.#progress.add(state, state.number !== segment);
    if (this.#progress.events > 0)
      this.#options.log.info("the queue goes on with what was not delivered", {
        events: this.#progress.events,
        bytes: this.#segments.bytes,
      });
  }

  #handOn(batch: RecordBatch, input: string, acknowledged: () => void): void {
    this.#options.handOn(batch, input, this.ledger(input), acknowledged);
  }

  /** Too large for a record: it goes on without having been on disk, and its input hears when it has arrived. */
  #passBy({ batch, input, acknowledged }: QueuedBatch): void {
    const { log, deliveryPool } = this.#options;
    log.warn("a batch is too large for the queue, and is delivered without it", { input, bytes: batch.used });
    deliveryPool.takeOver(batch, this.#intakePool, true);
    this.#handOn(batch, input, () => {
      this.#changed = true;
      acknowledged();
    });
  }

  #acknowledge(place: LogPosition, events: number): void {
    if (events > 0) this.#progress.acknowledged(place, events);
    this.#changed = true;
    this.#acknowledgedEvents += events;
    const { checkpointAcks } = this.#options.settings;
    const due = checkpointAcks > 0 && this.#acknowledgedEvents >= checkpointAcks;
    if (due || this.#progress.isFinished(place.segment)) this.#writeCheckpoint();
    // Room for more events, or a head that can be let go.
    this.#intake.room();
    this.#checkDrained();
  }

  #checkDrained(): void {
    if (this.#drained.length > 0 && this.#progress.empty && this.#intake.idle)
      for (const resolve of this.#drained.splice(0)) resolve();
  }

  #writeCheckpoint(): void {
    this.#finish().catch((error: unknown) =>
      this.#options.log.error("a checkpoint of the queue failed", { reason: (error as Error).message }),
    );
  }

  /** Writes a checkpoint, then lets go of the segments that it does without. */
  async #finish(): Promise<void> {
    this.#changed = false;
    this.#acknowledgedEvents = 0;
    const finished = this.#progress.takeFinished();
    for (const { number, damagedBytes, lostEvents } of finished) {
      this.#lost.bytes += damagedBytes;
      this.#lost.events += lostEvents;
      if (damagedBytes > 0) this.#aside.add(number);
    }
    await this.#checkpoint.write();
    for (const segment of finished) {
      try {
        await this.#letGo(segment);
      } catch (error) {
        // The next start does it.
        this.#options.log.warn("a segment of the queue cannot be removed yet", { reason: (error as Error).message });
      }
    }
    if (finished.length > 0) this.#intake.room();
  }

  async #letGo({ number, damagedBytes: bytes, lostEvents: events }: FinishedSegment): Promise<void> {
    if (bytes === 0) return this.#segments.remove(number);
    const path = await this.#segments.setAside(number);
    this.#aside.delete(number);
    this.#options.log.error("a damaged segment of the queue is kept aside; what could be read of it is delivered", {
      path,
      bytes,
      events,
    });
  }

  #snapshot(): QueueCheckpoint {
    const ledgers: Record<string, ReturnType<Ledger["snapshot"]>> = {};
    for (const [input, ledger] of this.#ledgers) ledgers[input] = ledger.snapshot();
    return {
      version: 1,
      head: this.#progress.head,
      segments: this.#progress.snapshot(),
      aside: [...this.#aside],
      ledgers,
      lost: { ...this.#lost },
    };
  }
}
