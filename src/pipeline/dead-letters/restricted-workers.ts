import type { AllowedEvent, AllowedFate, DoneMessage, WorkMessage } from "../run/messages.ts";
import type { WorkerSet, WorkerSetEvents, WorkerSetFactory } from "../run/worker-set.ts";

/** What is allowed of one batch; `fates` fills while workers are at it. */
export interface BatchRestriction {
  readonly allowed: readonly AllowedEvent[];
  readonly fates: AllowedFate[];
}

/** Workers that deliver of each batch only what a replay is for, and tell what became of that. */
export class RestrictedWorkers implements WorkerSet {
  readonly #workers: WorkerSet;
  readonly #restrictions: ReadonlyMap<SharedArrayBuffer, BatchRestriction>;
  readonly #items = new Map<number, { restriction: BatchRestriction; places: readonly number[] }>();

  /** `restrictions`: by the memory of the batch, from before it is submitted until it is acknowledged. */
  constructor(
    workers: WorkerSetFactory,
    restrictions: ReadonlyMap<SharedArrayBuffer, BatchRestriction>,
    events: WorkerSetEvents,
  ) {
    this.#restrictions = restrictions;
    this.#workers = workers({
      done: (message) => {
        this.#note(message);
        events.done(message);
      },
      died: (running, queued, reason) => {
        for (const item of [running, ...queued]) if (item !== undefined) this.#items.delete(item);
        events.died(running, queued, reason);
      },
    });
  }

  start(): Promise<void> {
    return this.#workers.start();
  }

  submit(work: WorkMessage): void {
    const restriction = this.#restrictions.get(work.data) as BatchRestriction;
    const places = restriction.allowed
      .map(({ record }, place) => (record >= work.from && record < work.to ? place : -1))
      .filter((place) => place >= 0);
    this.#items.set(work.item, { restriction, places });
    this.#workers.submit({ ...work, only: places.map((place) => restriction.allowed[place] as AllowedEvent) });
  }

  free(item: number): void {
    this.#workers.free(item);
  }

  stop(): Promise<void> {
    return this.#workers.stop();
  }

  #note(message: DoneMessage): void {
    const item = this.#items.get(message.item);
    this.#items.delete(message.item);
    if (item === undefined) return;
    for (const fate of message.fates ?? [])
      item.restriction.fates.push({ ...fate, place: item.places[fate.place] as number });
  }
}
