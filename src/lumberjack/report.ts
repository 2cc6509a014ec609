import type { Clock } from "./clock.ts";

/** Where messages for people go. */
export interface LumberjackLog {
  info(message: string): void;
  warn(message: string): void;
}

/** Everything this room counts. */
export type LumberjackCounter =
  | "connections_accepted"
  /** Turned away: too many connections, or a failed TLS handshake. */
  | "connections_refused"
  /** Closed by us because of what they sent. */
  | "connections_dropped_protocol"
  | "connections_dropped_limit"
  | "connections_dropped_inactive"
  /** Ended by the peer or the network in the middle of a window. */
  | "connections_cut"
  | "bytes_received"
  | "events_received"
  | "windows_acknowledged"
  | "keepalives_sent"
  | "connects"
  | "connect_failures"
  | "connections_lost"
  | "windows_sent"
  | "windows_resent"
  | "events_acknowledged"
  | "bytes_sent";

export interface LumberjackCounters {
  add(counter: LumberjackCounter, n: number): void;
}

export const noLog: LumberjackLog = { info: () => {}, warn: () => {} };
export const noCounters: LumberjackCounters = { add: () => {} };

/**
 * Warnings that strangers can cause: at most `burst` in every `intervalMs`, and then one line that says how many more there were.
 */
export class ThrottledWarnings {
  readonly #log: LumberjackLog;
  readonly #clock: Clock;
  readonly #burst: number;
  readonly #intervalMs: number;
  #since = Number.NEGATIVE_INFINITY;
  #said = 0;
  #unsaid = 0;
  #cancel: (() => void) | undefined;

  constructor(log: LumberjackLog, clock: Clock, burst = 10, intervalMs = 10_000) {
    this.#log = log;
    this.#clock = clock;
    this.#burst = burst;
    this.#intervalMs = intervalMs;
  }

  warn(message: string): void {
    const now = this.#clock.now();
    if (now - this.#since >= this.#intervalMs) {
      this.flush();
      this.#since = now;
      this.#said = 0;
    }
    if (this.#said < this.#burst) {
      this.#said++;
      this.#log.warn(message);
      return;
    }
    this.#unsaid++;
    this.#cancel ??= this.#clock.after(this.#intervalMs - (now - this.#since), () => this.flush());
  }

  /** Says how many were kept back, if any. */
  flush(): void {
    this.#cancel?.();
    this.#cancel = undefined;
    if (this.#unsaid === 0) return;
    this.#log.warn(
      `lumberjack: ${this.#unsaid} more such warnings in the last ${this.#intervalMs / 1000} s were not written`,
    );
    this.#unsaid = 0;
  }
}
