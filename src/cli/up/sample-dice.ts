/** Random choices from one source of numbers, so that a seed gives the same story again. */
export class Dice {
  /** 0 (included) to 1 (excluded). */
  readonly roll: () => number;
  #serial = 4000;

  constructor(roll: () => number) {
    this.roll = roll;
  }

  /** A running number. */
  next(): number {
    return this.#serial++;
  }

  chance(probability: number): boolean {
    return this.roll() < probability;
  }

  /** A whole number from `least` to `most`, both included. */
  between(least: number, most: number): number {
    return least + Math.floor(this.roll() * (most - least + 1));
  }

  pick<T>(from: readonly T[]): T {
    return from[Math.floor(this.roll() * from.length)] as T;
  }

  /** One of `from` by its weight. */
  weighted<T>(from: readonly (readonly [weight: number, value: T])[]): T {
    let left = this.roll() * from.reduce((sum, [weight]) => sum + weight, 0);
    for (const [weight, value] of from) {
      left -= weight;
      if (left < 0) return value;
    }
    return (from[from.length - 1] as readonly [number, T])[1];
  }

  /** Mostly near `typical`, now and then many times that. */
  longTail(typical: number): number {
    return typical * (0.4 + this.roll()) * (this.chance(0.04) ? 2 + 8 * this.roll() : 1);
  }

  hex(digits: number): string {
    let text = "";
    for (let i = 0; i < digits; i++) text += Math.floor(this.roll() * 16).toString(16);
    return text;
  }
}

/** Numbers from a 32-bit seed (mulberry32, public domain). */
export function seededRandom(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
