import { setMaxListeners } from "node:events";
import type { SenderFigures } from "../plugin/definitions.ts";
import type { ItemVerdict } from "./bulk-answer.ts";
import { type BulkPart, gatherPart, slicePart, splitBody } from "./bulk-part.ts";
import { BulkRequests } from "./bulk-requests.ts";
import type { BulkBody, BulkEnvironment, BulkOptions, BulkOutcome } from "./bulk-types.ts";
import { OlderIndices } from "./older-indices.ts";
import { type Holder, Troubles } from "./troubles.ts";

const DEFAULTS: Required<Omit<BulkOptions, "ownIds" | "requireDataStream">> = {
  maxBytes: 10 * 1024 * 1024,
  maxInFlight: 16,
  backoffMs: 500,
  maxBackoffMs: 60_000,
  updateRetries: 3,
  doubtMs: 600_000,
};
/** However small the requests that a cluster refuses as too large: bodies are not cut smaller than this beforehand. */
const LEARNED_BYTES_FLOOR = 64 * 1024;

/** Sends bodies until every operation has its outcome, however long that takes. Source of the answers: Elasticsearch, "Bulk API". */
export class BulkSender {
  readonly #options: Required<BulkOptions>;
  readonly #environment: BulkEnvironment;
  readonly #requests: BulkRequests;
  readonly #troubles: Troubles;
  readonly #closing = new AbortController();
  /** Operations that were sent again. */
  #retries = 0;
  /** Answers by which at least one operation got its outcome. */
  #arrivals = 0;
  /** Smaller once the cluster, or a proxy before it, has called a request too large. */
  #maxBytes: number;

  constructor(options: BulkOptions, environment: BulkEnvironment) {
    this.#options = { ...DEFAULTS, ...options };
    this.#maxBytes = this.#options.maxBytes;
    this.#environment = environment;
    this.#troubles = new Troubles(environment.log, environment.clock.now);
    const { doubtMs: windowMs, maxBackoffMs } = this.#options;
    const { connection } = environment;
    const closing = this.#closing.signal;
    setMaxListeners(0, closing);
    const older =
      connection.request === undefined || !options.ownIds
        ? undefined
        : new OlderIndices(connection.request.bind(connection), environment, { windowMs, maxBackoffMs }, closing);
    this.#requests = new BulkRequests(this.#options, environment, older, closing);
  }

  /** Requests that may be in flight now. */
  get concurrency(): number {
    return this.#requests.concurrency;
  }

