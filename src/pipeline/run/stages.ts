import type { Event } from "../../event/event.ts";
import { childOf } from "../../event/split-path.ts";
import { type ChunkRun, runSteps } from "./program.ts";
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
  const waiting = [...entries];
  const events: Event[] = [];
  const targets: (readonly number[])[] = [];
  program.stages.forEach((stage, i) => {
    const entered = waiting[i];
    if (entered === undefined) return;
    waiting[i] = undefined;
    for (const event of runSteps(stage.filters, inOrder(entered), run)) {
      const taken = event.cancelled ? NOWHERE : routeOf(stage, event, run);
      const only = taken.length === 1 ? (taken[0] as number) : 0;
      const next = only < 0 ? (program.links[~only] as Link).stages : undefined;
      // Nearly every event goes one way.
      if (next?.length === 1) {
        const stage = next[0] as number;
        const list = waiting[stage];
        if (list === undefined) waiting[stage] = [event];
        else list.push(event);
        continue;
      }
      const outputs = taken.some(isLink) ? handOn(program.links, event, taken, waiting) : taken;
      if (outputs === undefined) continue;
      events.push(event);
      targets.push(outputs);
    }
  });
  run.step = undefined;
  return { events, targets };
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
