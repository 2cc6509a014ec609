import { promises } from "node:dns";

/** Names of an address, the usual one first; rejects where there is none. */
export type LookUpNames = (address: string) => Promise<readonly string[]>;

/** Answers that are kept, those that there is no name too. */
const MOST_KEPT = 10_000;
const KEPT_MS = 10 * 60_000;
const ANSWER_MS = 2000;

/** Names of addresses, each asked for once in a while. */
export class ReverseLookup {
  readonly #names: LookUpNames;
  readonly #now: () => number;
  readonly #kept = new Map<string, { readonly until: number; readonly name: Promise<string> }>();

  /** The default asks the system's name servers, and does not occupy the threads that read files. */
  constructor(now: () => number, names: LookUpNames = systemNames()) {
    this.#now = now;
    this.#names = names;
  }

  /** The address itself where it has no name or no answer comes. */
  nameOf(address: string): Promise<string> {
    const before = this.#kept.get(address);
    if (before !== undefined && before.until > this.#now()) return before.name;
    if (this.#kept.size >= MOST_KEPT) this.#kept.delete(this.#kept.keys().next().value as string);
    const name = soon(this.#names(address)).then(
      ([first]) => first ?? address,
      () => address,
    );
    this.#kept.delete(address);
    this.#kept.set(address, { until: this.#now() + KEPT_MS, name });
    return name;
  }
}

function soon<T>(answer: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error("no answer")), ANSWER_MS);
    answer.finally(() => clearTimeout(timer)).then(resolve, reject);
  });
}

function systemNames(): LookUpNames {
  const resolver = new promises.Resolver({ timeout: 1000, tries: 2 });
  return (address) => resolver.reverse(address);
}
