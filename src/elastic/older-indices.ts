import { type Creation, creations, firstIndex } from "./bulk-actions.ts";
import { excerpt } from "./bulk-answer.ts";
import type { BulkPart } from "./bulk-part.ts";
import { type Result, refused } from "./bulk-requests.ts";
import type { BulkAnswer, BulkEnvironment } from "./bulk-types.ts";

/** The newest of the older backing indices that are looked into. */
const INDICES_LIMIT = 5;
/** What is known of a name is asked for again after so long; always when a request of unknown end is sent again. */
const KNOWN_MS = 30_000;
/** Where it is not allowed to look, that is tried again after so long. */
const REFUSED_MS = 600_000;
const NAMES_LIMIT = 1000;

interface Known {
  /** Newest first, without the one that is written to; of an alias, all. */
  readonly older: readonly string[];
  readonly newest: string | undefined;
  readonly at: number;
}

/** Ids of a part's operations that are in older indices, by place. */
export interface Found {
  readonly kind: "found";
  readonly found: ReadonlySet<number>;
}

type Again = Result & { readonly kind: "again" };
type Ask = NonNullable<BulkEnvironment["connection"]["request"]>;

/**
 * A `create` meets duplicates only in the index that is written to. When an earlier request may have brought documents before a rollover, their ids
 * are looked up in the older backing indices first. In doubt is, for `windowMs` each, what is sent after the start and after a rollover that was
 * noticed; and what is sent again after a request of unknown end. Sources: Elasticsearch, "Resolve index API" and "Multi get API" (which is real time).
 */
export class OlderIndices {
  readonly #ask: Ask;
  readonly #environment: BulkEnvironment;
  readonly #windowMs: number;
  readonly #maxBackoffMs: number;
  readonly #closing: AbortSignal;
  readonly #known = new Map<string, Known>();
  readonly #asking = new Set<string>();
  #firstAnswerAt: number | undefined;
  #rolledAt = Number.NEGATIVE_INFINITY;
  #refusedAt = Number.NEGATIVE_INFINITY;
  #saidRefused = false;

  constructor(
    ask: Ask,
    environment: BulkEnvironment,
    options: { readonly windowMs: number; readonly maxBackoffMs: number },
    closing: AbortSignal,
  ) {
    this.#ask = ask;
    this.#environment = environment;
    this.#windowMs = options.windowMs;
    this.#maxBackoffMs = options.maxBackoffMs;
    this.#closing = closing;
  }

  /** A request was answered: the cluster can take what was sent by an earlier process. */
  answered(): void {
    this.#firstAnswerAt ??= this.#environment.clock.now();
  }

  /** Whether the part must be looked up though nothing is known to have gone wrong with it. Cheap outside the windows. */
  isInDoubt(part: BulkPart): boolean {
    const now = this.#environment.clock.now();
    if (this.#isRefused(now)) return false;
    if (now - this.#rolledAt >= this.#windowMs && now - (this.#firstAnswerAt ?? now) >= this.#windowMs) {
      this.#watch(firstIndex(part), now);
      return false;
    }
    const names = new Set(creations(part).map(({ index }) => index));
    return [...names].some((name) => {
      const known = this.#fresh(name, now, KNOWN_MS);
      return known === undefined || known.older.length > 0;
    });
  }

  /** `isResent`: a rollover since the first try counts. Rejects only when `signal` aborts. */
  async find(part: BulkPart, isResent: boolean, signal: AbortSignal): Promise<Found | Again> {
    const found = new Set<number>();
    const byIndex = new Map<string, Creation[]>();
    if (!this.#isRefused(this.#environment.clock.now())) {
      for (const one of creations(part)) {
        const same = byIndex.get(one.index);
        if (same === undefined) byIndex.set(one.index, [one]);
        else same.push(one);
      }
    }
    for (const [name, wanted] of byIndex) {
      const known = await this.#learn(name, isResent ? undefined : KNOWN_MS, signal);
      if ("kind" in known) return known;
      for (const index of known.older) {
        const left = wanted.filter(({ place }) => !found.has(place));
        if (left.length === 0) break;
        const trouble = await this.#lookUp(index, left, found, signal);
        if (trouble !== undefined) return trouble;
      }
    }
    return { kind: "found", found };
  }

  #isRefused(now: number): boolean {
    return now - this.#refusedAt < REFUSED_MS;
  }

