/** Things that are opened one after the other: each when the one before it is done. */
export class OpeningOrder<T> {
  readonly #following: Map<string, T> = new Map();
  readonly #waiting: Set<string> = new Set();
  readonly #nameOf: (one: T) => string;

  constructor(nameOf: (one: T) => string) {
    this.#nameOf = nameOf;
  }

  /** All but the first wait. */
  add(chain: readonly T[]): void {
    for (const [i, one] of chain.entries()) {
      const before = chain[i - 1];
      if (before === undefined) continue;
      this.#following.set(this.#nameOf(before), one);
      this.#waiting.add(this.#nameOf(one));
    }
  }

  isWaiting(name: string): boolean {
    return this.#waiting.has(name);
  }

  waiting(): Iterable<T> {
    return this.#following.values();
  }

  /** What of that name is done; gives what waits for it. */
  done(name: string): T | undefined {
    const next = this.#following.get(name);
    if (next === undefined) return undefined;
    this.#following.delete(name);
    this.#waiting.delete(this.#nameOf(next));
    return next;
  }
}
