/** A memory block that several event blocks and the parser share; it goes back to its pool when nobody uses it. */
export class Arena {
  readonly bytes: Buffer;
  readonly #pool: ArenaPool | undefined;
  #uses = 1;

  constructor(bytes: Buffer, pool?: ArenaPool) {
    this.bytes = bytes;
    this.#pool = pool;
  }

  get uses(): number {
    return this.#uses;
  }

  hold(): void {
    this.#uses++;
  }

  release(): void {
    if (--this.#uses === 0) this.#pool?.give(this.bytes);
  }
}

/** Memory blocks of one size, used again: fresh memory costs page faults. Keeps at most `maxFree`. */
export class ArenaPool {
  readonly arenaBytes: number;
  readonly #maxFree: number;
  readonly #free: Buffer[] = [];

  constructor(arenaBytes: number, maxFree = 8) {
    this.arenaBytes = arenaBytes;
    this.#maxFree = maxFree;
  }

  /** A block of `arenaBytes`, or of `minBytes` if that is more. Its contents are old. */
  take(minBytes: number): Arena {
    if (minBytes > this.arenaBytes) return new Arena(Buffer.allocUnsafeSlow(minBytes));
    return new Arena(this.#free.pop() ?? Buffer.allocUnsafeSlow(this.arenaBytes), this);
  }

  give(bytes: Buffer): void {
    if (this.#free.length < this.#maxFree) this.#free.push(bytes);
  }
}
