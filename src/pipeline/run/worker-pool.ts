import { setFlagsFromString } from "node:v8";
import { Worker } from "node:worker_threads";
import type { Logger } from "../../plugin/definitions.ts";
import { type FromWorker, PROGRESS_CHUNKS, PROGRESS_ITEM, PROGRESS_WORDS, type WorkMessage } from "./messages.ts";
import type { WorkerSet, WorkerSetEvents } from "./worker-set.ts";
import type { WorkerStart } from "./worker-thread.ts";

/** Items that wait in a worker's own queue, so that it need not wait for the main thread. */
const ITEMS_AHEAD = 2;
/** A worker that finishes no chunk for so long is ended. Every chunk is bound to one second, so this is something else stuck. */
const STUCK_MILLIS = 30_000;
const WATCH_MILLIS = 5_000;
/**
 * Young generation of a worker, MiB: three times a semi-space of 16. Twice as much costs 10 to 15 % less CPU, but what one collection then moves
 * can be more than the 16 MiB that Node leaves a worker at its heap's limit to end in, and V8 ends the process instead (measured: 1 of 3 times).
 */
const YOUNG_MEGABYTES = 48;
/** Pause before a worker is replaced that died before it did any work, in milliseconds. */
const RESTART_PAUSE_MILLIS = 500;

export interface WorkerPoolOptions {
  readonly workers: number;
  readonly definitions: WorkerStart["definitions"];
  /** Heap of one worker, MiB. */
  readonly heapMegabytes: number;
}

interface Member {
  readonly worker: Worker;
  readonly progress: Int32Array;
  readonly items: number[];
  ready: boolean;
  chunks: number;
  chunksAt: number;
}

/** Worker threads: keeps a number of them alive and gives each a few items at a time. */
export class WorkerPool implements WorkerSet {
  readonly #options: WorkerPoolOptions;
  readonly #events: WorkerSetEvents;
  readonly #log: Logger;
  readonly #members = new Set<Member>();
  readonly #owner = new Map<number, Member>();
  readonly #queue: WorkMessage[] = [];
  /** Work for the one that keeps state. */
  readonly #stateful: WorkMessage[] = [];
  #failStart: ((reason: Error) => void) | undefined;
  #started: (() => void) | undefined;
  #chosen: Member | undefined;
  #watch: NodeJS.Timeout | undefined;
  #stopping = false;
  #died = 0;

  constructor(options: WorkerPoolOptions, events: WorkerSetEvents, log: Logger) {
    this.#options = options;
    this.#events = events;
    this.#log = log;
  }

