import type { SenderFigures } from "../plugin/definitions.ts";
import { ANSWER_FILTER, excerpt, type ItemVerdict, isAllDelivered, readAnswer } from "./bulk-answer.ts";
import { type BulkPart, gatherPart } from "./bulk-part.ts";
import type { BulkAnswer, BulkEnvironment, BulkOptions } from "./bulk-types.ts";
import { Concurrency, type PlaceOutcome } from "./concurrency.ts";
import type { OlderIndices } from "./older-indices.ts";

/** Parts that wait for a place share a request up to so many bytes; larger ones are sent without being copied. */
const SHARED_BYTES = 2 * 1024 * 1024;

/** What it is, and what Elasticsearch says of it. */
export type Trouble = readonly [what: string, details: string];

/** What one request came to for a part. `maybeDone`: nobody knows whether its operations were done. */
export type Result =
  | { readonly kind: "answered"; readonly verdicts: readonly ItemVerdict[] | "all" }
  | { readonly kind: "again"; readonly trouble: Trouble; readonly waitMs: number; readonly maybeDone: boolean }
  /** It was sent together with others, which was too much. */
  | { readonly kind: "apart" }
  | { readonly kind: "too large" };

export interface RequestKind {
  /** An earlier request may have brought the operations into an index that is no longer written to. */
  readonly inDoubt: boolean;
  /** Not together with others, since it may be what a request is refused for. */
  readonly alone: boolean;
}

interface Job extends RequestKind {
  readonly part: BulkPart;
  readonly isLookedUp: boolean;
  readonly signal: AbortSignal;
  readonly resolve: (result: Result) => void;
  readonly reject: (reason: unknown) => void;
}

/** The requests of one output: parts wait for a place, small ones share it. Nothing waits for a fuller request, only for a place. */
export class BulkRequests {
  readonly #environment: BulkEnvironment;
  readonly #concurrency: Concurrency;
  readonly #older: OlderIndices | undefined;
  readonly #query: Readonly<Record<string, string>>;
  readonly #maxBackoffMs: number;
  readonly #closing: AbortSignal;
  readonly #waiting = new Set<Job>();
  readonly #counts = { requests: 0, busy: 0, unanswered: 0 };
  #sharedBytes: number;

