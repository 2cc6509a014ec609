/** Weight of the newest round in the averages. */
const NEWEST = 0.4;
/** What a request costs besides its bytes, as bytes. */
const REQUEST_BYTES = 64 * 1024;
/** Deviations that latency must be above the best to count. */
const DEVIATIONS = 0.75;

/** How much slower answers come than at best, by averages over rounds of requests; requests of different size are compared by time per byte. */
export class Slowness {
  #milliseconds = 0;
  #bytes = 0;
  #average: number | undefined;
  #deviation = 0;
  #best = Number.POSITIVE_INFINITY;
  /** The best of before the last `forget`. */
  #formerBest: number | undefined;

  add(milliseconds: number, bytes: number): void {
    this.#milliseconds += milliseconds;
    this.#bytes += bytes + REQUEST_BYTES;
  }

  /** The share of the time that requests spent waiting for others, 0 (included) to 1 (excluded). */
  endRound(): number {
    if (this.#bytes > 0) this.#learn(this.#milliseconds / this.#bytes);
    this.#milliseconds = 0;
    this.#bytes = 0;
    const surely = (this.#average ?? 0) - DEVIATIONS * this.#deviation;
    return surely > this.#best ? 1 - this.#best / surely : 0;
  }

  /** The next round says anew what is best; by half where it is better than ever, since one round may be lucky. */
  forget(): void {
    this.#milliseconds = 0;
    this.#bytes = 0;
    this.#average = undefined;
    this.#formerBest = this.#best;
    this.#best = Number.POSITIVE_INFINITY;
  }

  #learn(round: number): void {
    if (this.#average === undefined) {
      const former = this.#formerBest ?? round;
      this.#average = Math.max(round, (round + former) / 2);
    } else {
      const off = round - this.#average;
      this.#average += NEWEST * off;
      this.#deviation += NEWEST * (Math.abs(off) - this.#deviation);
    }
    this.#best = Math.min(this.#best, this.#average);
  }
}
