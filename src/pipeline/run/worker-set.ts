import type { DoneMessage, WorkMessage } from "./messages.ts";

/** What a set of workers tells of its items; each item ends with one `done`, or by being named in one `died`. */
export interface WorkerSetEvents {
  done(message: DoneMessage): void;
  /** A worker died; `running` is the item it was at, `queued` those it had not begun. */
  died(running: number | undefined, queued: readonly number[], reason: string): void;
}

/** Turns items into output bytes, in any order. Worker threads (worker-pool.ts), or whatever a simulator brings. */
export interface WorkerSet {
  /** Resolves when the first worker is ready for work. */
  start(): Promise<void>;
  submit(work: WorkMessage): void;
  /** The bytes that `done` gave for this item are needed no longer. */
  free(item: number): void;
  stop(): Promise<void>;
}

export type WorkerSetFactory = (events: WorkerSetEvents) => WorkerSet;
