import { randomUUID } from "node:crypto";
import { BufferPool, type BufferPoolLimits, DEFAULT_POOL_LIMITS } from "../../event/buffer-pool.ts";
import type { RecordBatch } from "../../event/record-batch.ts";
import type { DeliveryOutcome, EncodedEvents, Logger } from "../../plugin/definitions.ts";
import { emptyEntry, type Ledger, type LedgerSnapshot } from "../../telemetry/ledger.ts";
import { PersistentQueue } from "../queue/persistent-queue.ts";
import { DEFAULT_QUEUE_SETTINGS } from "../queue/queue-settings.ts";
import { countsOf } from "./count-destinations.ts";
import type { InputName } from "./dead-letters.ts";
import type { DeadLetterSink } from "./dispatcher.ts";
import { type HeldPart, HeldWriter, type PartOfBatch, readHeld } from "./held-part.ts";
import { outputEntry, rejectedEvents } from "./part-outcome.ts";

/** So long an output may take for a batch before that is put on disk, in milliseconds. */
const PATIENCE_MS = 1000;
/** Bytes of copies in memory of what is being delivered; above, everything goes to disk first. */
const ATTEMPT_BYTES = 16 << 20;
/** Buffers of one output's queue, on the way to the disk and from it. */
const QUEUE_POOL_BYTES = 8 << 20;

export interface IsolatedOutputOptions {
  readonly id: string;
  readonly folder: string;
  /** Bytes on disk; when they are reached, the output holds up the others after all. */
  readonly maxBytes: number;
  readonly deliver: (events: EncodedEvents) => Promise<DeliveryOutcome>;
  readonly deadLetters: DeadLetterSink;
  readonly inputs: readonly InputName[];
  readonly log: Logger;
  readonly patienceMs?: number;
}

/** What an isolated output answers: an outcome, or that the events are in its own queue on disk. */
export type IsolatedOutcome = DeliveryOutcome | "held";

/**
 * An output that holds up nobody but itself: it delivers copies; what it has not delivered soon is put into a queue of its own on disk
 * (fsync), and counts as handed over. From there it is delivered in order, and counted in a ledger kept with that queue.
 */
export class IsolatedOutput {
  readonly #options: IsolatedOutputOptions;
  readonly #queue: PersistentQueue;
  readonly #deliveryPool: BufferPool;
  readonly #attempts = new Map<number, Promise<DeliveryOutcome>>();
  readonly #names: readonly string[];
  /** Attempts of other processes are nobody's. */
  readonly #process = randomUUID();
  #nextAttempt = 1;
  #attemptBytes = 0;
  #blocked = false;

  private constructor(options: IsolatedOutputOptions, queue: PersistentQueue, deliveryPool: BufferPool) {
    this.#options = options;
    this.#queue = queue;
    this.#deliveryPool = deliveryPool;
    this.#names = options.inputs.map(({ pipeline, input }) => `${pipeline}/${input}`);
  }

  /** @throws QueueVersion, SegmentVersion */
  static async open(options: IsolatedOutputOptions): Promise<IsolatedOutput> {
    const limits: BufferPoolLimits = { ...DEFAULT_POOL_LIMITS, totalBytes: QUEUE_POOL_BYTES };
    const stock: RecordBatch[] = [];
    const deliveryPool = new BufferPool(limits, stock);
    let output: IsolatedOutput | undefined;
    const queue = await PersistentQueue.open({
      folder: options.folder,
      settings: { ...DEFAULT_QUEUE_SETTINGS, maxBytes: options.maxBytes },
      log: options.log,
      intakeLimits: limits,
      stock,
      deliveryPool,
      numberOf: () => 0,
      handOn: (batch, _name, ledger, acknowledged) => output?.handOn(batch, ledger, acknowledged),
    });
    output = new IsolatedOutput(options, queue, deliveryPool);
    queue.start();
    return output;
  }

  /** Events in the queue on disk. */
  get held(): number {
    return this.#queue.status.events;
  }

  /** Counts of what went through the queue. */
  ledger(): LedgerSnapshot {
    return this.#queue.ledger(this.#options.id).snapshot();
  }

