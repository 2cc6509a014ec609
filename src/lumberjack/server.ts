import { ArenaPool } from "./arena.ts";
import { type Clock, systemClock } from "./clock.ts";
import type { EventBlock, LumberjackPeer } from "./events.ts";
import { DEFAULT_LIMITS, type ReceiverLimits } from "./limits.ts";
import {
  type Channel,
  hostAndPort,
  type Listener,
  type LumberjackNetwork,
  type LumberjackTls,
  nodeNetwork,
} from "./network.ts";
import { ReceiverConnection, type ReceiverContext } from "./receiver-connection.ts";
import { type LumberjackCounters, type LumberjackLog, noCounters, noLog, ThrottledWarnings } from "./report.ts";

export interface LumberjackServerOptions {
  readonly host: string;
  /** 0: any free port. */
  readonly port: number;
  readonly tls?: LumberjackTls;
  /** Limits that differ from `DEFAULT_LIMITS`. */
  readonly limits?: Partial<ReceiverLimits>;
  /** Called for every block, in the order of the connection. Calls of one connection do not wait for each other's acknowledgement. */
  readonly onEvents: (peer: LumberjackPeer, block: EventBlock) => void;
  readonly log?: LumberjackLog;
  readonly counters?: LumberjackCounters;
  readonly clock?: Clock;
  readonly network?: LumberjackNetwork;
}

/**
 * The receiving end of the Beats protocol. Bad senders are disconnected with one warning; the server goes on.
 */
export class LumberjackServer {
  readonly #options: LumberjackServerOptions;
  readonly #limits: ReceiverLimits;
  readonly #clock: Clock;
  readonly #warnings: ThrottledWarnings;
  readonly #counters: LumberjackCounters;
  readonly #context: ReceiverContext;
  readonly #connections = new Set<ReceiverConnection>();
  #listener: Listener | undefined;
  #nextId = 1;
  #held = 0;
  #full = false;
  #closing = false;
  #stopTicking: () => void = () => {};
  #onLastClosed: () => void = () => {};

  constructor(options: LumberjackServerOptions) {
    this.#options = options;
    this.#limits = { ...DEFAULT_LIMITS, ...options.limits };
    this.#clock = options.clock ?? systemClock;
    this.#counters = options.counters ?? noCounters;
    this.#warnings = new ThrottledWarnings(options.log ?? noLog, this.#clock);
    this.#context = {
      limits: this.#limits,
      pool: new ArenaPool(this.#limits.arenaBytes),
      clock: this.#clock,
      counters: this.#counters,
      warnings: this.#warnings,
      onEvents: options.onEvents,
      onHeld: (bytes) => this.#hold(bytes),
      serverFull: () => this.#full,
      onClosed: (connection) => this.#closed(connection),
    };
  }

  /** Open connections. */
  get connections(): number {
    return this.#connections.size;
  }

  /** Starts listening. @throws LumberjackError ADDRESS_IN_USE, ADDRESS_UNAVAILABLE, ADDRESS_FORBIDDEN, BAD_TLS_OPTIONS */
  async listen(): Promise<{ readonly address: string; readonly port: number }> {
    const { host, port, tls, network = nodeNetwork } = this.#options;
    const listener = await network.listen({
      host,
      port,
      ...(tls === undefined ? {} : { tls }),
      handshakeMs: this.#limits.handshakeMs,
      maxConnections: this.#limits.maxConnections,
      onChannel: (channel) => this.#accept(channel),
      onRefused: (peer, reason) => {
        this.#counters.add("connections_refused", 1);
        if (reason !== undefined) this.#warnings.warn(`lumberjack: refused a connection from ${peer}: ${reason}`);
      },
    });
    this.#listener = listener;
    this.#tick();
    (this.#options.log ?? noLog).info(
      `lumberjack: listening on ${hostAndPort(listener.address, listener.port)}${tls === undefined ? "" : " with TLS"}`,
    );
    return listener;
  }

  /**
   * Stops accepting and reading, waits up to `graceMs` for what was handed on to be acknowledged, closes.
   * What is not acknowledged then, its sender sends again.
   */
  async close(graceMs = 5_000): Promise<void> {
    if (this.#closing) return;
    this.#closing = true;
    this.#listener?.close();
    for (const connection of this.#connections) connection.drain();
    if (this.#connections.size > 0) {
      await new Promise<void>((resolve) => {
        const cancel = this.#clock.after(graceMs, () => {
          for (const connection of this.#connections) connection.destroy();
        });
        this.#onLastClosed = () => {
          cancel();
          resolve();
        };
      });
    }
    this.#stopTicking();
    this.#warnings.flush();
  }

  #accept(channel: Channel): void {
    if (this.#closing) {
      channel.stream.destroy();
      return;
    }
    this.#counters.add("connections_accepted", 1);
    this.#connections.add(new ReceiverConnection(this.#nextId++, channel, this.#context));
  }

  #closed(connection: ReceiverConnection): void {
    this.#connections.delete(connection);
    if (this.#connections.size === 0) this.#onLastClosed();
  }

  #hold(bytes: number): void {
    this.#held += bytes;
    const full = this.#held >= this.#limits.maxServerBytes;
    const freed = this.#full && !full;
    this.#full = full;
    if (freed) for (const connection of this.#connections) connection.resumeIfRoom();
  }

  #tick(): void {
    const every = Math.max(10, Math.min(1_000, this.#limits.keepaliveMs / 2, this.#limits.inactivityMs / 2));
    this.#stopTicking = this.#clock.after(every, () => {
      const now = this.#clock.now();
      for (const connection of this.#connections) connection.tick(now);
      this.#tick();
    });
  }
}
