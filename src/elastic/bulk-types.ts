/** Operations of the bulk API, each an action line and, but for deletes, a source line. */
export interface BulkBody {
  /** May lie over a `SharedArrayBuffer`; must not change until `send` has settled. */
  readonly bytes: Buffer;
  /** `ends[i]` is where the bytes of the i-th operation end. */
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
  /** Kept by the destination's failure store. */
  failureStore: number;
  /** Numbers of these operations in the body. */
  readonly inFailureStore: number[];
  /** `index` among the operations of the body; `code` is Elasticsearch's error type. */
  readonly rejected: { readonly index: number; readonly code: string; readonly reason: string }[];
}

export interface BulkAnswer {
  readonly statusCode: number;
  /** By lower-case name. */
  readonly headers: Readonly<Record<string, string | undefined>>;
  /** As text, not compressed. */
  readonly body: Buffer;
}

/**
 * The way to a cluster. `bulk` resolves with any HTTP answer; a fault of the connection, no answer in time, or an answer of something that
 * is not Elasticsearch is a rejection. It looks at nothing of `body` after it has settled.
 */
export interface BulkConnection {
  bulk(body: Buffer, query: Readonly<Record<string, string>>, signal: AbortSignal): Promise<BulkAnswer>;
  /** A request to another API, see `ApiConnection`. Without it no ids are looked up. */
  request?(method: ApiMethod, path: string, body: Buffer | undefined, signal: AbortSignal): Promise<BulkAnswer>;
  close(): Promise<void>;
}

export type ApiMethod = "GET" | "HEAD" | "POST" | "PUT" | "DELETE";

/** A cluster of which any API can be asked; rejects as `bulk` does. */
export interface ApiConnection extends BulkConnection {
  /** `path`: of the API, with its query: `/_index_template/logs?create=true`. `body`: JSON. */
  request(method: ApiMethod, path: string, body: Buffer | undefined, signal: AbortSignal): Promise<BulkAnswer>;
}

export interface BulkOptions {
  /** Ids are identities of ours: a 409 says that the event is there already. */
  readonly ownIds: boolean;
  /** A missing template is an error and not a plain index. */
  readonly requireDataStream: boolean;
  /** Bytes of one request; larger bodies are split between operations. Default 10 MiB. A single larger operation goes alone. */
  readonly maxBytes?: number;
  /** Requests in flight at most. Default 16. */
  readonly maxInFlight?: number;
  /** Longest first pause before something is tried again, in milliseconds, and what it grows to. Default 500 and 60,000. */
  readonly backoffMs?: number;
  readonly maxBackoffMs?: number;
  /** How often an `update` that met a newer version is sent again before it counts as a conflict. Default 3. */
  readonly updateRetries?: number;
  /** For how long after the start, and after a rollover, ids are looked up in older backing indices, in milliseconds. Default 600,000. */
  readonly doubtMs?: number;
}

/** Time as this room uses it; a simulator brings its own. */
export interface BulkClock {
  /** Milliseconds that only grow. */
  now(): number;
  /** Rejects when the signal aborts. */
  sleep(milliseconds: number, signal: AbortSignal): Promise<void>;
}

export interface BulkLog {
  info(message: string, details?: object): void;
  warn(message: string, details?: object): void;
}

export interface BulkEnvironment {
  readonly connection: BulkConnection;
  readonly clock: BulkClock;
  /** 0 (included) to 1 (excluded). */
  readonly random: () => number;
  readonly log: BulkLog;
}
