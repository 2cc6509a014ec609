/** Seconds between the ticks of moving rates, as in the metriks library. */
const TICK_SECONDS = 5;
/** Values kept of a timer, for its percentiles. */
const RESERVOIR = 1028;

/** Exponentially weighted moving rate over some minutes, in events a second. Source: the UNIX load average; metriks, ewma.rb. */
class MovingRate {
  readonly #alpha: number;
  #rate: number | undefined;

  constructor(minutes: number) {
    this.#alpha = 1 - Math.exp(-TICK_SECONDS / 60 / minutes);
  }

  /** `count`: events since the tick before. */
  tick(count: number): void {
    const now = count / TICK_SECONDS;
    this.#rate = this.#rate === undefined ? now : this.#rate + this.#alpha * (now - this.#rate);
  }

  /** As so many ticks without an event. */
  rest(ticks: number): void {
    if (this.#rate !== undefined) this.#rate *= (1 - this.#alpha) ** ticks;
  }

  get value(): number {
    return this.#rate ?? 0;
  }
}

/** How often something happened, and how fast lately. Times are epoch milliseconds. */
export class Meter {
  count = 0;
  readonly #rates: ReadonlyMap<number, MovingRate>;
  #uncounted = 0;
  #lastTick: number;

  constructor(minutes: readonly number[], now: number) {
    this.#rates = new Map(minutes.map((length) => [length, new MovingRate(length)]));
    this.#lastTick = now;
  }

  mark(now: number): void {
    this.#tick(now);
    this.count++;
    this.#uncounted++;
  }

  /** Events a second over so many minutes. */
  rate(minutes: number, now: number): number {
    this.#tick(now);
    return this.#rates.get(minutes)?.value ?? 0;
  }

  #tick(now: number): void {
    const ticks = Math.floor((now - this.#lastTick) / (TICK_SECONDS * 1000));
    if (ticks < 1) return;
    for (const rate of this.#rates.values()) {
      rate.tick(this.#uncounted);
      rate.rest(ticks - 1);
    }
    this.#uncounted = 0;
    this.#lastTick += ticks * TICK_SECONDS * 1000;
  }
}

/** A meter of things that have a size, with their distribution. */
export class Timer {
  readonly meter: Meter;
  min = 0;
  max = 0;
  #sum = 0;
  #mean = 0;
  #squares = 0;
  readonly #values: number[] = [];
  readonly #random: () => number;

  /** `random`: 0 (included) to 1 (excluded). */
  constructor(minutes: readonly number[], now: number, random: () => number) {
    this.meter = new Meter(minutes, now);
    this.#random = random;
  }

  update(value: number, now: number): void {
    this.meter.mark(now);
    const { count } = this.meter;
    this.min = count === 1 ? value : Math.min(this.min, value);
    this.max = count === 1 ? value : Math.max(this.max, value);
    this.#sum += value;
    // Welford's method.
    const before = this.#mean;
    this.#mean += (value - before) / count;
    this.#squares += (value - before) * (value - this.#mean);
    // Vitter's algorithm R: each value has the same chance to be kept.
    if (this.#values.length < RESERVOIR) this.#values.push(value);
    else {
      const place = Math.floor(this.#random() * count);
      if (place < RESERVOIR) this.#values[place] = value;
    }
  }

  get mean(): number {
    return this.meter.count === 0 ? 0 : this.#sum / this.meter.count;
  }

  /** Of the sample. */
  get standardDeviation(): number {
    return this.meter.count < 2 ? 0 : Math.sqrt(this.#squares / (this.meter.count - 1));
  }

  /** The value below which a part (0 to 1) of the values lies, between neighbours where it falls between them. */
  quantile(part: number): number {
    if (this.#values.length === 0) return 0;
    const sorted = [...this.#values].sort((a, b) => a - b);
    const place = part * (sorted.length + 1);
    if (place < 1) return sorted[0] as number;
    if (place >= sorted.length) return sorted.at(-1) as number;
    const lower = sorted[Math.floor(place) - 1] as number;
    const upper = sorted[Math.floor(place)] as number;
    return lower + (place - Math.floor(place)) * (upper - lower);
  }
}
