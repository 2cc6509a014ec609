import type { ApiConnection } from "../../elastic/bulk-types.ts";
import { elasticConnection } from "../../elastic/connection.ts";
import type { ObjectValue, Value } from "../../event/value.ts";
import type { Logger } from "../../plugin/definitions.ts";
import { Turns } from "../../transform/turns.ts";
import { type ConnectionOptions, connectionSettings } from "../outputs/elasticsearch-connection.ts";

/** What a search gives: documents with `_source` and the like, and aggregations by their names. */
export interface FoundDocuments {
  readonly hits: readonly ObjectValue[];
  readonly aggregations: ObjectValue | undefined;
  /** Documents that fit, or a lower bound; undefined where the search did not ask for it. */
  readonly total: number | undefined;
}

export interface LookupOptions extends ConnectionOptions {
  readonly retry_on_failure: number;
  readonly retry_on_status: readonly string[];
}

/** Searches under way at most. */
const MOST_UNDER_WAY = 32;
/** A failure is said once in so many milliseconds, with the number since. */
const SAID_EVERY_MS = 60_000;

/** Searches for events; the same search at the same time is made once. It does not reject: undefined is a failure, said in the log. */
export class ElasticsearchLookup {
  readonly #options: LookupOptions;
  readonly #log: Logger;
  readonly #turns = new Turns(MOST_UNDER_WAY);
  readonly #underWay = new Map<string, Promise<FoundDocuments | undefined>>();
  #connection: Promise<ApiConnection> | undefined;
  #failures = 0;
  #saidAt = Number.NEGATIVE_INFINITY;

  constructor(options: LookupOptions, log: Logger) {
    this.#options = options;
    this.#log = log;
  }

  /** `indices` as in the API's path, empty for all; `search` is its body. */
  search(indices: string, search: string): Promise<FoundDocuments | undefined> {
    const path =
      indices === ""
        ? "/_search"
        : `/${indices
            .split(",")
            .map((name) => encodeURIComponent(name.trim()))
            .join(",")}/_search`;
    const key = `${path}\n${search}`;
    let running = this.#underWay.get(key);
    if (running === undefined) {
      running = this.#turns.run(() => this.#attempts(path, search)).finally(() => this.#underWay.delete(key));
      this.#underWay.set(key, running);
    }
    return running;
  }

  async #attempts(path: string, search: string): Promise<FoundDocuments | undefined> {
    for (let attempt = 0; ; attempt++) {
      let reason: string;
      let again = true;
      try {
        this.#connection ??= elasticConnection(connectionSettings(this.#options));
        const answer = await (await this.#connection).request("POST", path, Buffer.from(search), NEVER);
        if (answer.statusCode === 200) return read(answer.body);
        again = this.#options.retry_on_status.includes(String(answer.statusCode));
        reason = `HTTP ${answer.statusCode}: ${reasonOf(answer.body)}`;
      } catch (error) {
        reason = (error as Error).message;
      }
      if (!again || attempt >= this.#options.retry_on_failure) {
        this.#say(reason);
        return undefined;
      }
    }
  }

  #say(reason: string): void {
    this.#failures++;
    const now = performance.now();
    if (now - this.#saidAt < SAID_EVERY_MS) return;
    this.#log.warn("a search in Elasticsearch failed; the event is tagged", { reason, count: this.#failures });
    this.#saidAt = now;
    this.#failures = 0;
  }
}

const NEVER: AbortSignal = new AbortController().signal;

/** @throws Error for what is no answer to a search */
function read(body: Buffer): FoundDocuments {
  const answer = JSON.parse(body.toString("utf8")) as {
    _shards?: { failures?: { reason?: { reason?: string } }[] };
    hits?: { total?: number | { value: number }; hits?: ObjectValue[] };
    aggregations?: ObjectValue;
  };
  const failure = answer._shards?.failures?.[0];
  if (failure !== undefined) throw new Error(`a shard failed: ${failure.reason?.reason ?? "it does not say why"}`);
  const hits = answer.hits?.hits;
  if (!Array.isArray(hits)) throw new Error("the answer is none to a search");
  const total = answer.hits?.total;
  return { hits, aggregations: answer.aggregations, total: typeof total === "object" ? total.value : total };
}

function reasonOf(body: Buffer): string {
  const text = body.toString("utf8", 0, 2000);
  try {
    const { error } = JSON.parse(text) as { error?: { reason?: string; root_cause?: { reason?: string }[] } };
    return error?.root_cause?.[0]?.reason ?? error?.reason ?? text.slice(0, 200);
  } catch {
    return text.slice(0, 200);
  }
}

/** The value at a path below objects. */
export function valueAt(value: Value | undefined, path: readonly string[]): Value | undefined {
  let node: Value | undefined = value;
  for (const name of path) {
    if (typeof node !== "object" || node === null || Array.isArray(node)) return undefined;
    const object: ObjectValue = node as ObjectValue;
    node = Object.hasOwn(object, name) ? object[name] : undefined;
  }
  return node;
}
