/** Requests in flight at the start. */
const FIRST = 2;

interface Waiter {
  readonly resolve: () => void;
  readonly reject: (reason: unknown) => void;
}

/**
 * How many requests may be in flight: one more after as many successes as there are places, half of them when the cluster is busy or does
 * not answer (additive increase, multiplicative decrease, as TCP has it: RFC 5681).
 */
export class Concurrency {
  readonly #most: number;
  readonly #waiting: Waiter[] = [];
  #limit: number;
  #inFlight = 0;
  #successes = 0;

  constructor(most: number) {
    this.#most = most;
    this.#limit = Math.min(FIRST, most);
  }

  get limit(): number {
    return this.#limit;
  }

  /** Takes a place, waiting for one. Rejects when `signal` aborts. */
  async acquire(signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    if (this.#inFlight < this.#limit) {
      this.#inFlight++;
      return;
    }
    await new Promise<void>((resolve, reject) => {
      const waiter: Waiter = { resolve, reject };
      this.#waiting.push(waiter);
      signal.addEventListener(
        "abort",
        () => {
          const at = this.#waiting.indexOf(waiter);
          if (at < 0) return;
          this.#waiting.splice(at, 1);
          reject(signal.reason);
        },
        { once: true },
      );
    });
  }

  /** Gives the place back. */
  release(outcome: "success" | "overload" | "neutral"): void {
    this.#inFlight--;
    if (outcome === "overload") {
      this.#limit = Math.max(1, Math.floor(this.#limit / 2));
      this.#successes = 0;
    } else if (outcome === "success" && ++this.#successes >= this.#limit) {
      this.#limit = Math.min(this.#most, this.#limit + 1);
      this.#successes = 0;
    }
    while (this.#inFlight < this.#limit) {
      const next = this.#waiting.shift();
      if (next === undefined) return;
      this.#inFlight++;
      next.resolve();
    }
  }
}
