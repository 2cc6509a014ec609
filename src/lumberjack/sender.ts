import type { LumberjackClientOptions } from "./client.ts";
import { type Clock, systemClock } from "./clock.ts";
import { LumberjackError } from "./errors.ts";
import type { EventSlices } from "./events.ts";
import { type LumberjackNetwork, type LumberjackTls, nodeNetwork, type Target } from "./network.ts";
import { type LumberjackCounters, type LumberjackLog, noCounters, noLog } from "./report.ts";
import { type SenderJob, SenderLane } from "./sender-lane.ts";

export interface LumberjackSenderOptions extends Omit<LumberjackClientOptions, "onClosed" | "onHeard"> {
  /** At least one. */
  readonly hosts: readonly { readonly host: string; readonly port: number }[];
  /** One host at a time, the next when it fails (default); or all at once. */
  readonly mode?: "failover" | "loadbalance";
  /** Connections per host; default 1. */
  readonly workers?: number;
  readonly tls?: LumberjackTls;
  /** Milliseconds that a connect with its TLS handshake may take; default as `timeoutMs`. */
  readonly connectTimeoutMs?: number;
  /** Default 1,000. */
  readonly backoffInitMs?: number;
  /** Default 60,000. */
  readonly backoffMaxMs?: number;
  /** Milliseconds after which a connection is opened anew, when nothing is in flight; default 0: never. */
  readonly ttlMs?: number;
  /** A connection begins with windows of few events, which double while they are acknowledged; default false. */
  readonly slowStart?: boolean;
  /** Numbers from 0 up to 1: jitter, and the first host in failover. */
  readonly random?: () => number;
  readonly log?: LumberjackLog;
  readonly network?: LumberjackNetwork;
}

/**
 * Sends windows to one or several receivers for as long as it takes. A window whose connection broke is in doubt and is sent again
 * whole; what arrives twice is recognised later by its `_id`.
 */
export class LumberjackSender {
  readonly #lanes: SenderLane[];
  readonly #queue: SenderJob[] = [];
  readonly #counters: LumberjackCounters;
  readonly #pipelining: number;
  readonly #open = new Set<SenderJob>();
  #next = 0;
  #closed = false;

  constructor(options: LumberjackSenderOptions) {
    if (options.hosts.length === 0) throw new RangeError("no hosts to send to");
    const random = options.random ?? Math.random;
    this.#pipelining = options.pipelining ?? 2;
    this.#counters = options.counters ?? noCounters;
    const clock: Clock = options.clock ?? systemClock;
    const targets: Target[] = options.hosts.map(({ host, port }) => ({
      host,
      port,
      ...(options.tls === undefined ? {} : { tls: options.tls }),
    }));
    const first = Math.floor(random() * targets.length);
    const rotated = [...targets.slice(first), ...targets.slice(0, first)];
    const perLane = options.mode === "loadbalance" ? targets.map((target) => [target]) : [rotated];
    const workers = options.workers ?? 1;
    this.#lanes = perLane.flatMap((laneTargets) =>
      Array.from(
        { length: workers },
        () =>
          new SenderLane({
            targets: laneTargets,
            client: options,
            pipelining: this.#pipelining,
            ttlMs: options.ttlMs ?? 0,
            slowStart: options.slowStart ?? false,
            connectTimeoutMs: options.connectTimeoutMs ?? options.timeoutMs ?? 30_000,
            backoff: {
              random,
              ...(options.backoffInitMs === undefined ? {} : { initMs: options.backoffInitMs }),
              ...(options.backoffMaxMs === undefined ? {} : { maxMs: options.backoffMaxMs }),
            },
            clock,
            network: options.network ?? nodeNetwork,
            log: options.log ?? noLog,
            counters: this.#counters,
            takeJob: () => this.#queue.shift(),
            hasJob: () => this.#queue.length > 0,
            giveBack: (job) => this.#giveBack(job),
          }),
      ),
    );
  }

  /** Windows that are not acknowledged. */
  get pending(): number {
    return this.#open.size;
  }

  /** Connections that are open. */
  get connections(): number {
    return this.#lanes.filter((lane) => lane.open).length;
  }

  /** Windows that can be under way at once: more `send`s than this only wait. */
  get capacity(): number {
    return this.#lanes.length * this.#pipelining;
  }

  /** Why nothing is sent: what happened last, when no host answers. */
  get trouble(): string | undefined {
    const troubles = this.#lanes.map((lane) => lane.trouble);
    return troubles.includes(undefined) ? undefined : troubles[0];
  }

  /**
   * Sends `events` as one window; resolves when a receiver has acknowledged all of it, however long that takes.
   * Rejects only with CLOSED. The bytes must not change before the promise settles.
   */
  send(events: EventSlices): Promise<void> {
    if (this.#closed) return Promise.reject(new LumberjackError("CLOSED", "the sender is closed"));
    return new Promise((resolve, reject) => {
      const job: SenderJob = {
        order: this.#next++,
        events,
        done: 0,
        resolve: () => {
          this.#open.delete(job);
          resolve();
        },
        reject,
      };
      this.#open.add(job);
      this.#queue.push(job);
      this.#wake();
    });
  }

  /** Closes all connections; windows that are not acknowledged are rejected with CLOSED. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#queue.length = 0;
    for (const lane of this.#lanes) lane.close();
    const reason = new LumberjackError("CLOSED", "the sender was closed before the window was acknowledged");
    for (const job of this.#open) job.reject(reason);
    this.#open.clear();
  }

  /** Oldest windows go first again. */
  #giveBack(job: SenderJob): void {
    if (this.#closed) return;
    this.#counters.add("windows_resent", 1);
    const at = this.#queue.findIndex((other) => other.order > job.order);
    this.#queue.splice(at < 0 ? this.#queue.length : at, 0, job);
    this.#wake();
  }

  #wake(): void {
    for (const lane of this.#lanes) lane.wake();
  }
}
