import type { BufferPool } from "../../event/buffer-pool.ts";
import type { RecordBatch } from "../../event/record-batch.ts";
import type { Logger } from "../../plugin/definitions.ts";
import { Destinations } from "../../telemetry/destinations.ts";
import {
  type BatchCounts,
  emptyEntry,
  emptyOutputEntry,
  type LedgerEntry,
  type OutputEntry,
} from "../../telemetry/ledger.ts";
import { countsOf } from "./count-destinations.ts";
import type { Deliveries } from "./deliveries.ts";
import { BatchesByInput } from "./input-counts.ts";
import type { DeadEvent, DoneMessage, OutputPart } from "./messages.ts";
import { outputEntry, rejectedEvents } from "./part-outcome.ts";
import { RecordOrigins } from "./record-origins.ts";
import type { WorkerSet, WorkerSetFactory } from "./worker-set.ts";

/** A piece of work that kills so many workers is halved, or dead-lettered when it is one record. */
const DEATHS_ALLOWED = 2;

/** Called once, when every event of a batch has reached its end, with what became of them. */
export type BatchEnded = (counts: BatchCounts) => void;

/** A batch from its submission to its acknowledgement. */
interface Flight {
  readonly batch: RecordBatch;
  readonly ended: BatchEnded;
  readonly entry: LedgerEntry;
  readonly outputs: Map<string, OutputEntry>;
  readonly destinations: Map<string, Destinations>;
  /** Items not done by a worker and parts not delivered. */
  pending: number;
}

interface Item {
  readonly flight: Flight;
  readonly from: number;
  readonly to: number;
  readonly deaths: number;
}

/** Where dead letters are kept; `append` resolves when they are on disk. */
export interface DeadLetterSink {
  append(batch: RecordBatch, dead: readonly DeadEvent[]): Promise<void>;
}

/**
 * Takes batches from inputs, has workers turn them into output bytes, has those delivered, and acknowledges a batch when every
 * event of it has reached its end.
 * `stateful` tells of which inputs all events have to go through one worker.
 */
export class Dispatcher {
  readonly #pool: BufferPool;
  readonly #workers: WorkerSet;
  readonly #deliveries: Deliveries;
  readonly #deadLetters: DeadLetterSink;
  readonly #log: Logger;
  readonly #stateful: (input: number) => boolean;
  /** Counts since the start. */
  readonly counts: BatchesByInput = new BatchesByInput();
  readonly #items = new Map<number, Item>();
  readonly #idle: (() => void)[] = [];
  #nextItem = 1;
  #flights = 0;

