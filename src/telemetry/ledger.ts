import { type DestinationCounts, Destinations } from "./destinations.ts";

/** Counts of events that must balance; one entry is made for each acknowledged batch, whole or not at all. */
export interface LedgerEntry {
  /** Records read from inputs. */
  read: number;
  /** Events that codecs and filters made besides. */
  created: number;
  /** Events that every output they were meant for has accepted, or that were already there. */
  delivered: number;
  /** Dropped on purpose. */
  filtered: number;
  /** Kept with a reason for at least one output, or as a whole. */
  deadLettered: number;
  /** Taken in by a filter that gives aggregates instead. */
  absorbed: number;
  /** Events that no output's condition took. */
  unrouted: number;
}

/** What became of the events meant for one output. */
export interface OutputEntry {
  delivered: number;
  existing: number;
  conflicts: number;
  failureStore: number;
  deadLettered: number;
}

export interface LedgerSnapshot {
  readonly totals: Readonly<LedgerEntry>;
  readonly outputs: Readonly<Record<string, Readonly<OutputEntry>>>;
  /** What outputs that can be asked have there, under identities of ours. */
  readonly destinations?: Readonly<Record<string, DestinationCounts>>;
}

/** What became of the events of a batch. */
export interface BatchCounts {
  readonly totals: Readonly<LedgerEntry>;
  readonly outputs: ReadonlyMap<string, Readonly<OutputEntry>>;
  readonly destinations?: ReadonlyMap<string, DestinationCounts>;
}

export function emptyEntry(): LedgerEntry {
  return { read: 0, created: 0, delivered: 0, filtered: 0, deadLettered: 0, absorbed: 0, unrouted: 0 };
}

export function emptyOutputEntry(): OutputEntry {
  return { delivered: 0, existing: 0, conflicts: 0, failureStore: 0, deadLettered: 0 };
}

/** The ledger of one pipeline since its data folder was made; survives restarts through its snapshot. */
export class Ledger {
  readonly #totals: LedgerEntry = emptyEntry();
  readonly #outputs: Map<string, OutputEntry> = new Map();
  readonly #destinations: Map<string, Destinations> = new Map();

  constructor(from?: LedgerSnapshot) {
    this.restore(from);
  }

  /** Takes a stored ledger over; what was entered before is forgotten. Unknown or missing parts count as 0. */
  restore(from: LedgerSnapshot | undefined): void {
    Object.assign(this.#totals, emptyEntry(), from?.totals);
    this.#outputs.clear();
    for (const [name, entry] of Object.entries(from?.outputs ?? {})) {
      this.#outputs.set(name, { ...emptyOutputEntry(), ...entry });
    }
    this.#destinations.clear();
    for (const [name, counts] of Object.entries(from?.destinations ?? {}))
      this.#destinations.set(name, new Destinations(counts));
  }

  /** Enters one batch. */
  add({ totals, outputs, destinations = new Map() }: BatchCounts): void {
    for (const key of Object.keys(totals) as (keyof LedgerEntry)[]) this.#totals[key] += totals[key];
    for (const [name, counts] of outputs) {
      const sum = this.#outputs.get(name) ?? emptyOutputEntry();
      for (const key of Object.keys(counts) as (keyof OutputEntry)[]) sum[key] += counts[key];
      this.#outputs.set(name, sum);
    }
    for (const [name, counts] of destinations) {
      const sum = this.#destinations.get(name) ?? new Destinations();
      sum.addAll(counts);
      this.#destinations.set(name, sum);
    }
  }

  snapshot(): LedgerSnapshot {
    const outputs: Record<string, OutputEntry> = {};
    for (const [name, entry] of this.#outputs) outputs[name] = { ...entry };
    if (this.#destinations.size === 0) return { totals: { ...this.#totals }, outputs };
    const destinations = Object.fromEntries([...this.#destinations].map(([name, counts]) => [name, counts.snapshot()]));
    return { totals: { ...this.#totals }, outputs, destinations };
  }
}

/** What is missing from the balance: 0 when everything read or made has its end. Events in flight are not in the ledger yet. */
export function imbalance(snapshot: LedgerSnapshot): number {
  const t = snapshot.totals;
  return t.read + t.created - t.delivered - t.filtered - t.deadLettered - t.absorbed - t.unrouted;
}

/** Ledgers added up: a pipeline's is the sum of its inputs'. */
export function sumOf(snapshots: readonly LedgerSnapshot[]): LedgerSnapshot {
  const sum = new Ledger();
  for (const { totals, outputs, destinations = {} } of snapshots)
    sum.add({
      totals,
      outputs: new Map(Object.entries(outputs)),
      destinations: new Map(Object.entries(destinations)),
    });
  return sum.snapshot();
}
