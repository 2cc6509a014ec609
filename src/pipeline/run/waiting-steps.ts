import type { Event } from "../../event/event.ts";
import type { FilterInstance } from "../../plugin/definitions.ts";
import { type Branch, type ChunkRun, FilterStep, IfStep, runSteps, type Step } from "./program.ts";

/** Runs synchronous work under the time limit. @throws {@link OutOfTime} */
export type Stretch = (work: () => void) => void;

/** A stretch between two waits took too long; `ChunkRun.step` says who was at work. */
export class OutOfTime extends Error {}

/** A step that waits for something outside, or has such a step in it. */
export interface WaitingStep extends Step {
  runWaiting(events: Event[], chunk: ChunkRun, stretch: Stretch): Promise<Event[]>;
}

export function isWaiting(step: Step): step is WaitingStep {
  return "runWaiting" in step;
}

/** Steps of which some wait: what lies between the waits runs in one stretch each. */
export async function runWaitingSteps(
  steps: readonly Step[],
  events: Event[],
  chunk: ChunkRun,
  stretch: Stretch,
): Promise<Event[]> {
  let current = events;
  for (let i = 0; i < steps.length; ) {
    const step = steps[i] as Step;
    if (isWaiting(step)) {
      current = await step.runWaiting(current, chunk, stretch);
      i++;
      continue;
    }
    let end = i + 1;
    while (end < steps.length && !isWaiting(steps[end] as Step)) end++;
    const together = steps.slice(i, end);
    stretch(() => {
      current = runSteps(together, current, chunk);
    });
    i = end;
  }
  return current;
}

/** A filter that waits: all events of the chunk at once. */
export class WaitingFilterStep extends FilterStep implements WaitingStep {
  readonly #wait: NonNullable<FilterInstance["wait"]>;

  constructor(pluginId: string, filter: FilterInstance, decorate: ((event: Event) => void) | undefined) {
    super(pluginId, filter, decorate);
    this.#wait = (event, emit) => (filter.wait as NonNullable<FilterInstance["wait"]>)(event, emit);
  }

  async runWaiting(events: Event[], chunk: ChunkRun, stretch: Stretch): Promise<Event[]> {
    if (chunk.skip.has(this)) return this.run(events, chunk);
    chunk.step = this;
    const made = events.map((): { event: Event; matched: boolean }[] => []);
    const matched = await Promise.all(
      events.map(async (event, i) => {
        if (event.cancelled) return false;
        try {
          return await this.#wait(event, (child, matched = true) => made[i]?.push({ event: child, matched }));
        } catch (error) {
          this.fail(event, error, chunk);
          return false;
        }
      }),
    );
    const result: Event[] = [];
    stretch(() => {
      chunk.step = this;
      events.forEach((event, i) => {
        if (matched[i] === true) this.decorate(event, chunk);
        result.push(event);
        for (const child of made[i] ?? []) {
          if (child.matched) this.decorate(child.event, chunk);
          result.push(child.event);
        }
      });
    });
    return result;
  }
}

/** A condition with a waiting filter in one of its branches. */
export class WaitingIfStep extends IfStep implements WaitingStep {
  readonly #branches: readonly Branch[];

  constructor(branches: readonly Branch[]) {
    super(branches);
    this.#branches = branches;
  }

  async runWaiting(events: Event[], chunk: ChunkRun, stretch: Stretch): Promise<Event[]> {
    let taken: Event[][] = [];
    let choice = new Int32Array(0);
    stretch(() => {
      ({ taken, choice } = this.split(events, chunk));
    });
    const before = taken.map((list) => list.length);
    const results: Event[][] = [];
    for (const [b, list] of taken.entries()) {
      const { steps } = this.#branches[b] as Branch;
      const idle = list.length === 0 && chunk.tick === undefined;
      results.push(idle ? list : await runWaitingSteps(steps, list, chunk, stretch));
    }
    return this.join(events, choice, before, results);
  }
}
