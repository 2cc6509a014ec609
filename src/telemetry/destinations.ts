/** How many events of each destination (a data stream or an index) and UTC day of their `@timestamp` an output has brought there. */
export type DestinationCounts = Readonly<Record<string, Readonly<Record<string, number>>>>;

/** Days of all destinations together that are counted apart; the oldest of them are counted under `EARLIER`. */
const BUCKETS_LIMIT = 2000;
/** Stands for the days before those that are counted apart, and for events without a time. */
export const EARLIER = "earlier";

const DAY_MS = 86_400_000;

/** `2026-11-23`; epoch days in. */
export function dayName(day: number): string {
  return new Date(day * DAY_MS).toISOString().slice(0, 10);
}

/** The epoch day of a time; years outside of 0 to 9999 have none. */
export function dayOf(epochMs: number): number | undefined {
  const day = Math.floor(epochMs / DAY_MS);
  return day >= -719_528 && day <= 2_932_896 ? day : undefined;
}

/** Counts by destination and day, bounded. */
export class Destinations {
  readonly #counts = new Map<string, Map<string, number>>();
  #buckets = 0;

  constructor(from: DestinationCounts = {}) {
    this.addAll(from);
  }

  addAll(counts: DestinationCounts): void {
    for (const [destination, days] of Object.entries(counts))
      for (const [day, count] of Object.entries(days)) this.add(destination, day, count);
  }

  add(destination: string, day: string, count: number): void {
    let days = this.#counts.get(destination);
    if (days === undefined) {
      days = new Map();
      this.#counts.set(destination, days);
    }
    const before = days.get(day);
    if (before === undefined) this.#buckets++;
    days.set(day, (before ?? 0) + count);
    if (this.#buckets > BUCKETS_LIMIT) this.#merge();
  }

  snapshot(): DestinationCounts {
    return Object.fromEntries([...this.#counts].map(([destination, days]) => [destination, Object.fromEntries(days)]));
  }

  /** The oldest tenth of all days goes into its destination's `EARLIER`. */
  #merge(): void {
    const all = [...this.#counts].flatMap(([destination, days]) =>
      [...days.keys()].filter((day) => day !== EARLIER).map((day) => ({ destination, day })),
    );
    all.sort((a, b) => (a.day < b.day ? -1 : 1));
    for (const { destination, day } of all.slice(0, Math.ceil(BUCKETS_LIMIT / 10))) {
      const days = this.#counts.get(destination) as Map<string, number>;
      days.set(EARLIER, (days.get(EARLIER) ?? 0) + (days.get(day) as number));
      days.delete(day);
    }
    this.#buckets = [...this.#counts.values()].reduce((sum, days) => sum + days.size, 0);
  }
}
