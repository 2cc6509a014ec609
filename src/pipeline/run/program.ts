import type { Event } from "../../event/event.ts";
import type { Emit, FilterInstance } from "../../plugin/definitions.ts";

/** An event that a filter failed on: it goes to the dead letters. */
export interface FailedEvent {
  readonly event: Event;
  readonly code: string;
  readonly reason: string;
}

/** What one run of a program over a chunk leaves; thrown away when the chunk's time ran out. */
export class ChunkRun {
  /** The filter at work, so that a timeout has a culprit. */
  step: FilterStep | undefined = undefined;
  /** Filters that ran into the time limit with this event before: they tag it and let it pass. */
  readonly skip: ReadonlySet<FilterStep>;
  readonly failed: FailedEvent[] = [];
  /** Set when filters are to make the events that time has made due, and not to work on records. */
  tick: Tick | undefined = undefined;

  constructor(skip: ReadonlySet<FilterStep> = new Set()) {
    this.skip = skip;
  }
}

/** Time for filters that make events by it. */
export interface Tick {
  /** An empty event, from which the made ones get their identity. */
  readonly parent: Event;
  /** The pipeline ends. */
  readonly final: boolean;
}

/** One step of a compiled section: takes events, gives events, in order. Cancelled ones stay in the list and are passed over. */
export interface Step {
  run(events: Event[], chunk: ChunkRun): Event[];
}

export type Condition = (event: Event) => boolean;

export function runSteps(steps: readonly Step[], events: Event[], chunk: ChunkRun): Event[] {
  let current = events;
  for (const step of steps) current = step.run(current, chunk);
  return current;
}

/** One filter of the configuration. */
export class FilterStep implements Step {
  readonly pluginId: string;
  readonly #filter: FilterInstance;
  readonly #decorate: ((event: Event) => void) | undefined;

  /** `decorate` applies `add_field`, `add_tag`, `remove_field`, `remove_tag` to events that matched. */
  constructor(pluginId: string, filter: FilterInstance, decorate: ((event: Event) => void) | undefined) {
    this.pluginId = pluginId;
    this.#filter = filter;
    this.#decorate = decorate;
  }

  get timeoutMillis(): number | undefined {
    return this.#filter.timeoutMillis;
  }

  run(events: Event[], chunk: ChunkRun): Event[] {
    chunk.step = this;
    if (chunk.skip.has(this)) {
      for (const event of events) if (!event.cancelled) this.#tagTimeout(event);
      return events;
    }
    let result: Event[] | undefined;
    const made: Event[] = [];
    const emit: Emit = (event, matched = true) => {
      if (matched) this.#decorate?.(event);
      made.push(event);
    };
    for (let i = 0; i < events.length; i++) {
      const event = events[i] as Event;
      if (!event.cancelled) this.#apply(event, emit, chunk);
      if (made.length > 0) {
        result ??= events.slice(0, i);
        result.push(event, ...made);
        made.length = 0;
      } else result?.push(event);
    }
    if (chunk.tick !== undefined && this.#filter.flush !== undefined) {
      this.#filter.flush(chunk.tick.parent, emit, chunk.tick.final);
      return made.length === 0 ? (result ?? events) : [...(result ?? events), ...made];
    }
    return result ?? events;
  }

  #apply(event: Event, emit: Emit, chunk: ChunkRun): void {
    try {
      if (this.#filter.apply(event, emit) && this.#decorate !== undefined) this.#decorate(event);
    } catch (error) {
      this.fail(event, error, chunk);
    }
  }

  /** Applies the common options to an event that matched. */
  protected decorate(event: Event, chunk: ChunkRun): void {
    try {
      this.#decorate?.(event);
    } catch (error) {
      this.fail(event, error, chunk);
    }
  }

  /** The event goes to the dead letters. */
  protected fail(event: Event, error: unknown, chunk: ChunkRun): void {
    event.cancelled = true;
    const reason = error instanceof Error ? error.message : String(error);
    chunk.failed.push({ event, code: "filter_exception", reason: `${this.pluginId}: ${reason}` });
  }

  #tagTimeout(event: Event): void {
    for (const tag of this.#filter.timeoutTags ?? ["_timeout"]) event.tag(tag);
  }
}

export interface Branch {
  /** undefined: `else`. */
  readonly condition: Condition | undefined;
  readonly steps: readonly Step[];
}

/** `if … else if … else`: each event takes the first branch whose condition holds. */
export class IfStep implements Step {
  readonly #branches: readonly Branch[];

  constructor(branches: readonly Branch[]) {
    this.#branches = branches;
  }

  run(events: Event[], chunk: ChunkRun): Event[] {
    const { choice, taken } = this.split(events, chunk);
    const before = taken.map((list) => list.length);
    const results = taken.map((list, b) =>
      list.length === 0 && chunk.tick === undefined ? list : runSteps((this.#branches[b] as Branch).steps, list, chunk),
    );
    return this.join(events, choice, before, results);
  }

  /** The branch that each event takes, -1 for none, and the events of each branch. */
  protected split(events: readonly Event[], chunk: ChunkRun): { choice: Int32Array<ArrayBuffer>; taken: Event[][] } {
    chunk.step = undefined;
    const choice = new Int32Array(events.length);
    const taken: Event[][] = this.#branches.map(() => []);
    for (let i = 0; i < events.length; i++) {
      const event = events[i] as Event;
      const branch = event.cancelled ? -1 : this.#choose(event, chunk);
      choice[i] = branch;
      if (branch >= 0) (taken[branch] as Event[]).push(event);
    }
    return { choice, taken };
  }

  /** One list again of what the branches gave; `before` has the number of events that each took. */
  protected join(events: Event[], choice: Int32Array, before: readonly number[], results: readonly Event[][]): Event[] {
    if (results.every((list, b) => list.length === before[b])) return events;
    const merged = merge(events, choice, results);
    // Events made by time in a branch that none took.
    results.forEach((list, b) => {
      if (before[b] === 0) merged.push(...list);
    });
    return merged;
  }

  #choose(event: Event, chunk: ChunkRun): number {
    try {
      return this.#branches.findIndex((branch) => branch.condition === undefined || branch.condition(event));
    } catch (error) {
      event.cancelled = true;
      const reason = error instanceof Error ? error.message : String(error);
      chunk.failed.push({ event, code: "condition_error", reason });
      return -1;
    }
  }
}

/** Puts branches together again in the order of `events`; what a filter made stands behind the event it was made from. */
function merge(events: readonly Event[], choice: Int32Array, results: readonly Event[][]): Event[] {
  const at = results.map(() => 0);
  const following: (Event | undefined)[][] = results.map(() => []);
  for (let i = 0; i < events.length; i++) {
    const branch = choice[i] as number;
    if (branch >= 0) (following[branch] as Event[]).push(events[i] as Event);
  }
  const seen = results.map(() => 0);
  const merged: Event[] = [];
  for (let i = 0; i < events.length; i++) {
    const branch = choice[i] as number;
    if (branch < 0) {
      merged.push(events[i] as Event);
      continue;
    }
    const list = results[branch] as Event[];
    const ordinal = (seen[branch] as number) + 1;
    seen[branch] = ordinal;
    const next = (following[branch] as Event[])[ordinal];
    let position = at[branch] as number;
    do merged.push(list[position++] as Event);
    while (position < list.length && list[position] !== next);
    at[branch] = position;
  }
  return merged;
}

/** Where an output section sends an event: numbers of outputs and, as their complement, of links are added to `targets`. */
export interface Route {
  collect(event: Event, targets: number[]): void;
}
