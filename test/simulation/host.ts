import type { BulkClock, BulkConnection } from "../../src/elastic/bulk-types.ts";
import type { Clock } from "../../src/lumberjack/clock.ts";
import { LumberjackError } from "../../src/lumberjack/errors.ts";
import type { Channel, Listener, ListenOptions, LumberjackNetwork, Target } from "../../src/lumberjack/network.ts";
import type { SimulatedClock } from "../tail/support/simulated-files.ts";

/** What a process has of the world besides its disk. When it dies its timers, listeners and connections end, and it hears of nothing more. */
export class ProcessWorld {
  readonly clock: Clock;
  readonly bulkClock: BulkClock;
  readonly network: LumberjackNetwork;
  readonly #clock: SimulatedClock;
  readonly #streams = new Set<Channel["stream"]>();
  readonly #listeners = new Set<Listener>();
  #dead = false;

  constructor(clock: SimulatedClock, network: LumberjackNetwork) {
    this.#clock = clock;
    this.clock = { now: () => clock.exact(), after: (ms, action) => this.#after(ms, action) };
    this.bulkClock = { now: () => clock.exact(), sleep: (ms, signal) => this.#sleep(ms, signal) };
    this.network = {
      connect: (target, signal) => this.#connect(network, target, signal),
      listen: (options) => this.#listen(network, options),
    };
  }

  get dead(): boolean {
    return this.#dead;
  }

  die(): void {
    if (this.#dead) return;
    this.#dead = true;
    for (const listener of this.#listeners) listener.close();
    for (const stream of this.#streams) {
      stream.removeAllListeners();
      stream.on("error", () => undefined).destroy();
    }
  }

  /** A connection to Elasticsearch: what was sent may still be done, its answer is not heard. */
  bulkConnection(to: BulkConnection): BulkConnection {
    const forever = new Promise<never>(() => undefined);
    return {
      bulk: async (body, query, signal) => {
        if (this.#dead) return forever;
        try {
          const answer = await to.bulk(body, query, signal);
          return this.#dead ? await forever : answer;
        } catch (error) {
          if (this.#dead) return forever;
          throw error;
        }
      },
      close: () => Promise.resolve(),
    };
  }

  #after(ms: number, action: () => void): () => void {
    const timer = this.#clock.setTimeout(() => this.#dead || action(), ms);
    return () => this.#clock.clearTimeout(timer);
  }

  #sleep(ms: number, signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      if (signal.aborted) {
        reject(signal.reason);
        return;
      }
      const stop = (): void => {
        cancel();
        reject(signal.reason);
      };
      const cancel = this.#after(ms, () => {
        signal.removeEventListener("abort", stop);
        resolve();
      });
      signal.addEventListener("abort", stop, { once: true });
    });
  }

  async #connect(network: LumberjackNetwork, target: Target, signal: AbortSignal): Promise<Channel> {
    const channel = await network.connect(target, signal);
    if (this.#dead) {
      channel.stream.on("error", () => undefined).destroy();
      throw new LumberjackError("CLOSED", "the process has died");
    }
    this.#streams.add(channel.stream);
    return channel;
  }

  async #listen(network: LumberjackNetwork, options: ListenOptions): Promise<Listener> {
    const onChannel = (channel: Channel): void => {
      this.#streams.add(channel.stream);
      options.onChannel(channel);
    };
    const listener = await network.listen({ ...options, onChannel });
    this.#listeners.add(listener);
    return listener;
  }
}
