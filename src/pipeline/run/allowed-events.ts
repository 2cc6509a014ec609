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
  /** Places in the list, by the event that they name; of whole records by the record. */
  readonly #byEvent = new Map<string, number[]>();
  readonly #byRecord = new Map<number, number[]>();
  readonly fates: AllowedFate[] = [];

  constructor(allowed: readonly AllowedEvent[]) {
    this.#allowed = allowed;
    allowed.forEach(({ record, split }, place) => {
      if (split === undefined) addTo(this.#byRecord, record, place);
      else addTo(this.#byEvent, keyOf(record, split), place);
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
      const places = this.#placesOf(event, makings);
      for (const place of places) {
        const allowed = this.#allowed[place] as AllowedEvent;
        const outputs = all.filter((output) => allowed.outputs?.includes(output) ?? true);
        for (const output of outputs) meant.add(output);
        const routed = outputs.length > 0 ? "routed" : "unrouted";
        const fate = failed.has(event) ? "failed" : event.cancelled ? "filtered" : routed;
        this.fates.push({ record: event.record, split: event.split, place, fate });
      }
      if (places.length === 0) return;
      events.push(event);
      targets.push([...meant]);
    });
    return { ...chunk, events, targets };
  }

  /** The entries that allow an event: as itself, or as something new that came of it. */
  #placesOf(event: Event, makings: ReadonlyMap<string, Making>): number[] {
    const places = [...(this.#byRecord.get(event.record) ?? [])];
    let made: Making | undefined;
    for (let key = keyOf(event.record, event.split); ; key = made.parent) {
      for (const place of this.#byEvent.get(key) ?? []) {
        const { children } = this.#allowed[place] as AllowedEvent;
        if (made === undefined || made.ordinal > countOf(children, made.plugin)) places.push(place);
      }
      made = makings.get(key);
      if (made === undefined) return places;
    }
  }
}

function addTo<K>(lists: Map<K, number[]>, key: K, place: number): void {
  const list = lists.get(key);
  if (list === undefined) lists.set(key, [place]);
  else list.push(place);
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
