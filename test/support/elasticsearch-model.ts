import type { BulkAnswer, BulkConnection } from "../../src/elastic/bulk-types.ts";
import { BulkConnectionError } from "../../src/elastic/connection-error.ts";
import {
  type DocumentRules,
  type ItemAnswer,
  MalformedBulk,
  ModelDocuments,
  type ModelItem,
  refusal,
} from "./elasticsearch-documents.ts";

/** What may go wrong with a request. `late`: given up by the client, done afterwards. `twice`: a proxy sends it again, and that is answered. */
export const REQUEST_FAULTS = [
  "reset before",
  "reset after",
  "late",
  "never",
  "twice",
  "status 429",
  "status 502",
  "status 503",
  "status 401",
  "status 413",
  "garbage",
  "foreign",
  "short",
  "long",
] as const;
/** What may go wrong with an item. */
export const ITEM_FAULTS = ["item 429", "item 503", "item 500", "item 403", "item cluster_block"] as const;

export type RequestFault = (typeof REQUEST_FAULTS)[number];
export type ItemFault = (typeof ITEM_FAULTS)[number];

export interface ModelOptions extends DocumentRules {
  readonly seed?: number;
  /** Probability of each fault for a request or an item, 0 to 1; their sum should leave something for success. */
  readonly faults?: Partial<Record<RequestFault | ItemFault, number>>;
  /** What happens to the first requests, before probabilities count. */
  readonly script?: readonly (RequestFault | "fine")[];
  /** Items that meet a fault the first time, by place in the first request that is not a fault itself. */
  readonly itemScript?: Readonly<Record<number, ItemFault>>;
  /** Larger requests get 413. */
  readonly maxRequestBytes?: number;
  /** Whether the user may ask other APIs than that for bulk requests. Default true. */
  readonly mayAsk?: boolean;
  /** `Retry-After` of requests that are refused. */
  readonly retryAfterSeconds?: number;
  /** Waits; simulated time or real. Default: real. */
  readonly sleep?: (milliseconds: number) => Promise<void>;
}

const TIMEOUT_MS = 60_000;
const HEADERS: Readonly<Record<string, string>> = {
  "content-type": "application/json",
  "x-elastic-product": "Elasticsearch",
};

const ITEM_ANSWERS: Readonly<Record<ItemFault, ItemAnswer>> = {
  "item 429": refusal(429, "es_rejected_execution_exception", "rejected execution of coordinating operation"),
  "item 503": refusal(503, "unavailable_shards_exception", "primary shard is not active"),
  "item 500": refusal(500, "illegal_state_exception", "the node does not know"),
  "item 403": refusal(403, "security_exception", "action [indices:data/write/bulk] is unauthorized"),
  "item cluster_block": refusal(429, "cluster_block_exception", "index has read-only-allow-delete block"),
};

/** A model of Elasticsearch that fails as the seed says, over and over in the same way. */
export class ElasticsearchModel {
  readonly documents: ModelDocuments;
  readonly random: () => number;
  /** Requests and operations that came in. */
  requests = 0;
  operations = 0;
  mostInFlight = 0;
  /** Paths of questions to other APIs. */
  readonly questions: string[] = [];
  /** Query of the last bulk request. */
  query: Readonly<Record<string, string>> = {};
  readonly #options: ModelOptions;
  readonly #sleep: (milliseconds: number) => Promise<void>;
  readonly #script: (RequestFault | "fine")[];
  #itemScript: Readonly<Record<number, ItemFault>> | undefined;
  #inFlight = 0;

  get inFlight(): number {
    return this.#inFlight;
  }

