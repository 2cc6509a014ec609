import type { BulkClock } from "../../src/elastic/bulk-types.ts";

interface Sleeper {
  readonly at: number;
  readonly wake: () => void;
}

/** Time that passes when nothing else is left to do; sleepers wake in order. */
export class SimulatedClock implements BulkClock {
  #time = 0;
  #sleepers: Sleeper[] = [];
  #scheduled = false;
  /** Every sleep asked for with a signal, in milliseconds: the sender's pauses. */
  readonly pauses: number[] = [];

  now: () => number = () => this.#time;

  sleep: (milliseconds: number, signal?: AbortSignal) => Promise<void> = (milliseconds, signal) =>
    new Promise((resolve, reject) => {
      if (signal !== undefined) this.pauses.push(milliseconds);
      const stop = () => {
        this.#sleepers = this.#sleepers.filter((one) => one !== sleeper);
        reject(signal?.reason);
      };
      const sleeper: Sleeper = {
        at: this.#time + milliseconds,
        wake: () => {
          signal?.removeEventListener("abort", stop);
          resolve();
        },
      };
      if (signal?.aborted === true) {
        reject(signal.reason);
        return;
      }
      signal?.addEventListener("abort", stop, { once: true });
      this.#sleepers.push(sleeper);
      this.#schedule();
    });

  #schedule(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    setImmediate(() => {
      this.#scheduled = false;
      let next: Sleeper | undefined;
      for (const one of this.#sleepers) if (next === undefined || one.at < next.at) next = one;
      if (next === undefined) return;
      this.#sleepers.splice(this.#sleepers.indexOf(next), 1);
      this.#time = next.at;
      next.wake();
      if (this.#sleepers.length > 0) this.#schedule();
    });
  }
}
