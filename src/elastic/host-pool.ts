import type { BaseConnectionPool } from "@elastic/elasticsearch";
import { HostStates } from "./host-states.ts";

/** For an answer to a probe, in milliseconds. */
const PROBE_TIMEOUT_MS = 5000;
/** Answers of a proxy whose server does not live, or of a node that does not serve. */
const UNAVAILABLE: ReadonlySet<number> = new Set([502, 503, 504]);

type Connection = BaseConnectionPool["connections"][number];

/** What a request writes down of the host that it went to. */
export type RequestContext = {
  connection?: Connection;
};

/** The client's pool of connections, by our own rules, since the client's do not see how answers end that are read as streams. */
export interface HostPool extends BaseConnectionPool {
  /** `failed`: no answer, or one that is not Elasticsearch's. */
  ended(context: RequestContext, result: { readonly statusCode: number } | "failed"): void;
}

/** The class, made when the client has been loaded. Dead hosts are probed by a HEAD request beside the others. */
export function hostPoolClass(Base: typeof BaseConnectionPool, now: () => number): typeof BaseConnectionPool {
  return class extends Base implements HostPool {
    readonly #states = new HostStates<Connection>();

    override getConnection(options: { requestId: string | number; name: string | symbol; context: unknown }) {
      const chosen = this.#states.choose(this.connections, now()) ?? null;
      if (this.connections.length > 1) {
        for (const host of this.#states.due(now(), PROBE_TIMEOUT_MS)) if (host !== chosen) this.#probe(host, options);
      }
      const context = options.context as RequestContext | null;
      if (context !== null && chosen !== null) context.connection = chosen;
      return chosen;
    }

    // The client's own verdicts are ours too: see `ended`.
    override markAlive(_connection: Connection): this {
      return this;
    }

    override markDead(_connection: Connection): this {
      return this;
    }

    ended({ connection }: RequestContext, result: { readonly statusCode: number } | "failed"): void {
      if (connection === undefined) return;
      if (result === "failed" || UNAVAILABLE.has(result.statusCode)) this.#states.dead(connection, now());
      else this.#states.alive(connection);
    }

    #probe(host: Connection, { requestId, name }: { requestId: string | number; name: string | symbol }): void {
      const options = { timeout: PROBE_TIMEOUT_MS, requestId, name, context: null };
      host.request({ method: "HEAD", path: "/" }, options).then(
        ({ statusCode }) => {
          if (UNAVAILABLE.has(statusCode)) this.#states.stillDead(host, now());
          else this.#states.alive(host);
        },
        () => this.#states.stillDead(host, now()),
      );
    }
  };
}
