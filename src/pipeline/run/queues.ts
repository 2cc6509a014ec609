import { existsSync } from "node:fs";
import { type BufferPool, type BufferPoolLimits, DEFAULT_POOL_LIMITS } from "../../event/buffer-pool.ts";
import type { RecordBatch } from "../../event/record-batch.ts";
import type { Logger } from "../../plugin/definitions.ts";
import type { QueueFigures } from "../../telemetry/figures.ts";
import { emptyEntry, type Ledger } from "../../telemetry/ledger.ts";
import type { ResolvedGroup } from "../compile/resolve-group.ts";
import { PersistentQueue } from "../queue/persistent-queue.ts";
import type { QueueSettings } from "../queue/queue-settings.ts";
import type { DeadLetterSink, Dispatcher } from "./dispatcher.ts";

/** The queue of a pipeline: where it lies, and how it is kept. */
export interface PipelineQueue {
  readonly folder: string;
  readonly settings: QueueSettings;
}

export interface QueuesParts {
  /** By pipeline id. */
  readonly queues: ReadonlyMap<string, PipelineQueue>;
  readonly dispatcher: Dispatcher;
  /** The dispatcher's. */
  readonly pool: BufferPool;
  readonly stock: RecordBatch[];
  readonly deadLetters: DeadLetterSink;
  /** Numbers of the inputs by name. */
  readonly inputs: ReadonlyMap<string, number>;
  readonly log: Logger;
}

/** Those of pipelines that read from outside, or did when they left something in their queue. */
export function queuesWithInputs(
  queues: ReadonlyMap<string, PipelineQueue> = new Map(),
  { pipelines }: ResolvedGroup,
): ReadonlyMap<string, PipelineQueue> {
  const reading = new Set(pipelines.filter(({ inputs }) => inputs.length > 0).map(({ definition }) => definition.id));
  return new Map([...queues].filter(([pipeline, { folder }]) => reading.has(pipeline) || existsSync(folder)));
}

/** Half of the buffers are the dispatcher's where there are queues, the other half is for what is on its way to the disk. */
export function deliveryLimits(limits: BufferPoolLimits, queues: number): BufferPoolLimits {
  return queues === 0 ? limits : { ...limits, totalBytes: Math.floor(limits.totalBytes / 2) };
}

/** The persistent queues of a program, between its inputs and the dispatcher. */
export class Queues {
  readonly #parts: QueuesParts;
  readonly #open = new Map<string, PersistentQueue>();
  readonly #burials = new Set<Promise<void>>();
  #feeding = false;

  constructor(parts: QueuesParts) {
    this.#parts = parts;
  }

  /** @throws QueueVersion, SegmentVersion */
  async open(): Promise<void> {
    const { queues, pool, stock, inputs, log } = this.#parts;
    const { totalBytes, ...sizes } = { ...DEFAULT_POOL_LIMITS, ...pool.limits };
    for (const [pipeline, { folder, settings }] of queues) {
      const queue = await PersistentQueue.open({
        folder,
        settings,
        log: named(log, pipeline),
        intakeLimits: { ...sizes, totalBytes: Math.floor(totalBytes / queues.size) },
        stock,
        deliveryPool: pool,
        numberOf: (input) => inputs.get(input),
        handOn: (batch, input, ledger, acknowledged) => this.#handOn(batch, input, ledger, acknowledged),
      });
      this.#open.set(pipeline, queue);
    }
  }

  get size(): number {
    return this.#open.size;
  }

  /** Whether a stop waits for one of them. */
  get drains(): boolean {
    return [...this.#open.keys()].some((pipeline) => this.#drains(pipeline));
  }

  of(pipeline: string): PersistentQueue | undefined {
    return this.#open.get(pipeline);
  }

  get ledgers(): readonly Ledger[] {
    return [...this.#open.values()].flatMap((queue) => queue.ledgers);
  }

  /** Events that are on disk and not acknowledged. */
  get events(): number {
    return [...this.#open.values()].reduce((sum, queue) => sum + queue.status.events, 0);
  }

  figures(): QueueFigures[] {
    return [...this.#open].map(([pipeline, { status }]) => ({
      pipeline,
      events: status.events,
      bytes: status.bytes,
      maxBytes: this.#parts.queues.get(pipeline)?.settings.maxBytes ?? 0,
      timesFull: status.timesFull,
      full: status.full,
      lostEvents: status.lost.events,
    }));
  }

  start(): void {
    this.#feeding = true;
    for (const queue of this.#open.values()) queue.start();
  }

  /** Before a stop: what is to be delivered first goes on, the others' rest stays on disk. */
  async stopFeeding(all: boolean): Promise<void> {
    for (const [pipeline, queue] of this.#open) if (all || !this.#drains(pipeline)) await queue.stopFeeding();
  }

  /** Resolves when all that goes on is delivered. */
  async drained(all: boolean): Promise<void> {
    if (!this.#feeding) return;
    const awaited = [...this.#open].filter(
      ([pipeline, { status }]) => (all || this.#drains(pipeline)) && status.events > 0,
    );
    for (const [pipeline, { status }] of awaited)
      this.#parts.log.info(
        all
          ? "the inputs have ended; the queue is being delivered"
          : "waiting until the queue is delivered; a second Ctrl-C ends this",
        { pipeline, events: status.events },
      );
    for (const [, queue] of awaited) await queue.drained();
  }

  /** Resolves when events of inputs that are gone are in the dead letters. */
  async buried(): Promise<void> {
    await Promise.all(this.#burials);
  }

  async close(): Promise<void> {
    for (const queue of this.#open.values()) await queue.close();
  }

  #drains(pipeline: string): boolean {
    return this.#parts.queues.get(pipeline)?.settings.drain === true;
  }

  #handOn(batch: RecordBatch, input: string, ledger: Ledger, acknowledged: () => void): void {
    const { dispatcher, inputs, log } = this.#parts;
    if (inputs.has(input)) {
      dispatcher.submit(batch, (counts) => {
        ledger.add(counts);
        acknowledged();
      });
      return;
    }
    const burial = this.#bury(batch, input, ledger, acknowledged)
      .catch((error: unknown) =>
        log.error("events of an input that is gone stay in the queue: they cannot be dead-lettered", {
          input,
          reason: (error as Error).message,
        }),
      )
      .finally(() => this.#burials.delete(burial));
    this.#burials.add(burial);
  }

  /** Nobody can decode what an input left that the configuration has no more. */
  async #bury(batch: RecordBatch, input: string, ledger: Ledger, acknowledged: () => void): Promise<void> {
    const { deadLetters, pool, log } = this.#parts;
    const reason = `it came from the input ${input}, which the configuration has no more: give it that id again to replay it`;
    log.warn("the queue has events of an input that the configuration has no more: they go to the dead letters", {
      input,
      events: batch.count,
    });
    const dead = Array.from({ length: batch.count }, (_, record) => ({
      record,
      event: -1,
      stage: "decode" as const,
      code: "input_gone",
      reason,
      json: undefined,
      split: undefined,
      children: undefined,
    }));
    await deadLetters.append(batch, dead);
    ledger.add({ totals: { ...emptyEntry(), read: batch.count, deadLettered: batch.count }, outputs: new Map() });
    acknowledged();
    pool.release(batch);
  }
}

/** Messages that name the queue's pipeline. */
function named(log: Logger, pipeline: string): Logger {
  return {
    info: (message, details) => log.info(message, { pipeline, ...details }),
    warn: (message, details) => log.warn(message, { pipeline, ...details }),
    error: (message, details) => log.error(message, { pipeline, ...details }),
  };
}