  /** Rejects when the pipeline stops before the events are delivered or on disk. */
  async deliver(of: PartOfBatch): Promise<IsolatedOutcome> {
    const size = of.events.bytes.length;
    const soon = this.held === 0 && (this.#attempts.size === 0 || this.#attemptBytes + size <= ATTEMPT_BYTES);
    const attempt = soon ? this.#nextAttempt++ : undefined;
    const writer = new HeldWriter(of, { attempt, process: this.#process }, this.#names);
    const sink = this.#queue.sink(this.#options.id);
    const batch = await sink.acquire(writer.size.bytes, writer.size.records);
    writer.write(batch);
    if (attempt !== undefined) {
      const outcome = await this.#try(attempt, this.#read(batch));
      if (outcome !== undefined) {
        sink.release(batch);
        return outcome;
      }
      this.#sayBlocked();
    }
    await new Promise<void>((resolve) => sink.submit(batch, resolve));
    return "held";
  }

  /** Delivers a batch of the queue. */
  handOn(batch: RecordBatch, ledger: Ledger, acknowledged: () => void): void {
    this.#deliverHeld(batch, ledger)
      .then(acknowledged, (error: unknown) =>
        // The pipeline stops: it stays in the queue.
        this.#options.log.info("a batch of an output's queue was given up for now", {
          output: this.#options.id,
          reason: (error as Error).message,
        }),
      )
      .finally(() => this.#deliveryPool.release(batch));
  }

  /** Resolves when nothing is on disk any more. */
  drained(): Promise<void> {
    return this.#queue.drained();
  }

  close(): Promise<void> {
    return this.#queue.close();
  }

  /** The outcome when it comes soon; undefined: the attempt goes on, and its outcome is for who finds it by its number. */
  async #try(attempt: number, held: HeldPart): Promise<DeliveryOutcome | undefined> {
    const size = held.events.bytes.length;
    this.#attemptBytes += size;
    const delivery = this.#options.deliver(held.events).finally(() => {
      this.#attemptBytes -= size;
    });
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<undefined>((resolve) => {
      timer = setTimeout(resolve, this.#options.patienceMs ?? PATIENCE_MS, undefined);
    });
    try {
      const outcome = await Promise.race([delivery, late]);
      if (outcome === undefined) {
        delivery.catch(() => undefined);
        this.#attempts.set(attempt, delivery);
      }
      return outcome;
    } finally {
      clearTimeout(timer);
    }
  }

  async #deliverHeld(batch: RecordBatch, ledger: Ledger): Promise<void> {
    const { id, deadLetters, deliver } = this.#options;
    const held = this.#read(batch);
    const attempt = held.process === this.#process ? held.attempt : undefined;
    const running = attempt === undefined ? undefined : this.#attempts.get(attempt);
    const outcome = await (running ?? deliver(held.events));
    if (attempt !== undefined) this.#attempts.delete(attempt);
    const dead = rejectedEvents(held.part, held.events.bytes, outcome, id);
    if (dead.length > 0) await deadLetters.append(held.raw, dead);
    // With the queue they counted as delivered.
    const totals = { ...emptyEntry(), delivered: -dead.length, deadLettered: dead.length };
    const destinations = countsOf({ ...held.part, ends: held.events.ends }, outcome);
    ledger.add({
      totals,
      outputs: new Map([[id, outputEntry(outcome)]]),
      destinations: new Map(destinations === undefined ? [] : [[id, destinations]]),
    });
    if (this.#blocked && this.held <= held.events.count) {
      this.#blocked = false;
      this.#options.log.info("the output has delivered what it had put on disk", { output: id });
    }
  }

  #read(batch: RecordBatch): HeldPart {
    return readHeld(batch, (name) => this.#names.indexOf(name));
  }

  #sayBlocked(): void {
    if (this.#blocked) return;
    this.#blocked = true;
    const { id, folder, log } = this.#options;
    log.warn("an output does not take its events: they are put on disk, and the other outputs go on", {
      output: id,
      folder,
    });
  }
}