  #fresh(name: string, now: number, maxAge: number): Known | undefined {
    const known = this.#known.get(name);
    return known !== undefined && now - known.at <= maxAge ? known : undefined;
  }

  /** Notices a rollover, in the background. */
  #watch(name: string | undefined, now: number): void {
    if (name === undefined || this.#asking.has(name) || this.#fresh(name, now, KNOWN_MS) !== undefined) return;
    this.#asking.add(name);
    this.#learn(name, KNOWN_MS, this.#closing)
      .catch(() => undefined)
      .finally(() => this.#asking.delete(name));
  }

  async #learn(name: string, maxAge: number | undefined, signal: AbortSignal): Promise<Known | Again> {
    const { clock } = this.#environment;
    const before = this.#known.get(name);
    const fresh = maxAge === undefined ? undefined : this.#fresh(name, clock.now(), maxAge);
    if (fresh !== undefined) return fresh;
    const nothing: Known = { older: [], newest: undefined, at: clock.now() };
    const answer = await this.#try(`/_resolve/index/${encodeURIComponent(name)}`, undefined, signal);
    if ("kind" in answer) return answer;
    if (answer.statusCode !== 200 && answer.statusCode !== 404) {
      this.#refuse(answer);
      return nothing;
    }
    const known: Known = { ...readResolved(answer, name), at: nothing.at };
    if (before?.newest !== undefined && before.newest !== known.newest) this.#rolledAt = known.at;
    this.#known.delete(name);
    this.#known.set(name, known);
    if (this.#known.size > NAMES_LIMIT) this.#known.delete(this.#known.keys().next().value as string);
    return known;
  }

  async #lookUp(
    index: string,
    wanted: readonly Creation[],
    found: Set<number>,
    signal: AbortSignal,
  ): Promise<Again | undefined> {
    const docs = wanted.map(({ id, routing }) => ({ _id: id, ...(routing === undefined ? {} : { routing }) }));
    const answer = await this.#try(
      `/${encodeURIComponent(index)}/_mget?_source=false&filter_path=docs._id,docs.found`,
      Buffer.from(JSON.stringify({ docs })),
      signal,
    );
    if ("kind" in answer) return answer;
    // The index is gone: its retention ended.
    if (answer.statusCode === 404) return undefined;
    if (answer.statusCode !== 200) {
      this.#refuse(answer);
      return undefined;
    }
    const there = readFound(answer);
    for (const { id, place } of wanted) if (there.has(id)) found.add(place);
    return undefined;
  }

  /** An answer, or why it has to be asked again. */
  async #try(path: string, body: Buffer | undefined, signal: AbortSignal): Promise<BulkAnswer | Again> {
    try {
      const answer = await this.#ask(body === undefined ? "GET" : "POST", path, body, signal);
      const { statusCode } = answer;
      if (statusCode === 200) this.answered();
      if (statusCode !== 401 && statusCode !== 429 && statusCode < 500) return answer;
      return refused(statusCode, answer.headers, answer.body, this.#maxBackoffMs);
    } catch (error) {
      signal.throwIfAborted();
      const trouble = [`Elasticsearch cannot be reached: ${(error as Error).message}`, ""] as const;
      return { kind: "again", trouble, waitMs: 0, maybeDone: true };
    }
  }

  #refuse(answer: BulkAnswer): void {
    this.#refusedAt = this.#environment.clock.now();
    if (this.#saidRefused) return;
    this.#saidRefused = true;
    const why = `status ${answer.statusCode}: ${excerpt(answer.body)}`;
    this.#environment.log.warn(
      `ids cannot be looked up in older backing indices (${why}); an event that is resent after a rollover can be there twice. ` +
        "Give the user or API key the privileges view_index_metadata and read",
    );
  }
}

interface Resolved {
  readonly data_streams?: readonly { readonly name: string; readonly backing_indices: readonly string[] | string }[];
  readonly aliases?: readonly { readonly name: string; readonly indices: readonly string[] | string }[];
}

function readResolved({ statusCode, body }: BulkAnswer, name: string): Pick<Known, "older" | "newest"> {
  const none = { older: [], newest: undefined };
  if (statusCode === 404) return none;
  const { data_streams: streams, aliases } = parsed(body) as Resolved;
  const stream = streams?.find((one) => one.name === name);
  const names = [stream?.backing_indices ?? aliases?.find((one) => one.name === name)?.indices ?? []].flat();
  const newest = names.at(-1);
  // Of an alias nobody says which one is written to.
  const older = stream === undefined ? names.toSorted() : names.slice(0, -1);
  return { older: older.reverse().slice(0, INDICES_LIMIT), newest };
}

function readFound({ body }: BulkAnswer): Set<string> {
  const { docs } = parsed(body) as { docs?: readonly { readonly _id: string; readonly found?: boolean }[] };
  return new Set((docs ?? []).filter(({ found }) => found === true).map(({ _id }) => _id));
}

function parsed(body: Buffer): object {
  try {
    return (JSON.parse(body.toString("utf8")) as object | null) ?? {};
  } catch {
    return {};
  }
}
