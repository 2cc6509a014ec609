import { Resolver } from "node:dns/promises";
import { readFileSync } from "node:fs";
import { isIP } from "node:net";
import { RecentCache } from "./recent-cache.ts";
import { Turns } from "./turns.ts";

export interface NameResolverOptions {
  /** Addresses of servers, with a port if need be; none: the host's. */
  readonly servers: readonly string[];
  /** Domains that are tried behind names with fewer than `ndots` dots. */
  readonly search: readonly string[];
  readonly ndots: number;
  /** Milliseconds that one answer may take. */
  readonly timeoutMs: number;
  /** Questions asked again when there was no answer. */
  readonly retries: number;
  /** Files in the format of /etc/hosts, asked before the servers. */
  readonly hostsFiles: readonly string[];
  /** Answers kept and for how long, milliseconds; 0: none. */
  readonly hits: { readonly size: number; readonly ttlMs: number };
  readonly failures: { readonly size: number; readonly ttlMs: number };
  readonly now: () => number;
}

/** The first address or name; `none`: there is none; `timeout`: nobody answered in time. */
export type Answer = { readonly found: string } | "none" | "timeout";

/** Questions under way at most; further ones wait. */
const MOST_UNDER_WAY = 256;

/**
 * Asks for the address of a name or the name of an address. The same question at the same time is asked once; answers and failures are
 * kept as the options say.
 */
export class NameResolver {
  readonly #options: NameResolverOptions;
  readonly #resolver: Resolver;
  readonly #hosts: ReadonlyMap<string, string>;
  readonly #hits: RecentCache<string, { answer: Answer; until: number }> | undefined;
  readonly #failures: RecentCache<string, { answer: Answer; until: number }> | undefined;
  readonly #underWay = new Map<string, Promise<Answer>>();
  readonly #turns = new Turns(MOST_UNDER_WAY);

  /** @throws Error for a server that is no address, or a hosts file that cannot be read */
  constructor(options: NameResolverOptions) {
    this.#options = options;
    this.#resolver = new Resolver({ timeout: options.timeoutMs, tries: 1 });
    if (options.servers.length > 0) this.#resolver.setServers(options.servers);
    this.#hosts = readHosts(options.hostsFiles);
    const cache = (size: number): RecentCache<string, { answer: Answer; until: number }> | undefined =>
      size > 0 ? new RecentCache(size) : undefined;
    this.#hits = cache(options.hits.size);
    this.#failures = cache(options.failures.size);
  }

  address(name: string): Promise<Answer> {
    return this.#answer(`A ${name.toLowerCase()}`, () => this.#address(name));
  }

  name(address: string): Promise<Answer> {
    return this.#answer(`PTR ${address}`, () => this.#ask(async () => (await this.#resolver.reverse(address))[0]));
  }

  async #answer(key: string, ask: () => Promise<Answer>): Promise<Answer> {
    const own = this.#hosts.get(key);
    if (own !== undefined) return { found: own };
    const now = this.#options.now();
    const kept = this.#hits?.get(key) ?? this.#failures?.get(key);
    if (kept !== undefined && kept.until > now) return kept.answer;
    let running = this.#underWay.get(key);
    if (running === undefined) {
      running = this.#turns.run(ask).finally(() => this.#underWay.delete(key));
      this.#underWay.set(key, running);
    }
    const answer = await running;
    const [cache, { ttlMs }] =
      typeof answer === "object" ? [this.#hits, this.#options.hits] : [this.#failures, this.#options.failures];
    cache?.set(key, { answer, until: this.#options.now() + ttlMs });
    return answer;
  }

  async #address(name: string): Promise<Answer> {
    const { search, ndots } = this.#options;
    const short = name.split(".").length - 1 < ndots && !name.endsWith(".");
    const names = short ? [...search.map((domain) => `${name}.${domain}`), name] : [name];
    let last: Answer = "none";
    for (const one of names) {
      last = await this.#ask(async () => (await this.#resolver.resolve4(one))[0]);
      if (last === "none") last = await this.#ask(async () => (await this.#resolver.resolve6(one))[0]);
      if (typeof last === "object" || last === "timeout") return last;
    }
    return last;
  }

  async #ask(question: () => Promise<string | undefined>): Promise<Answer> {
    for (let attempt = 0; ; attempt++) {
      try {
        const found = await question();
        return found === undefined ? "none" : { found };
      } catch (error) {
        const silent = SILENT.has((error as NodeJS.ErrnoException).code ?? "");
        if (!silent) return "none";
        if (attempt >= this.#options.retries) return "timeout";
      }
    }
  }
}

/** Errors that say nothing about the name. */
const SILENT: ReadonlySet<string> = new Set([
  "ETIMEOUT",
  "ETIMEDOUT",
  "ESERVFAIL",
  "EREFUSED",
  "ECONNREFUSED",
  "ECANCELLED",
]);

/** Questions as keys, answered by files: addresses of names, and the first name of an address. */
function readHosts(files: readonly string[]): Map<string, string> {
  const hosts = new Map<string, string>();
  for (const file of files) {
    for (const line of readFileSync(file, "utf8").split("\n")) {
      const [address = "", ...names] = line.replace(/#.*/, "").trim().split(/\s+/);
      if (isIP(address) === 0) continue;
      if (names[0] !== undefined && !hosts.has(`PTR ${address}`)) hosts.set(`PTR ${address}`, names[0]);
      for (const name of names)
        if (!hosts.has(`A ${name.toLowerCase()}`)) hosts.set(`A ${name.toLowerCase()}`, address);
    }
  }
  return hosts;
}