  constructor(
    options: Pick<Required<BulkOptions>, "maxBytes" | "maxInFlight" | "maxBackoffMs" | "requireDataStream">,
    environment: BulkEnvironment,
    older: OlderIndices | undefined,
    closing: AbortSignal,
  ) {
    this.#environment = environment;
    this.#concurrency = new Concurrency(options.maxInFlight);
    this.#older = older;
    this.#maxBackoffMs = options.maxBackoffMs;
    this.#closing = closing;
    this.#sharedBytes = Math.min(SHARED_BYTES, options.maxBytes);
    this.#query = {
      filter_path: ANSWER_FILTER,
      ...(options.requireDataStream ? { require_data_stream: "true" } : {}),
    };
  }

  /** Requests that may be in flight now. */
  get concurrency(): number {
    return this.#concurrency.limit;
  }

  /** Requests since the start, those that were answered with 429 or the like and those that nobody answered; requests that may be in flight, and that are. */
  get figures(): Pick<SenderFigures, "requests" | "busy" | "unanswered" | "concurrency" | "inFlight"> {
    return { ...this.#counts, concurrency: this.#concurrency.limit, inFlight: this.#concurrency.inFlight };
  }

  /** One try. Rejects only when `signal` aborts; nothing looks at the part any more then. */
  request(part: BulkPart, kind: RequestKind, signal: AbortSignal): Promise<Result> {
    return new Promise((resolve, reject) => {
      if (signal.aborted) {
        reject(signal.reason);
        return;
      }
      const leave = () => {
        // One that has been taken out is on its way: its request ends it.
        if (this.#waiting.delete(job)) reject(signal.reason);
      };
      const end =
        <T>(settle: (value: T) => void) =>
        (value: T) => {
          signal.removeEventListener("abort", leave);
          settle(value);
        };
      const isLookedUp = this.#older !== undefined && (kind.inDoubt || this.#older.isInDoubt(part));
      const job: Job = { ...kind, part, isLookedUp, signal, resolve: end(resolve), reject: end(reject) };
      signal.addEventListener("abort", leave, { once: true });
      this.#waiting.add(job);
      // Rejects when the sender is closed, and with it every job's signal.
      this.#fly().catch(() => undefined);
    });
  }

  async #fly(): Promise<void> {
    const place = await this.#concurrency.acquire(this.#closing);
    let outcome: PlaceOutcome = { kind: "neutral" };
    try {
      const [first, ...others] = this.#take();
      if (first === undefined) return;
      if (others.length > 0) outcome = await this.#together([first, ...others]);
      else outcome = await this.#alone(first);
    } finally {
      this.#concurrency.release(place, outcome);
    }
  }

  /** The first that waits, and what fits with it. */
  #take(): Job[] {
    const jobs: Job[] = [];
    let bytes = 0;
    for (const job of this.#waiting) {
      const isShared = !job.alone && !job.isLookedUp;
      if (jobs.length > 0 && (!isShared || bytes + job.part.bytes.length > this.#sharedBytes)) continue;
      this.#waiting.delete(job);
      jobs.push(job);
      bytes += job.part.bytes.length;
      if (!isShared || bytes >= this.#sharedBytes) break;
    }
    return jobs;
  }

  async #alone(job: Job): Promise<PlaceOutcome> {
    const { part, signal } = job;
    try {
      const known = job.isLookedUp ? await this.#older?.find(part, job.inDoubt, signal) : undefined;
      if (known?.kind === "again") {
        job.resolve(known);
        return { kind: "overload" };
      }
      const found = known?.found ?? new Set();
      const places = part.indexes.length === found.size ? [] : range(part.indexes.length).filter((i) => !found.has(i));
      if (places.length === 0) {
        job.resolve({ kind: "answered", verdicts: range(part.indexes.length).map(() => EXISTING) });
        return { kind: "neutral" };
      }
      const sent = gatherPart(part, places);
      const { result, outcome } = await this.#send(sent.bytes, places.length, signal);
      job.resolve(found.size === 0 ? result : withFound(result, part.indexes.length, found));
      return outcome;
    } catch (error) {
      job.reject(error);
      return { kind: "neutral" };
    }
  }

  async #together(jobs: readonly Job[]): Promise<PlaceOutcome> {
    // A copy, so that one that is stopped need not wait for the others.
    const bytes = Buffer.concat(jobs.map(({ part }) => part.bytes));
    const stop = new AbortController();
    const leaving = new Set(jobs);
    const leaves = jobs.map((job) => () => {
      leaving.delete(job);
      job.reject(job.signal.reason);
      if (leaving.size === 0) stop.abort(job.signal.reason);
    });
    jobs.forEach(({ signal }, i) => {
      signal.addEventListener("abort", leaves[i] as () => void, { once: true });
    });
    try {
      const count = jobs.reduce((sum, { part }) => sum + part.indexes.length, 0);
      const { result, outcome } = await this.#send(bytes, count, stop.signal);
      if (result.kind === "too large") this.#sharedBytes = Math.min(this.#sharedBytes, bytes.length >> 1);
      let first = 0;
      for (const job of jobs) {
        job.resolve(shareOf(result, first, job.part.indexes.length));
        first += job.part.indexes.length;
      }
      return outcome;
    } catch (error) {
      for (const job of jobs) job.reject(error);
      return { kind: "neutral" };
    } finally {
      jobs.forEach(({ signal }, i) => {
        signal.removeEventListener("abort", leaves[i] as () => void);
      });
    }
  }

  async #send(
    bytes: Buffer,
    count: number,
    signal: AbortSignal,
  ): Promise<{ readonly result: Result; readonly outcome: PlaceOutcome }> {
    const { connection, clock } = this.#environment;
    const from = clock.now();
    try {
      const answer = await connection.bulk(bytes, this.#query, signal);
      const result = this.#read(answer, count);
      this.#older?.answered();
      if (isBusy(answer.statusCode, result)) {
        this.#counts.busy++;
        return { result, outcome: { kind: "overload" } };
      }
      if (answer.statusCode !== 200 || result.kind !== "answered") return { result, outcome: { kind: "neutral" } };
      return { result, outcome: { kind: "success", milliseconds: clock.now() - from, bytes: bytes.length } };
    } catch (error) {
      signal.throwIfAborted();
      this.#counts.unanswered++;
      const trouble: Trouble = [`Elasticsearch cannot be reached: ${(error as Error).message}`, ""];
      return { result: { kind: "again", trouble, waitMs: 0, maybeDone: true }, outcome: { kind: "overload" } };
    } finally {
      this.#counts.requests++;
    }
  }

  #read({ statusCode, headers, body }: BulkAnswer, count: number): Result {
    if (statusCode === 200) {
      const verdicts = isAllDelivered(body, count) ? "all" : readAnswer(body, count);
      if (verdicts !== undefined) return { kind: "answered", verdicts };
      const trouble: Trouble = [`this is no answer of Elasticsearch's to ${count} operations`, excerpt(body)];
      return { kind: "again", trouble, waitMs: 0, maybeDone: true };
    }
    if (statusCode === 413) return { kind: "too large" };
    return refused(statusCode, headers, body, this.#maxBackoffMs);
  }
}