  /** Counts since the start, and what it is at. */
  get figures(): SenderFigures {
    return { ...this.#requests.figures, retries: this.#retries };
  }

  /** What holds operations up now. */
  get trouble(): string | undefined {
    return this.#troubles.current;
  }

  /** Rejects only when `signal` aborts or the sender is closed; nothing looks at the body any more then. */
  async send(body: BulkBody, signal?: AbortSignal): Promise<BulkOutcome> {
    const { signal: stop, unlink } = joined(this.#closing.signal, signal);
    const outcome: BulkOutcome = {
      delivered: 0,
      existing: 0,
      conflicts: 0,
      failureStore: 0,
      inFailureStore: [],
      rejected: [],
    };
    try {
      await every(splitBody(body, this.#maxBytes).map((part) => this.#deliver(part, false, outcome, stop)));
    } finally {
      unlink();
    }
    return outcome;
  }

  /** Ends what is on its way, undone. */
  async close(): Promise<void> {
    this.#closing.abort(new Error("the bulk sender is closed"));
    await this.#environment.connection.close();
  }

  async #deliver(part: BulkPart, inDoubt: boolean, outcome: BulkOutcome, signal: AbortSignal): Promise<void> {
    const holder: Holder = {};
    let arrived = false;
    try {
      await this.#deliverFor(holder, part, inDoubt, outcome, signal);
      arrived = true;
    } finally {
      this.#troubles.over(holder, arrived);
    }
  }

  async #deliverFor(
    holder: Holder,
    first: BulkPart,
    wasInDoubt: boolean,
    outcome: BulkOutcome,
    signal: AbortSignal,
  ): Promise<void> {
    let part = first;
    let inDoubt = wasInDoubt;
    let alone = false;
    let failures = 0;
    let arrivals = this.#arrivals;
    for (let round = 0; ; round++) {
      const result = await this.#requests.request(part, { inDoubt, alone }, signal);
      if (result.kind === "too large") return this.#halve(part, inDoubt, outcome, signal);
      if (result.kind === "apart") {
        alone = true;
        continue;
      }
      let waitMs = 0;
      if (result.kind === "again") {
        this.#troubles.meet(holder, ...result.trouble);
        this.#retries += part.indexes.length;
        waitMs = result.waitMs;
        inDoubt ||= result.maybeDone;
        // One that is refused as a whole must not hold others up.
        alone = true;
      } else {
        const again = this.#settle(part, result.verdicts, outcome, round, holder);
        if (again.length < part.indexes.length) this.#arrivals++;
        if (again.length === 0) return;
        this.#retries += again.length;
        part = gatherPart(part, again);
        inDoubt = false;
      }
      // Where something gets through, the rest gets a quick try: else the oldest wait longest, and positions with them.
      failures = this.#arrivals > arrivals ? 1 : failures + 1;
      arrivals = this.#arrivals;
      await this.#sleep(Math.max(waitMs, this.#pause(failures)), signal);
    }
  }

  async #halve(part: BulkPart, inDoubt: boolean, outcome: BulkOutcome, signal: AbortSignal): Promise<void> {
    const { length } = part.indexes;
    if (length === 1) {
      const reason = `the cluster, or a proxy before it, takes no request of ${part.bytes.length} bytes (status 413)`;
      outcome.rejected.push({ index: part.indexes[0] as number, code: "request_too_large", reason });
      return;
    }
    this.#maxBytes = Math.min(this.#maxBytes, Math.max(LEARNED_BYTES_FLOOR, part.bytes.length >> 1));
    const halves = [slicePart(part, 0, length >> 1), slicePart(part, length >> 1, length)];
    await every(halves.map((half) => this.#deliver(half, inDoubt, outcome, signal)));
  }

  /** Counts verdicts; the places in the part of what has to be sent again. */
  #settle(
    part: BulkPart,
    verdicts: readonly ItemVerdict[] | "all",
    outcome: BulkOutcome,
    round: number,
    holder: Holder,
  ): number[] {
    const again: number[] = [];
    let trouble: string | undefined;
    if (verdicts === "all") {
      outcome.delivered += part.indexes.length;
      return again;
    }
    verdicts.forEach((verdict, i) => {
      if (verdict.kind === "delivered") outcome.delivered++;
      else if (verdict.kind === "failureStore") {
        outcome.failureStore++;
        outcome.inFailureStore.push(part.indexes[i] as number);
      } else if (verdict.kind === "rejected") {
        outcome.rejected.push({ index: part.indexes[i] as number, code: verdict.code, reason: verdict.reason });
      } else if (verdict.kind !== "conflict") {
        trouble ??= troubleOf(verdict);
        again.push(i);
      } else if (verdict.isUpdate && round < this.#options.updateRetries) again.push(i);
      else if (this.#options.ownIds) outcome.existing++;
      else outcome.conflicts++;
    });
    if (trouble !== undefined) this.#troubles.meet(holder, trouble, "");
    return again;
  }

  async #sleep(milliseconds: number, signal: AbortSignal): Promise<void> {
    try {
      await this.#environment.clock.sleep(milliseconds, signal);
    } catch (error) {
      // Timers have an error of their own for an abort.
      signal.throwIfAborted();
      throw error;
    }
  }

  /** Grows by two; between half and all of it, so that many senders do not come back together. */
  #pause(failures: number): number {
    const most = Math.min(this.#options.maxBackoffMs, this.#options.backoffMs * 2 ** Math.min(failures - 1, 20));
    return most * (0.5 + this.#environment.random() / 2);
  }
}

function troubleOf(verdict: { readonly kind: "busy" | "held"; readonly reason: string }): string {
  return `Elasticsearch ${verdict.kind === "busy" ? "is busy" : "takes no documents there"}: ${verdict.reason}`;
}

/** Waits for all, also when one fails: until then they use the body. */
async function every(work: readonly Promise<void>[]): Promise<void> {
  for (const result of await Promise.allSettled(work)) if (result.status === "rejected") throw result.reason;
}

/** A signal that aborts with either. `AbortSignal.any` would be remembered by the long-lived one for ever. */
function joined(own: AbortSignal, given: AbortSignal | undefined): { signal: AbortSignal; unlink: () => void } {
  const controller = new AbortController();
  const sources = given === undefined ? [own] : [own, given];
  // One listener for each body on its way, and for each of its parts.
  setMaxListeners(0, controller.signal, ...sources);
  const stop = (event: Event) => controller.abort((event.target as AbortSignal).reason);
  for (const source of sources) {
    if (source.aborted) controller.abort(source.reason);
    source.addEventListener("abort", stop, { once: true });
  }
  return {
    signal: controller.signal,
    unlink: () => {
      for (const source of sources) source.removeEventListener("abort", stop);
    },
  };
}
