import { BatchProcessor } from "../../src/pipeline/run/batch-processor.ts";
import type { DoneMessage, WorkMessage } from "../../src/pipeline/run/messages.ts";
import type { WorkerProgram } from "../../src/pipeline/run/worker-program.ts";
import type { WorkerSet, WorkerSetEvents } from "../../src/pipeline/run/worker-set.ts";
import type { ProcessWorld } from "./host.ts";

const WORKERS = 2;
const ITEMS_AHEAD = 2;
const OUTPUT_BYTES = 4096;
/** Longest time an item takes, milliseconds. */
const LONGEST_MS = 40;

/** The real limit is one of real time, which would not replay. */
function unbounded(work: () => void): boolean {
  work();
  return true;
}

interface Member {
  processor: BatchProcessor;
  readonly queue: WorkMessage[];
  busy: boolean;
}

/** Workers that run in this thread, one item after the other, and die now and then: before, during or right after an item. */
export class InProcessWorkers implements WorkerSet {
  /** Times that a worker died. */
  deaths = 0;
  readonly #program: WorkerProgram;
  readonly #events: WorkerSetEvents;
  readonly #world: ProcessWorld;
  readonly #random: () => number;
  readonly #deathRate: () => number;
  /** Records that always end their worker. */
  readonly #kills: (work: WorkMessage) => boolean;
  readonly #members: Member[];
  readonly #waiting: WorkMessage[] = [];
  readonly #owner = new Map<number, BatchProcessor>();

  constructor(
    program: WorkerProgram,
    events: WorkerSetEvents,
    world: ProcessWorld,
    random: () => number,
    deathRate: () => number,
    kills: (work: WorkMessage) => boolean,
  ) {
    this.#program = program;
    this.#events = events;
    this.#world = world;
    this.#random = random;
    this.#deathRate = deathRate;
    this.#kills = kills;
    this.#members = Array.from({ length: WORKERS }, () => ({ processor: this.#fresh(), queue: [], busy: false }));
  }

  start(): Promise<void> {
    return Promise.resolve();
  }

  submit(work: WorkMessage): void {
    this.#waiting.push(work);
    this.#dispatch();
  }

  free(item: number): void {
    this.#owner.get(item)?.free(item);
    this.#owner.delete(item);
  }

  stop(): Promise<void> {
    return Promise.resolve();
  }

  #fresh(): BatchProcessor {
    return new BatchProcessor(this.#program, () => undefined, { outputBytes: OUTPUT_BYTES, bounded: unbounded });
  }

  #dispatch(): void {
    while (this.#waiting.length > 0) {
      const least = this.#members.reduce((a, b) => (b.queue.length < a.queue.length ? b : a));
      if (least.queue.length >= ITEMS_AHEAD) return;
      least.queue.push(this.#waiting.shift() as WorkMessage);
      this.#next(least);
    }
  }

  #next(member: Member): void {
    if (member.busy || member.queue.length === 0) return;
    member.busy = true;
    this.#world.clock.after(this.#random() * LONGEST_MS, () => {
      member.busy = false;
      this.#run(member, member.queue[0] as WorkMessage);
      this.#next(member);
      this.#dispatch();
    });
  }

  #run(member: Member, work: WorkMessage): void {
    // Chance alone must not bury a record: one by itself is spared, so that exactly the killers are dead-lettered.
    const dies = this.#kills(work) || (work.to - work.from > 1 && this.#random() < this.#deathRate());
    if (dies && this.#random() < 0.5) {
      this.#die(member, work.item);
      return;
    }
    // No filter of the simulation waits.
    const done = member.processor.process(work) as DoneMessage;
    if (dies) {
      this.#die(member, work.item);
      return;
    }
    member.queue.shift();
    this.#owner.set(work.item, member.processor);
    this.#events.done(done);
    if (this.#random() < this.#deathRate()) this.#die(member, undefined);
  }

  #die(member: Member, running: number | undefined): void {
    this.deaths++;
    // What a dead worker held is not used again by another.
    for (const [item, processor] of this.#owner) if (processor === member.processor) this.#owner.delete(item);
    member.processor = this.#fresh();
    const queued = member.queue.splice(0).map(({ item }) => item);
    this.#events.died(
      running,
      queued.filter((item) => item !== running),
      "a simulated death",
    );
  }
}
