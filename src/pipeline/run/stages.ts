import type { Event } from "../../event/event.ts";
import { childOf } from "../../event/split-path.ts";
import { type ChunkRun, runSteps } from "./program.ts";
import { runWaitingSteps, type Stretch } from "./waiting-steps.ts";
import type { Link, Stage, WorkerProgram } from "./worker-program.ts";

/** What a chunk's events became, and for each the outputs that take it. */
export interface StagedEvents {
  readonly events: readonly Event[];
  readonly targets: readonly (readonly number[])[];
}

const NOWHERE: readonly number[] = [];

/**
 * Runs events through the pipelines of a program: `entries[i]` has those that come in at stage i. Each stage stands before those that
 * it sends to, so each runs once.
 */
export function runStages(
  program: WorkerProgram,
  entries: readonly (Event[] | undefined)[],
  run: ChunkRun,
): StagedEvents {
  const passage = new Passage(program, entries, run);
  program.stages.forEach((stage, i) => {
    const entered = passage.take(i);
    if (entered !== undefined) passage.route(stage, runSteps(stage.filters, entered, run));
  });
  return passage.end();
}

/** The same for programs with filters that wait. */
export async function runWaitingStages(
  program: WorkerProgram,
  entries: readonly (Event[] | undefined)[],
  run: ChunkRun,
  stretch: Stretch,
): Promise<StagedEvents> {
  const passage = new Passage(program, entries, run);
  for (const [i, stage] of program.stages.entries()) {
    const entered = passage.take(i);
    if (entered === undefined) continue;
    const passed = await runWaitingSteps(stage.filters, entered, run, stretch);
    stretch(() => passage.route(stage, passed));
  }
  return passage.end();
}

/** A chunk's way through the stages. */
class Passage {
  readonly #program: WorkerProgram;
  readonly #run: ChunkRun;
  readonly #waiting: (Event[] | undefined)[];
  readonly #events: Event[] = [];
  readonly #targets: (readonly number[])[] = [];

  constructor(program: WorkerProgram, entries: readonly (Event[] | undefined)[], run: ChunkRun) {
    this.#program = program;
    this.#run = run;
    this.#waiting = [...entries];
  }

  /** The events that enter a stage; undefined when there is nothing to do there. */
  take(stage: number): Event[] | undefined {
    const entered = this.#waiting[stage];
    this.#waiting[stage] = undefined;
    if (entered === undefined) return this.#run.tick === undefined ? undefined : [];
    return inOrder(entered);
  }

  /** Sends what has passed a stage's filters on, to outputs and to other stages. */
  route(stage: Stage, passed: readonly Event[]): void {
    const { links } = this.#program;
    for (const event of passed) {
      const taken = event.cancelled ? NOWHERE : routeOf(stage, event, this.#run);
      const only = taken.length === 1 ? (taken[0] as number) : 0;
      const next = only < 0 ? (links[~only] as Link).stages : undefined;
      // Nearly every event goes one way.
      if (next?.length === 1) {
        const place = next[0] as number;
        const list = this.#waiting[place];
        if (list === undefined) this.#waiting[place] = [event];
        else list.push(event);
        continue;
      }
      const outputs = taken.some(isLink) ? handOn(links, event, taken, this.#waiting) : taken;
      if (outputs === undefined) continue;
      this.#events.push(event);
      this.#targets.push(outputs);
    }
  }

  end(): StagedEvents {
    this.#run.step = undefined;
    return { events: this.#events, targets: this.#targets };
  }
}

/** Links stand among outputs' numbers as their complement. */
export const linkTarget = (link: number): number => ~link;
const isLink = (target: number): boolean => target < 0;

function routeOf(stage: Stage, event: Event, run: ChunkRun): readonly number[] {
  run.step = undefined;
  const taken: number[] = [];
  try {
    stage.route.collect(event, taken);
  } catch (error) {
    event.cancelled = true;
    const reason = error instanceof Error ? error.message : String(error);
    run.failed.push({ event, code: "condition_error", reason });
    return NOWHERE;
  }
  return taken;
}

/** Gives an event to the pipelines it is sent to, copies where several take it. The outputs left for itself; undefined when it has moved on. */
function handOn(
  links: readonly Link[],
  event: Event,
  taken: readonly number[],
  waiting: (Event[] | undefined)[],
): readonly number[] | undefined {
  const outputs = taken.filter((target) => !isLink(target));
  const ways = taken
    .filter(isLink)
    .map((target) => links[~target] as Link)
    .flatMap(({ pluginId, stages }) => stages.map((stage) => ({ pluginId, stage })));
  const moves = outputs.length === 0;
  const copies = ways.map(({ pluginId }, i) => (moves && i === 0 ? event : childOf(event, pluginId)));
  ways.forEach(({ stage }, i) => {
    const list = waiting[stage] ?? [];
    list.push(copies[i] as Event);
    waiting[stage] = list;
  });
  return moves && ways.length > 0 ? undefined : outputs;
}

/** Events of several senders, in the order of the records they came from. */
function inOrder(events: Event[]): Event[] {
  for (let i = 1; i < events.length; i++) {
    if ((events[i] as Event).record < (events[i - 1] as Event).record)
      return events.sort((a, b) => a.record - b.record);
  }
  return events;
}
