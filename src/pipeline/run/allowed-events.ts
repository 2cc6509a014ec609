import type { Event } from "../../event/event.ts";
import type { SplitPath } from "../../event/identity.ts";
import { splitOf } from "../../event/split-path.ts";
import type { FilteredChunk } from "./chunk.ts";
import type { AllowedEvent, AllowedFate, ChildCounts } from "./messages.ts";

/** How an event was made. */
interface Making {
  readonly parent: string;
  readonly plugin: string;
  readonly ordinal: number;
}

/**
 * Leaves of an item's events only those that a replay is to deliver: the event of a letter, and what comes of it but the children that it
 * had made before it failed; they have ends of their own.
 */
export class AllowedEvents {
  readonly #allowed: readonly AllowedEvent[];
  readonly #byRecord = new Map<number, number[]>();
  readonly fates: AllowedFate[] = [];

  constructor(allowed: readonly AllowedEvent[]) {
    this.#allowed = allowed;
    allowed.forEach(({ record }, place) => {
      const places = this.#byRecord.get(record);
      if (places === undefined) this.#byRecord.set(record, [place]);
      else places.push(place);
    });
  }

  /** The chunk without what is not meant. What became of the rest is in `fates`. */
  of(chunk: FilteredChunk): FilteredChunk {
    const makings = makingsOf(chunk.events);
    const failed = new Set(chunk.run.failed.map(({ event }) => event));
    const events: Event[] = [];
    const targets: (readonly number[])[] = [];
    chunk.events.forEach((event, i) => {
      const all = chunk.targets[i] as readonly number[];
      const meant = new Set<number>();
      let isAllowed = false;
      for (const place of this.#byRecord.get(event.record) ?? []) {
        const allowed = this.#allowed[place] as AllowedEvent;
        if (!covers(allowed, event, makings)) continue;
        isAllowed = true;
        const outputs = all.filter((output) => allowed.outputs?.includes(output) ?? true);
        for (const output of outputs) meant.add(output);
        const routed = outputs.length > 0 ? "routed" : "unrouted";
        const fate = failed.has(event) ? "failed" : event.cancelled ? "filtered" : routed;
        this.fates.push({ record: event.record, split: event.split, place, fate });
      }
      if (!isAllowed) return;
      events.push(event);
      targets.push([...meant]);
    });
    return { ...chunk, events, targets };
  }
}

/** Whether an event is the one that is allowed, or comes of it and is new. */
function covers({ split, children }: AllowedEvent, event: Event, makings: ReadonlyMap<string, Making>): boolean {
  if (split === undefined) return true;
  const wanted = keyOf(event.record, split);
  let made: Making | undefined;
  for (let key = keyOf(event.record, event.split); ; ) {
    if (key === wanted) return made === undefined || made.ordinal > countOf(children, made.plugin);
    made = makings.get(key);
    if (made === undefined) return false;
    key = made.parent;
  }
}

function countOf(children: ChildCounts, plugin: string): number {
  return Object.hasOwn(children, plugin) ? (children[plugin] as number) : 0;
}

/** How each event was made. Split paths are hashes, so they are made again from what each event says it has made. */
function makingsOf(events: readonly Event[]): Map<string, Making> {
  const makings = new Map<string, Making>();
  const known = new Set(events.map((event) => keyOf(event.record, event.split)));
  for (const event of events) {
    const parent = keyOf(event.record, event.split);
    for (const [plugin, count] of event.children ?? []) {
      for (let ordinal = 1; ordinal <= count; ordinal++) {
        const key = keyOf(event.record, splitOf(event.split, plugin, ordinal));
        if (known.has(key)) makings.set(key, { parent, plugin, ordinal });
      }
    }
  }
  return makings;
}

function keyOf(record: number, { high, low }: SplitPath): string {
  return `${record}/${high}.${low}`;
}
