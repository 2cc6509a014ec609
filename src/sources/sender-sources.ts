import type { Source } from "../event/record-batch.ts";

/** A source and how many records came of it. */
export interface SenderSource {
  readonly source: Source;
  next: number;
}

/** Sources by sender's address: the last used ones are kept, a sender that comes back later is a new one. */
export class SenderSources {
  readonly #make: (address: string) => Source;
  readonly #most: number;
  readonly #kept = new Map<string, SenderSource>();
  #last: { readonly address: string; readonly sender: SenderSource } | undefined;

  constructor(make: (address: string) => Source, most = 10_000) {
    this.#make = make;
    this.#most = most;
  }

  of(address: string): SenderSource {
    if (this.#last?.address === address) return this.#last.sender;
    const sender = this.#kept.get(address) ?? { source: this.#make(address), next: 0 };
    // The map's order is that of the last use.
    this.#kept.delete(address);
    if (this.#kept.size >= this.#most) this.#kept.delete(this.#kept.keys().next().value as string);
    this.#kept.set(address, sender);
    this.#last = { address, sender };
    return sender;
  }
}
