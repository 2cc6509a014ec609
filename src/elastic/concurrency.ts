import { Slowness } from "./slowness.ts";

/** Requests in flight at the start. */
const FIRST = 2;
/** What is left of the places when the cluster is busy or does not answer. */
const DECREASE = 0.75;
/** Requests that may wait inside the cluster, as the latency tells: fewer let the places grow, more let them shrink. */
const FEW_WAITING = 1;
const MANY_WAITING = 3;
/** Rounds until only a quarter of the places is used for one round, so that the latency of a cluster that is not full is learned anew. */
const ROUNDS_TO_PROBE = 80;

interface Waiter {
  readonly resolve: () => void;
}

/** A place that was taken; `release` wants it back. */
export interface Place {
  readonly round: number;
}

/** What became of a request, and how long its answer took for how many bytes. */
export type PlaceOutcome =
  | { readonly kind: "success"; readonly milliseconds: number; readonly bytes: number }
  | { readonly kind: "overload" | "neutral" };

/**
 * How many requests may be in flight: found by additive increase and multiplicative decrease (as TCP has it: RFC 5681) when the cluster is busy or
 * does not answer, and by latency, as TCP Vegas does (Brakmo and Peterson 1995): n requests that take r times as long as the quickest ones did mean that
 * n (1 - 1/r) of them wait for others. Latency takes away one place at a time and never the last three, so a cluster that is slow for other reasons
 * is not starved. Requests that were in flight together shrink it once; places that nobody asks for do not grow.
 */
export class Concurrency {
  readonly #most: number;
  readonly #waiting = new Set<Waiter>();
  readonly #slowness = new Slowness();
  #limit: number;
  #inFlight = 0;
  #successes = 0;
  /** The places were all taken since the round began. */
  #wasFull = false;
  #round = 0;
  #rounds = 0;
  /** Places to come back to after the round that probes. */
  #beforeProbe: number | undefined;

  constructor(most: number) {
    this.#most = Math.max(1, most);
    this.#limit = Math.min(FIRST, this.#most);
  }

  get limit(): number {
    return this.#limit;
  }

  get inFlight(): number {
    return this.#inFlight;
  }

  /** Requests that wait for a place. */
  get waiting(): number {
    return this.#waiting.size;
  }

  /** Takes a place, waiting for one. Rejects when `signal` aborts. */
  async acquire(signal: AbortSignal): Promise<Place> {
    signal.throwIfAborted();
    if (this.#inFlight < this.#limit) this.#inFlight++;
    else await this.#wait(signal);
    if (this.#inFlight >= this.#limit) this.#wasFull = true;
    return { round: this.#round };
  }

  #wait(signal: AbortSignal): Promise<void> {
    return new Promise<void>((resolve, reject) => {
      const stop = () => {
        this.#waiting.delete(waiter);
        reject(signal.reason);
      };
      const waiter: Waiter = {
        resolve: () => {
          signal.removeEventListener("abort", stop);
          resolve();
        },
      };
      this.#waiting.add(waiter);
      signal.addEventListener("abort", stop, { once: true });
    });
  }

  /** Gives the place back. */
  release(place: Place, outcome: PlaceOutcome): void {
    this.#inFlight--;
    if (outcome.kind === "overload" && place.round === this.#round) this.#shrink();
    else if (outcome.kind === "success") this.#succeed(place, outcome);
    for (const waiter of this.#waiting) {
      if (this.#inFlight >= this.#limit) return;
      this.#waiting.delete(waiter);
      this.#inFlight++;
      waiter.resolve();
    }
  }

  #shrink(): void {
    this.#limit = Math.max(1, Math.floor((this.#beforeProbe ?? this.#limit) * DECREASE));
    this.#begin();
  }

  #succeed(place: Place, { milliseconds, bytes }: { readonly milliseconds: number; readonly bytes: number }): void {
    // Those of an earlier round were slowed down by what was in flight then.
    if (place.round === this.#round) this.#slowness.add(milliseconds, bytes);
    if (++this.#successes < this.#limit) return;
    const waiting = this.#limit * this.#slowness.endRound();
    const wasFull = this.#wasFull;
    this.#successes = 0;
    this.#wasFull = false;
    if (this.#beforeProbe !== undefined) {
      this.#limit = this.#beforeProbe;
      this.#begin();
    } else if (++this.#rounds >= ROUNDS_TO_PROBE && this.#limit > 1) this.#probe();
    else if (waiting > MANY_WAITING) this.#limit = Math.max(1, this.#limit - 1);
    else if (wasFull && waiting <= FEW_WAITING) this.#limit = Math.min(this.#most, this.#limit + 1);
  }

  #probe(): void {
    const before = this.#limit;
    this.#limit = Math.max(1, before >> 2);
    this.#begin();
    this.#beforeProbe = before;
    this.#rounds = 0;
    this.#slowness.forget();
  }

  /** What is in flight belongs to another number of places. */
  #begin(): void {
    this.#beforeProbe = undefined;
    this.#successes = 0;
    this.#wasFull = false;
    this.#round++;
  }
}
