import { ANSWER_FILTER, type ItemVerdict, isAllDelivered, readAnswer } from "./bulk-answer.ts";
import { Concurrency } from "./concurrency.ts";

/** Operations of the bulk API: action and source lines. `ends[i]` is where the bytes of the i-th end. */
export interface BulkBody {
  readonly bytes: Buffer;
  readonly ends: Int32Array;
  readonly count: number;
}

/** What became of a body's operations; the counts and `rejected` add up to its count. */
export interface BulkOutcome {
  delivered: number;
  /** 409 on an id of ours: an earlier send arrived. */
  existing: number;
  /** 409 on an id of the user's. */
  conflicts: number;
  failureStore: number;
  readonly rejected: { readonly index: number; readonly code: string; readonly reason: string }[];
}

export interface BulkAnswer {
  readonly statusCode: number;
  readonly body: Buffer;
}

/** The way to a cluster. A fault of the connection, or no answer in time, is a rejection. */
export interface BulkConnection {
  bulk(body: Buffer, query: Readonly<Record<string, string>>, signal: AbortSignal): Promise<BulkAnswer>;
  close(): Promise<void>;
}

export interface BulkOptions {
  /** Ids are identities of ours: a 409 says that the event is there already. */
  readonly ownIds: boolean;
  readonly requireDataStream: boolean;
  /** Bytes of one request; larger bodies are split between operations. Default 10 MiB. */
  readonly maxBytes?: number;
  /** Requests in flight at most. Default 16. */
  readonly maxInFlight?: number;
  /** First and longest pause before something is tried again, in milliseconds. Default 500 and 60,000. */
  readonly backoffMs?: number;
  readonly maxBackoffMs?: number;
}

export interface BulkEnvironment {
  readonly connection: BulkConnection;
  /** 0 to 1. */
  readonly random: () => number;
  /** Waits; rejects when the signal aborts. */
  readonly sleep: (milliseconds: number, signal: AbortSignal) => Promise<void>;
  readonly log: { info(message: string, details?: object): void; warn(message: string, details?: object): void };
}

/** A run of operations on its way; `indexes` are their numbers in the body. */
interface Part {
  readonly bytes: Buffer;
  /** Ends relative to `bytes`. */
  readonly ends: Int32Array;
  readonly indexes: Int32Array;
}

/** Sends bodies until every operation has its outcome, however long that takes. Source of the answers: Elasticsearch, "Bulk API". */
export class BulkSender {
  readonly #options: Required<BulkOptions>;
  readonly #environment: BulkEnvironment;
  readonly #concurrency: Concurrency;
  readonly #closing = new AbortController();
  #trouble: string | undefined;

  constructor(options: BulkOptions, environment: BulkEnvironment) {
    this.#options = { maxBytes: 10 * 1024 * 1024, maxInFlight: 16, backoffMs: 500, maxBackoffMs: 60_000, ...options };
    this.#environment = environment;
    this.#concurrency = new Concurrency(this.#options.maxInFlight);
  }

  /** Resolves when all operations have their outcome. Rejects only when `signal` aborts or the sender is closed. */
  async send(body: BulkBody, signal?: AbortSignal): Promise<BulkOutcome> {
    const stop = signal === undefined ? this.#closing.signal : AbortSignal.any([signal, this.#closing.signal]);
    const outcome: BulkOutcome = { delivered: 0, existing: 0, conflicts: 0, failureStore: 0, rejected: [] };
    await Promise.all(this.#split(body).map((part) => this.#deliver(part, outcome, stop)));
    return outcome;
  }

  async close(): Promise<void> {
    this.#closing.abort(new Error("the sender is closed"));
    await this.#environment.connection.close();
  }

  #split(body: BulkBody): Part[] {
    const parts: Part[] = [];
    let first = 0;
    let start = 0;
    for (let i = 0; i < body.count; i++) {
      const next = i + 1 < body.count ? (body.ends[i + 1] as number) : Number.POSITIVE_INFINITY;
      if (next - start <= this.#options.maxBytes) continue;
      const end = body.ends[i] as number;
      const ends = body.ends.slice(first, i + 1).map((at) => at - start);
      parts.push({
        bytes: body.bytes.subarray(start, end),
        ends,
        indexes: Int32Array.from(ends, (_end, k) => first + k),
      });
      first = i + 1;
      start = end;
    }
    return parts;
  }

  async #deliver(first: Part, outcome: BulkOutcome, signal: AbortSignal): Promise<void> {
    let part = first;
    for (let attempt = 0; ; attempt++) {
      if (attempt > 0) await this.#pause(attempt, signal);
      const answer = await this.#request(part, signal);
      if (answer === "too large") {
        if (part.indexes.length === 1) {
          const index = part.indexes[0] as number;
          outcome.rejected.push({
            index,
            code: "request_too_large",
            reason: `Elasticsearch takes no request of ${part.bytes.length} bytes (status 413)`,
          });
          return;
        }
        const middle = part.indexes.length >> 1;
        await Promise.all(
          [slice(part, 0, middle), slice(part, middle, part.indexes.length)].map((half) =>
            this.#deliver(half, outcome, signal),
          ),
        );
        return;
      }
      if (answer === "again") continue;
      const again = this.#settle(part, answer, outcome);
      if (again.length === 0) return;
      // Whatever got through has earned the others a quick try.
      if (again.length < part.indexes.length) attempt = 0;
      part = gather(part, again);
    }
  }