  constructor(options: ModelOptions = {}) {
    this.#options = options;
    this.documents = new ModelDocuments(options);
    this.random = seeded(options.seed ?? 1);
    this.#sleep =
      options.sleep ?? ((milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds).unref()));
    this.#script = [...(options.script ?? [])];
    this.#itemScript = options.itemScript;
  }

  /** Stands in for a client, with no network between. */
  connection(): BulkConnection {
    return {
      bulk: async (body, query, signal) => {
        this.mostInFlight = Math.max(this.mostInFlight, ++this.#inFlight);
        try {
          const text = body.toString("utf8");
          await this.#sleep(1 + Math.floor(this.random() * 50));
          signal.throwIfAborted();
          const answer = await this.handle(text, query);
          if (answer !== undefined) return answer;
          throw new BulkConnectionError("interrupted", "http://model:9200", "socket hang up");
        } finally {
          this.#inFlight--;
        }
      },
      request: async (_method, path, body, signal) => {
        await this.#sleep(1 + Math.floor(this.random() * 50));
        signal.throwIfAborted();
        const answer = this.ask(path.split("?")[0] as string, body?.toString("utf8") ?? "");
        if (answer !== undefined) return answer;
        throw new BulkConnectionError("interrupted", "http://model:9200", "socket hang up");
      },
      close: async () => undefined,
    };
  }

  /** Takes a question to another API than that for bulk requests; it meets the faults of requests by chance, and none of the script. */
  ask(path: string, body: string): BulkAnswer | undefined {
    this.questions.push(path);
    if (this.#options.mayAsk === false) return failed(403, "security_exception: the action is unauthorized");
    const answer = this.documents.ask(path, body);
    if (answer === undefined) return failed(400, `no such API: ${path}`);
    const fault = this.#draw(["reset before", "status 429", "status 502", "status 503", "status 401"]);
    if (fault === "reset before") return undefined;
    if (fault !== undefined) return failed(Number(fault.slice(-3)), undefined, this.#options.retryAfterSeconds);
    return { statusCode: answer.status, headers: HEADERS, body: Buffer.from(JSON.stringify(answer.body)) };
  }

  /** Takes a request; undefined: the connection breaks instead of an answer. Rejects with a timeout for one that never comes. */
  async handle(body: string, query: Readonly<Record<string, string>>): Promise<BulkAnswer | undefined> {
    this.requests++;
    this.query = query;
    if (Buffer.byteLength(body) > (this.#options.maxRequestBytes ?? Number.POSITIVE_INFINITY)) return failed(413);
    const fault = this.#script.shift() ?? this.#draw(REQUEST_FAULTS) ?? "fine";
    switch (fault) {
      case "reset before":
        return undefined;
      case "reset after":
        this.#apply(body, query);
        return undefined;
      case "late":
        // Done long after the client has sent it again.
        void this.#sleep(Math.floor(this.random() * 100_000)).then(() => this.#apply(body, query));
        return this.#timeout();
      case "never":
        this.#apply(body, query);
        return this.#timeout();
      case "twice":
        this.#apply(body, query);
        return this.#apply(body, query);
      case "garbage":
        this.#apply(body, query);
        return { statusCode: 200, headers: HEADERS, body: Buffer.from('{"errors":false,"items":[{"cre') };
      case "foreign":
        return { statusCode: 200, headers: {}, body: Buffer.from("<html>Please log in</html>") };
      case "short":
        return this.#apply(body, query, (items) => items.slice(1));
      case "long":
        return this.#apply(body, query, (items) => [...items, { create: { status: 201 } }]);
      case "fine":
        return this.#apply(body, query);
      default:
        return failed(Number(fault.slice(-3)), undefined, this.#options.retryAfterSeconds);
    }
  }

  async #timeout(): Promise<never> {
    await this.#sleep(TIMEOUT_MS);
    throw new BulkConnectionError("timeout", "http://model:9200", "no answer in 60 s");
  }

  #apply(
    body: string,
    query: Readonly<Record<string, string>>,
    change: (items: ModelItem[]) => ModelItem[] = (items) => items,
  ): BulkAnswer {
    const scripted = this.#itemScript;
    this.#itemScript = undefined;
    try {
      const items = this.documents.apply(body, query["require_data_stream"] === "true", (place) => {
        const fault = scripted === undefined ? this.#draw(ITEM_FAULTS) : scripted[place];
        return fault === undefined ? undefined : ITEM_ANSWERS[fault];
      });
      this.operations += items.length;
      const errors = items.some((item) => Object.values(item).some(({ error }) => error !== undefined));
      return { statusCode: 200, headers: HEADERS, body: Buffer.from(JSON.stringify({ errors, items: change(items) })) };
    } catch (error) {
      if (!(error instanceof MalformedBulk)) throw error;
      return failed(400, error.message);
    }
  }

  #draw<F extends RequestFault | ItemFault>(kinds: readonly F[]): F | undefined {
    if (this.#options.faults === undefined) return undefined;
    let left = this.random();
    for (const kind of kinds) {
      left -= this.#options.faults[kind] ?? 0;
      if (left < 0) return kind;
    }
    return undefined;
  }
}

function failed(
  statusCode: number,
  reason: string = `status ${statusCode} of the model`,
  retryAfterSeconds?: number,
): BulkAnswer {
  const body = JSON.stringify({ error: { type: "model_exception", reason }, status: statusCode });
  const headers = retryAfterSeconds === undefined ? HEADERS : { ...HEADERS, "retry-after": String(retryAfterSeconds) };
  return { statusCode, headers, body: Buffer.from(body) };
}

/** Mulberry32: small, quick, and good enough to draw faults. */
export function seeded(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
