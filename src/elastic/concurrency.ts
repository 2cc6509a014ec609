/** Requests in flight at the start. */
const FIRST = 2;

interface Waiter {
  readonly resolve: () => void;
}

/** A place that was taken; `release` wants it back. */
export interface Place {
  readonly round: number;
}

/**
 * How many requests may be in flight: one more after as many successes as there are places, half of them when the cluster is busy or does
 * not answer (additive increase, multiplicative decrease, as TCP has it: RFC 5681). Requests that were in flight together halve once.
 */
export class Concurrency {
  readonly #most: number;
  readonly #waiting = new Set<Waiter>();
  #limit: number;
  #inFlight = 0;
  #successes = 0;
  #round = 0;

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

  /** Takes a place, waiting for one. Rejects when `signal` aborts. */
  async acquire(signal: AbortSignal): Promise<Place> {
    signal.throwIfAborted();
    if (this.#inFlight < this.#limit) this.#inFlight++;
    else await this.#wait(signal);
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
  release(place: Place, outcome: "success" | "overload" | "neutral"): void {
    this.#inFlight--;
    if (outcome === "overload" && place.round === this.#round) {
      this.#limit = Math.max(1, this.#limit >> 1);
      this.#successes = 0;
      this.#round++;
    } else if (outcome === "success" && ++this.#successes >= this.#limit) {
      this.#limit = Math.min(this.#most, this.#limit + 1);
      this.#successes = 0;
    }
    for (const waiter of this.#waiting) {
      if (this.#inFlight >= this.#limit) return;
      this.#waiting.delete(waiter);
      this.#inFlight++;
      waiter.resolve();
    }
  }
}
