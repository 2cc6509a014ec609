import { Backoff, type BackoffOptions } from "./backoff.ts";
import { LumberjackClient, type LumberjackClientOptions } from "./client.ts";
import type { Clock } from "./clock.ts";
import { describeFault, LumberjackError } from "./errors.ts";
import type { EventSlices } from "./events.ts";
import { type Channel, hostAndPort, type LumberjackNetwork, type Target } from "./network.ts";
import type { LumberjackCounters, LumberjackLog } from "./report.ts";

/** A window that somebody waits for. */
export interface SenderJob {
  readonly order: number;
  readonly events: EventSlices;
  /** Events that are acknowledged: a slow start sends a window in parts. */
  done: number;
  readonly resolve: () => void;
  readonly reject: (reason: LumberjackError) => void;
}

export interface LaneContext {
  /** Hosts that this lane tries, in order, beginning with the first. */
  readonly targets: readonly Target[];
  readonly client: LumberjackClientOptions;
  readonly pipelining: number;
  /** Milliseconds after which a connection is opened anew; 0: never. */
  readonly ttlMs: number;
  /** A connection begins with few events at once. */
  readonly slowStart: boolean;
  readonly connectTimeoutMs: number;
  readonly backoff: BackoffOptions;
  readonly clock: Clock;
  readonly network: LumberjackNetwork;
  readonly log: LumberjackLog;
  readonly counters: LumberjackCounters;
  readonly takeJob: () => SenderJob | undefined;
  readonly hasJob: () => boolean;
  /** The window is in doubt: to be sent again, by any lane. */
  readonly giveBack: (job: SenderJob) => void;
}

/** Events at once that a slow start begins with, as in Beats; they double with each acknowledgement. */
const SLOW_START_EVENTS = 10;

/**
 * One connection at a time to one of its hosts, opened when there is something to send, opened again when it breaks. After a fault the
 * next host is tried at once; when all have failed in a row, after a wait. Waits grow until a receiver answers.
 */
export class SenderLane {
  readonly #context: LaneContext;
  readonly #backoff: Backoff;
  #state: "idle" | "connecting" | "open" | "waiting" | "renewing" | "closed" = "idle";
  #host = 0;
  #failedInARow = 0;
  #client: LumberjackClient | undefined;
  #cancel: () => void = () => {};
  #openedAt = 0;
  #most = Number.POSITIVE_INFINITY;
  #trouble: string | undefined;
  /** What was said last about each host. */
  readonly #said = new Map<Target, "up" | "down">();

  constructor(context: LaneContext) {
    this.#context = context;
    this.#backoff = new Backoff(context.backoff);
  }

  /** A receiver is connected. */
  get open(): boolean {
    return this.#state === "open";
  }

  /** Why nothing is sent, when all hosts have failed and none has answered since. */
  get trouble(): string | undefined {
    return this.#trouble;
  }