  /** One request: the verdicts, or that it has to be made again, or is too large. */
  async #request(part: Part, signal: AbortSignal): Promise<readonly ItemVerdict[] | "all" | "again" | "too large"> {
    const query: Record<string, string> = { filter_path: ANSWER_FILTER };
    if (this.#options.requireDataStream) query["require_data_stream"] = "true";
    await this.#concurrency.acquire(signal);
    let outcome: "success" | "overload" | "neutral" = "overload";
    try {
      const { statusCode, body } = await this.#environment.connection.bulk(part.bytes, query, signal);
      if (statusCode === 413) {
        outcome = "neutral";
        return "too large";
      }
      if (statusCode === 429 || statusCode >= 500) return this.#complain(`Elasticsearch is busy: status ${statusCode}`);
      if (statusCode !== 200) {
        outcome = "neutral";
        return this.#complain(`Elasticsearch refuses requests with status ${statusCode}: ${excerpt(body)}`);
      }
      const verdicts = isAllDelivered(body, part.indexes.length) ? "all" : readAnswer(body, part.indexes.length);
      if (verdicts === undefined)
        return this.#complain(
          `this is no answer of Elasticsearch's to ${part.indexes.length} operations: ${excerpt(body)}`,
        );
      const trouble =
        verdicts === "all" ? undefined : verdicts.find((verdict) => verdict.kind === "busy" || verdict.kind === "held");
      outcome = trouble?.kind === "busy" ? "overload" : "success";
      if (trouble === undefined) this.#recovered();
      else if ("reason" in trouble) this.#complain(trouble.reason);
      return verdicts;
    } catch (error) {
      signal.throwIfAborted();
      return this.#complain(`Elasticsearch cannot be reached: ${(error as Error).message}`);
    } finally {
      this.#concurrency.release(outcome);
    }
  }

  /** Counts verdicts; the places in the part of what has to be sent again. */
  #settle(part: Part, answer: readonly ItemVerdict[] | "all", outcome: BulkOutcome): number[] {
    const again: number[] = [];
    if (answer === "all") {
      outcome.delivered += part.indexes.length;
      return again;
    }
    answer.forEach((verdict, i) => {
      switch (verdict.kind) {
        case "delivered":
          outcome.delivered++;
          break;
        case "failureStore":
          outcome.failureStore++;
          break;
        case "conflict":
          if (this.#options.ownIds) outcome.existing++;
          else outcome.conflicts++;
          break;
        case "rejected":
          outcome.rejected.push({ index: part.indexes[i] as number, code: verdict.code, reason: verdict.reason });
          break;
        default:
          again.push(i);
      }
    });
    return again;
  }

  #pause(attempt: number, signal: AbortSignal): Promise<void> {
    const { backoffMs, maxBackoffMs } = this.#options;
    const most = Math.min(maxBackoffMs, backoffMs * 2 ** Math.min(attempt - 1, 20));
    return this.#environment.sleep(most * (0.5 + this.#environment.random() / 2), signal);
  }

  /** Says what is wrong, once until it changes. */
  #complain(trouble: string): "again" {
    const kind = trouble.replace(/\d+/g, "#").slice(0, 80);
    if (kind !== this.#trouble) this.#environment.log.warn(`${trouble}; events are held and sent again`);
    this.#trouble = kind;
    return "again";
  }

  #recovered(): void {
    if (this.#trouble !== undefined) this.#environment.log.info("Elasticsearch takes events again");
    this.#trouble = undefined;
  }
}

function excerpt(body: Buffer): string {
  return body.toString("utf8", 0, 300).replace(/\s+/g, " ");
}

function startOf(part: Part, i: number): number {
  return i === 0 ? 0 : (part.ends[i - 1] as number);
}

function slice(part: Part, from: number, to: number): Part {
  const start = startOf(part, from);
  return {
    bytes: part.bytes.subarray(start, part.ends[to - 1]),
    ends: part.ends.slice(from, to).map((end) => end - start),
    indexes: part.indexes.slice(from, to),
  };
}

/** A part of the operations at `places`. */
function gather(part: Part, places: readonly number[]): Part {
  if (places.length === part.indexes.length) return part;
  const pieces = places.map((i) => part.bytes.subarray(startOf(part, i), part.ends[i]));
  let end = 0;
  return {
    bytes: Buffer.concat(pieces),
    ends: Int32Array.from(pieces, (piece) => {
      end += piece.length;
      return end;
    }),
    indexes: Int32Array.from(places, (i) => part.indexes[i] as number),
  };
}