  constructor(
    pool: BufferPool,
    workers: WorkerSetFactory,
    deliveries: Deliveries,
    deadLetters: DeadLetterSink,
    log: Logger,
    stateful: (input: number) => boolean = () => false,
  ) {
    this.#stateful = stateful;
    this.#pool = pool;
    this.#deliveries = deliveries;
    this.#deadLetters = deadLetters;
    this.#log = log;
    this.#workers = workers({
      done: (message) => this.#done(message),
      died: (running, queued, reason) => this.#died(running, queued, reason),
    });
  }

  start(): Promise<void> {
    return this.#workers.start();
  }

  /** Batches submitted and not acknowledged. */
  get inFlight(): number {
    return this.#flights;
  }

  acquire(bytes?: number): Promise<RecordBatch> {
    return this.#pool.acquire(bytes);
  }

  release(batch: RecordBatch): void {
    this.#pool.release(batch);
  }

  submit(batch: RecordBatch, ended: BatchEnded): void {
    this.#flights++;
    this.counts.submitted(batch);
    const flight: Flight = {
      batch,
      ended,
      entry: emptyEntry(),
      outputs: new Map(),
      destinations: new Map(),
      pending: 0,
    };
    this.#assign({ flight, from: 0, to: batch.count, deaths: 0 });
  }

  /** Resolves when nothing is in flight. */
  drained(): Promise<void> {
    return this.#flights === 0 ? Promise.resolve() : new Promise((resolve) => this.#idle.push(resolve));
  }

  stop(): Promise<void> {
    return this.#workers.stop();
  }

  #assign(item: Item): void {
    const number = this.#nextItem;
    // Item numbers live in an Int32 of the worker's progress; 0 means none.
    this.#nextItem = number === 0x7fffffff ? 1 : number + 1;
    this.#items.set(number, item);
    item.flight.pending++;
    const { batch } = item.flight;
    this.#workers.submit({
      type: "work",
      item: number,
      data: batch.data,
      table: batch.tableData,
      from: item.from,
      to: item.to,
      readAt: batch.readAt,
      sources: batch.sources,
      stateful: batch.sources.some(({ input }) => this.#stateful(input)),
    });
  }

  #done(message: DoneMessage): void {
    const item = this.#items.get(message.item) as Item;
    this.#items.delete(message.item);
    const { flight } = item;
    const { entry } = flight;
    entry.read += message.read;
    entry.created += message.created;
    entry.filtered += message.filtered;
    entry.unrouted += message.unrouted;
    for (const [plugin, count] of Object.entries(message.timeouts)) {
      this.counts.timedOut(plugin, count);
      this.#log.warn("events ran into the time limit and were tagged", { plugin, count });
    }
    this.#deliver(item, message).catch((error: unknown) => {
      // Only a stop ends a delivery; the batch stays unacknowledged and is read again at the next start.
      this.#log.info("a batch was given up", { reason: error instanceof Error ? error.message : String(error) });
    });
  }

  async #deliver(item: Item, message: DoneMessage): Promise<void> {
    const { flight } = item;
    const dead: DeadEvent[] = [...message.dead];
    try {
      await Promise.all(message.outputs.map((part) => this.#deliverPart(item, part, dead)));
    } finally {
      this.#workers.free(message.item);
    }
    if (dead.length > 0) await this.#deadLetters.append(flight.batch, dead);
    const rejected = new Set<number>();
    for (const one of dead) if (one.stage === "reject") rejected.add(one.event);
    flight.entry.deadLettered += message.dead.length + rejected.size;
    flight.entry.delivered += message.routed - rejected.size;
    flight.pending--;
    if (flight.pending === 0) this.#acknowledge(flight);
  }

  async #deliverPart(item: Item, part: OutputPart, dead: DeadEvent[]): Promise<void> {
    const { flight } = item;
    const count = part.ends.length;
    const end = part.ends[count - 1] as number;
    const bytes = Buffer.from(part.bytes, 0, end);
    const trailer = Buffer.from(part.bytes, end, part.length - end);
    const origins = new RecordOrigins(flight.batch, item.from, item.to, part.records);
    const events = { bytes, ends: part.ends, count, trailer, origins };
    const outcome = await this.#deliveries.deliver(part.output, { batch: flight.batch, part, events });
    // It is on disk, in the output's own queue, and counted there.
    if (outcome === "held") return;
    const id = this.#deliveries.idOf(part.output);
    const own = outputEntry(outcome);
    const sum = flight.outputs.get(id) ?? emptyOutputEntry();
    for (const key of Object.keys(own) as (keyof OutputEntry)[]) sum[key] += own[key];
    flight.outputs.set(id, sum);
    const counts = countsOf(part, outcome);
    if (counts !== undefined) {
      const there = flight.destinations.get(id) ?? new Destinations();
      there.addAll(counts);
      flight.destinations.set(id, there);
    }
    dead.push(...rejectedEvents(part, bytes, outcome, id));
  }

  #acknowledge(flight: Flight): void {
    const { entry: totals, outputs } = flight;
    this.counts.ended(flight.batch, totals);
    const destinations = [...flight.destinations].map(([id, counts]) => [id, counts.snapshot()] as const);
    flight.ended({ totals, outputs, destinations: new Map(destinations) });
    this.#pool.release(flight.batch);
    this.#flights--;
    if (this.#flights === 0) for (const resolve of this.#idle.splice(0)) resolve();
  }

  #died(running: number | undefined, queued: readonly number[], reason: string): void {
    for (const number of queued) this.#again(number, 0, reason);
    if (running !== undefined) this.#again(running, 1, reason);
  }

  /** Gives the work of a dead worker to another. Work that kills is cut down to the record that does it. */
  #again(number: number, deaths: number, reason: string): void {
    const item = this.#items.get(number);
    if (item === undefined) return;
    this.#items.delete(number);
    const total = item.deaths + deaths;
    const { flight, from, to } = item;
    if (total < DEATHS_ALLOWED) this.#assign({ ...item, deaths: total });
    else if (to - from > 1) {
      const middle = (from + to) >> 1;
      this.#assign({ flight, from, to: middle, deaths: 0 });
      this.#assign({ flight, from: middle, to, deaths: 0 });
    } else this.#bury(item, reason);
    flight.pending--;
  }

  #bury(item: Item, reason: string): void {
    const { flight, from: record } = item;
    const message: DoneMessage = {
      type: "done",
      item: 0,
      outputs: [],
      dead: [
        {
          record,
          event: -1,
          stage: "filter",
          code: "worker_died",
          reason: `this record ended ${DEATHS_ALLOWED} workers: ${reason}`,
          json: undefined,
          split: undefined,
          children: undefined,
        },
      ],
      read: 1,
      created: 0,
      filtered: 0,
      unrouted: 0,
      routed: 0,
      timeouts: {},
    };
    flight.pending++;
    flight.entry.read++;
    this.#deliver(item, message).catch(() => undefined);
  }
}