const EXISTING: ItemVerdict = { kind: "conflict", isUpdate: false };

/** An answer to a whole request that did not take it. A proxy that answers with 502 or 504 may have handed it on. */
export function refused(
  statusCode: number,
  headers: BulkAnswer["headers"],
  body: Buffer,
  maxBackoffMs: number,
): Result & { readonly kind: "again" } {
  const verb = statusCode === 429 || statusCode >= 500 ? "is busy and answers" : "refuses requests";
  // RFC 9110 10.2.3; a date there is not worth the reading.
  const asked = Number(headers["retry-after"] ?? 0) * 1000;
  const waitMs = asked > 0 ? Math.min(asked, maxBackoffMs) : 0;
  const trouble: Trouble = [`Elasticsearch ${verb} with status ${statusCode}${wayOut(statusCode)}`, excerpt(body)];
  return { kind: "again", trouble, waitMs, maybeDone: statusCode >= 500 };
}

function wayOut(statusCode: number): string {
  if (statusCode === 401) return " (look at user and password, or api_key: they are wrong, or expired)";
  if (statusCode === 403) return " (the user or API key lacks a privilege: create_doc and auto_configure are needed)";
  return "";
}

function isBusy(statusCode: number, result: Result): boolean {
  if (statusCode === 429 || statusCode >= 500) return true;
  return result.kind === "answered" && result.verdicts !== "all" && result.verdicts.some(({ kind }) => kind === "busy");
}

/** What a request came to for one of those who shared it. */
function shareOf(result: Result, first: number, count: number): Result {
  if (result.kind === "answered" && result.verdicts !== "all") {
    return { kind: "answered", verdicts: result.verdicts.slice(first, first + count) };
  }
  if (result.kind !== "too large") return result;
  return { kind: "apart" };
}

/** Verdicts on the part, of which those found were not sent. */
function withFound(result: Result, count: number, found: ReadonlySet<number>): Result {
  if (result.kind !== "answered") return result;
  const { verdicts } = result;
  let next = 0;
  const all = range(count).map((i): ItemVerdict => {
    if (found.has(i)) return EXISTING;
    return verdicts === "all" ? { kind: "delivered" } : (verdicts[next++] as ItemVerdict);
  });
  return { kind: "answered", verdicts: all };
}

function range(count: number): number[] {
  return Array.from({ length: count }, (_none, i) => i);
}