  /** There may be something to do. */
  wake(): void {
    if (this.#isOld()) {
      if (this.#client?.inFlight === 0) this.#renew(this.#client);
      else return;
    }
    if (this.#state === "idle" && this.#context.hasJob()) this.#connect();
    while (this.#state === "open" && this.#client !== undefined && this.#client.inFlight < this.#context.pipelining) {
      const job = this.#context.takeJob();
      if (job === undefined) return;
      this.#dispatch(this.#client, job);
    }
  }

  close(): void {
    if (this.#state === "closed") return;
    this.#state = "closed";
    this.#cancel();
    this.#client?.close();
  }

  #dispatch(client: LumberjackClient, job: SenderJob): void {
    const part = partOf(job, this.#most);
    client.send(part).then(
      () => {
        this.#most *= 2;
        job.done += part.count;
        if (job.done < job.events.count) {
          this.#dispatch(client, job);
          return;
        }
        job.resolve();
        this.wake();
      },
      () => this.#context.giveBack(job),
    );
  }

  #isOld(): boolean {
    const { ttlMs, clock } = this.#context;
    return ttlMs > 0 && this.#state === "open" && clock.now() - this.#openedAt >= ttlMs;
  }

  /** The next window goes over a new connection, which a load balancer may give to another receiver. */
  #renew(client: LumberjackClient): void {
    this.#state = "renewing";
    client.close();
    this.#client = undefined;
    this.#state = "idle";
  }

  #connect(): void {
    const { clock, network, targets, connectTimeoutMs } = this.#context;
    const target = targets[this.#host] as Target;
    this.#state = "connecting";
    const abort = new AbortController();
    const tooLate = new LumberjackError(
      "TIMED_OUT",
      `no connection to ${hostAndPort(target.host, target.port)} within ${connectTimeoutMs / 1000} s`,
    );
    const stopTimer = clock.after(connectTimeoutMs, () => abort.abort(tooLate));
    this.#cancel = () => {
      stopTimer();
      abort.abort();
    };
    network.connect(target, abort.signal).then(
      (channel) => {
        stopTimer();
        if (this.#state === "closed") channel.stream.destroy();
        else this.#opened(channel, target);
      },
      (fault) => {
        stopTimer();
        if (this.#state !== "closed") this.#context.counters.add("connect_failures", 1);
        this.#failed(target, fault);
      },
    );
  }

  #opened(channel: Channel, target: Target): void {
    this.#context.counters.add("connects", 1);
    this.#state = "open";
    this.#openedAt = this.#context.clock.now();
    this.#most = this.#context.slowStart ? SLOW_START_EVENTS : Number.POSITIVE_INFINITY;
    this.#client = new LumberjackClient(channel, {
      ...this.#context.client,
      // Being connected proves little.
      onHeard: () => {
        this.#backoff.reset();
        this.#failedInARow = 0;
        this.#trouble = undefined;
        this.#say(target, "up", `sending to ${channelName(channel)}`);
      },
      onClosed: (reason) => this.#lost(target, reason),
    });
    this.wake();
  }

  #lost(target: Target, reason: LumberjackError): void {
    this.#client = undefined;
    if (this.#state === "closed" || this.#state === "renewing") return;
    if (reason.code === "CLOSED_BY_PEER") {
      // Receivers close idle connections; the next window opens a new one.
      this.#state = "idle";
      this.wake();
      return;
    }
    this.#context.counters.add("connections_lost", 1);
    this.#failed(target, reason);
  }

  #failed(target: Target, fault: unknown): void {
    if (this.#state === "closed") return;
    this.#say(target, "down", `${describeFault(fault)}; trying again until it works`);
    const { targets, clock } = this.#context;
    this.#host = (this.#host + 1) % targets.length;
    this.#failedInARow++;
    if (this.#failedInARow >= targets.length) this.#trouble = describeFault(fault);
    const wait = this.#failedInARow % targets.length === 0 ? this.#backoff.next() : 0;
    this.#state = "waiting";
    this.#cancel = clock.after(wait, () => {
      this.#state = "idle";
      this.wake();
    });
  }

  /** Says a change of state once. */
  #say(target: Target, state: "up" | "down", message: string): void {
    if (this.#said.get(target) === state) return;
    this.#said.set(target, state);
    if (state === "up") this.#context.log.info(`lumberjack: ${message}`);
    else this.#context.log.warn(`lumberjack: ${message}`);
  }
}

/** What is left of a window, at most `most` events. */
function partOf({ events, done }: SenderJob, most: number): EventSlices {
  const { bytes, starts, ends, count } = events;
  const end = Math.min(count, done + most);
  if (done === 0 && end === count) return events;
  // Without its gaps: the head of the window's frame would lie on the event before.
  return { bytes, starts: starts.subarray(done, end), ends: ends.subarray(done, end), count: end - done };
}

function channelName(channel: Channel): string {
  const where = hostAndPort(channel.address, channel.port);
  return channel.tls === undefined ? where : `${where} (${channel.tls.protocol})`;
}