  /**
   * Resolves when the first worker is ready.
   * @throws Error when one ends before that, as with code of the configuration that fails at its start
   */
  async start(): Promise<void> {
    const first = new Promise<void>((resolve, reject) => {
      this.#started = resolve;
      this.#failStart = reject;
    });
    for (let i = 0; i < this.#options.workers; i++) this.#spawn();
    this.#watch = setInterval(() => this.#endStuck(), WATCH_MILLIS);
    this.#watch.unref();
    await first;
  }

  /** Threads alive; for tests and `top`. */
  get threads(): readonly Worker[] {
    return [...this.#members].map((member) => member.worker);
  }

  /** Threads that have died since the start. */
  get died(): number {
    return this.#died;
  }

  submit(work: WorkMessage): void {
    (work.stateful ? this.#stateful : this.#queue).push(work);
    this.#dispatch();
  }

  free(item: number): void {
    this.#owner.get(item)?.worker.postMessage({ type: "free", item });
    this.#owner.delete(item);
  }

  async stop(): Promise<void> {
    this.#stopping = true;
    clearInterval(this.#watch);
    await Promise.all([...this.#members].map((member) => member.worker.terminate()));
    this.#members.clear();
  }

  #spawn(): void {
    const progress = new SharedArrayBuffer(PROGRESS_WORDS * 4);
    // The command's own flag for the main thread would win over the limit below.
    setFlagsFromString("--max-semi-space-size=0");
    const start: WorkerStart = { definitions: this.#options.definitions, progress };
    const worker = new Worker(new URL("./worker-thread.js", import.meta.url), {
      workerData: start,
      // A chunk of events lives through several collections of a small young generation and is copied each time.
      resourceLimits: {
        maxOldGenerationSizeMb: this.#options.heapMegabytes,
        maxYoungGenerationSizeMb: YOUNG_MEGABYTES,
      },
    });
    const member: Member = {
      worker,
      progress: new Int32Array(progress),
      items: [],
      ready: false,
      chunks: 0,
      chunksAt: Date.now(),
    };
    this.#members.add(member);
    let reason = "it ended by itself";
    worker.on("message", (message: FromWorker) => this.#receive(member, message));
    worker.on("error", (error) => {
      reason = error.message;
    });
    worker.on("exit", () => this.#exited(member, reason));
  }

  #receive(member: Member, message: FromWorker): void {
    if (message.type === "log") {
      this.#log[message.level](message.message, message.details);
      return;
    }
    if (message.type === "ready") {
      member.ready = true;
      this.#started?.();
      this.#failStart = undefined;
    } else {
      member.items.splice(member.items.indexOf(message.item), 1);
      this.#events.done(message);
    }
    this.#dispatch();
  }

  #dispatch(): void {
    const keeper = this.#keeper();
    while (keeper !== undefined && this.#stateful.length > 0 && keeper.items.length < ITEMS_AHEAD)
      this.#give(keeper, this.#stateful.shift() as WorkMessage);
    while (this.#queue.length > 0) {
      let least: Member | undefined;
      for (const member of this.#members) {
        if (
          member.ready &&
          member.items.length < ITEMS_AHEAD &&
          member.items.length < (least?.items.length ?? ITEMS_AHEAD)
        ) {
          least = member;
        }
      }
      if (least === undefined) return;
      this.#give(least, this.#queue.shift() as WorkMessage);
    }
  }

  /** The worker that keeps state: the first that was ready, for as long as it lives. */
  #keeper(): Member | undefined {
    if (this.#chosen === undefined || !this.#members.has(this.#chosen))
      this.#chosen = [...this.#members].find((member) => member.ready);
    return this.#chosen;
  }

  #give(member: Member, work: WorkMessage): void {
    if (member.items.length === 0) member.chunksAt = Date.now();
    member.items.push(work.item);
    this.#owner.set(work.item, member);
    member.worker.postMessage(work);
  }

  #exited(member: Member, reason: string): void {
    if (!this.#members.delete(member) || this.#stopping) return;
    this.#died++;
    if (this.#failStart !== undefined) {
      this.#failStart(new Error(`the pipeline cannot start: ${reason}`));
      return;
    }
    const running = Atomics.load(member.progress, PROGRESS_ITEM);
    const at = member.items.includes(running) ? running : undefined;
    this.#log.warn("a worker died and is replaced", { reason, item: at });
    const restart = (): void => {
      if (!this.#stopping) this.#spawn();
    };
    if (member.ready) restart();
    else setTimeout(restart, RESTART_PAUSE_MILLIS).unref();
    for (const item of member.items) this.#owner.delete(item);
    this.#events.died(
      at,
      member.items.filter((item) => item !== at),
      reason,
    );
  }

  #endStuck(): void {
    const now = Date.now();
    for (const member of this.#members) {
      const chunks = Atomics.load(member.progress, PROGRESS_CHUNKS);
      if (chunks !== member.chunks || member.items.length === 0) {
        member.chunks = chunks;
        member.chunksAt = now;
      } else if (now - member.chunksAt > STUCK_MILLIS) {
        this.#log.error("a worker has been stuck and is ended", { milliseconds: now - member.chunksAt });
        member.worker.terminate().catch(() => undefined);
      }
    }
  }
}
