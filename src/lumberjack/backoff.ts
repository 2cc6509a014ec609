export interface BackoffOptions {
  /** First wait, milliseconds; default 1,000. */
  readonly initMs?: number;
  /** Longest wait, milliseconds; default 60,000. */
  readonly maxMs?: number;
  /** Numbers from 0 up to 1. */
  readonly random: () => number;
}

/** Waits that double, each between half of its length and all of it, so that many senders do not come back at once. */
export class Backoff {
  readonly #init: number;
  readonly #max: number;
  readonly #random: () => number;
  #next: number;

  constructor(options: BackoffOptions) {
    this.#init = options.initMs ?? 1_000;
    this.#max = options.maxMs ?? 60_000;
    this.#random = options.random;
    this.#next = Math.min(this.#init, this.#max);
  }

  /** How long to wait now, milliseconds. */
  next(): number {
    const wait = this.#next;
    this.#next = Math.min(this.#max, wait * 2);
    return wait / 2 + (wait / 2) * this.#random();
  }

  /** Something worked: the next wait is the first one again. */
  reset(): void {
    this.#next = Math.min(this.#init, this.#max);
  }
}
