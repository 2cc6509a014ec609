import { Duplex } from "node:stream";
import type { Clock } from "../../src/lumberjack/clock.ts";
import { LumberjackError } from "../../src/lumberjack/errors.ts";
import type { Channel, Listener, ListenOptions, LumberjackNetwork, Target } from "../../src/lumberjack/network.ts";

/** Numbers from 0 up to 1, the same for the same seed (mulberry32). */
export function seeded(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

/** What happens to a connection when its bytes have run out: it breaks, or nothing arrives any more. */
type Fate = "reset" | "silence";

/** One end; what is written arrives at the other in pieces and late. */
class SimulatedStream extends Duplex {
  other: SimulatedStream | undefined;
  readonly #clock: Clock;
  readonly #random: () => number;
  readonly #fate: { bytes: number; readonly kind: Fate };
  #arrival = 0;

  constructor(clock: Clock, random: () => number, fate: { bytes: number; kind: Fate }) {
    super({ allowHalfOpen: true });
    this.#clock = clock;
    this.#random = random;
    this.#fate = fate;
  }

  override _read(): void {}

  override _write(chunk: Buffer, _: string, done: () => void): void {
    const copy = Buffer.from(chunk);
    for (let at = 0; at < copy.length; ) {
      const size = 1 + Math.floor(this.#random() * 200);
      this.#deliver(copy.subarray(at, at + size));
      at += size;
    }
    done();
  }

  override _final(done: () => void): void {
    this.#later(() => this.other?.push(null));
    done();
  }

  override _destroy(fault: Error | null, done: (fault: Error | null) => void): void {
    const other = this.other;
    if (other !== undefined && !other.destroyed) this.#later(() => other.destroy(new Error("reset by peer")));
    done(fault);
  }

  #deliver(piece: Buffer): void {
    this.#later(() => {
      const fate = this.#fate;
      fate.bytes -= piece.length;
      if (fate.bytes >= 0) {
        if (this.other?.destroyed === false && !this.other.readableEnded) this.other.push(piece);
      } else if (fate.kind === "reset") this.destroy(new Error("reset"));
    });
  }

  /** In order, each up to 20 ms after the one before. */
  #later(action: () => void): void {
    this.#arrival = Math.max(this.#arrival, this.#clock.now()) + this.#random() * 20;
    this.#clock.after(this.#arrival - this.#clock.now(), action);
  }
}

/** A network in memory whose connections break after a random number of bytes; once calm, they last. */
export class SimulatedNetwork implements LumberjackNetwork {
  calm: boolean = false;
  readonly #clock: Clock;
  readonly #random: () => number;
  readonly #listening: Map<number, ListenOptions> = new Map();
  #nextPort = 1;

  constructor(clock: Clock, random: () => number) {
    this.#clock = clock;
    this.#random = random;
  }

  listen(options: ListenOptions): Promise<Listener> {
    const port = options.port === 0 ? this.#nextPort++ : options.port;
    this.#listening.set(port, options);
    return Promise.resolve({ address: options.host, port, close: () => void this.#listening.delete(port) });
  }

  connect(target: Target, signal: AbortSignal): Promise<Channel> {
    return new Promise((resolve, reject) => {
      signal.addEventListener("abort", () => reject(signal.reason));
      this.#clock.after(this.#random() * 50, () => {
        if (signal.aborted) return;
        const listening = this.#listening.get(target.port);
        if (listening === undefined || (!this.calm && this.#random() < 0.2)) {
          reject(new LumberjackError("CONNECT_FAILED", "refused"));
          return;
        }
        const bytes = this.calm ? Number.POSITIVE_INFINITY : this.#random() ** 2 * 20_000;
        const fate = { bytes, kind: this.#random() < 0.8 ? ("reset" as const) : ("silence" as const) };
        const [mine, theirs] = [0, 1].map(() => new SimulatedStream(this.#clock, this.#random, fate));
        if (mine === undefined || theirs === undefined) return;
        mine.other = theirs;
        theirs.other = mine;
        listening.onChannel({ stream: theirs, address: "sender", port: 1 });
        resolve({ stream: mine, address: target.host, port: target.port });
      });
    });
  }
}
