import { AckLedger, type OwedBlock } from "./ack-ledger.ts";
import type { ArenaPool } from "./arena.ts";
import type { ParsedBlock } from "./block-builder.ts";
import type { Clock } from "./clock.ts";
import { describeFault, FrameError } from "./errors.ts";
import type { EventBlock, LumberjackPeer } from "./events.ts";
import { FrameParser } from "./frame-parser.ts";
import type { ReceiverLimits } from "./limits.ts";
import { type Channel, hostAndPort } from "./network.ts";
import type { LumberjackCounters, ThrottledWarnings } from "./report.ts";

/** What a connection needs from its server. */
export interface ReceiverContext {
  readonly limits: ReceiverLimits;
  readonly pool: ArenaPool;
  readonly clock: Clock;
  readonly counters: LumberjackCounters;
  readonly warnings: ThrottledWarnings;
  readonly onEvents: (peer: LumberjackPeer, block: EventBlock) => void;
  /** Bytes handed on that are not released any more or anew; the server pauses and resumes everyone by the sum. */
  readonly onHeld: (bytes: number) => void;
  /** Too many bytes are held on the whole server. */
  readonly serverFull: () => boolean;
  readonly onClosed: (connection: ReceiverConnection) => void;
}

/** One sender's connection: reads, hands on, acknowledges, keeps alive. */
export class ReceiverConnection {
  readonly peer: LumberjackPeer;
  readonly #context: ReceiverContext;
  readonly #stream: Channel["stream"];
  readonly #parser: FrameParser;
  readonly #ledger = new AckLedger();
  #held = 0;
  #paused = false;
  #draining = false;
  #senderDone = false;
  #closed = false;
  #lastRead: number;
  #lastWrite: number;

  constructor(id: number, channel: Channel, context: ReceiverContext) {
    const { address, port, tls } = channel;
    this.peer = { id, address, port, ...(tls === undefined ? {} : { tls }) };
    this.#context = context;
    this.#stream = channel.stream;
    this.#lastRead = this.#lastWrite = context.clock.now();
    this.#parser = new FrameParser({
      limits: context.limits,
      pool: context.pool,
      onBlock: (block) => this.#handOn(block),
    });
    channel.stream
      .on("data", (chunk: Buffer) => this.#read(chunk))
      .on("end", () => this.#ended())
      .on("error", (fault) => this.#lost(fault))
      .on("close", () => this.#gone());
  }

  /** Blocks that were handed on and are not acknowledged. */
  get owed(): number {
    return this.#ledger.owed;
  }

  /** To be called every second or so: sends what keeps the sender patient, closes a connection that nobody uses. */
  tick(now: number): void {
    if (this.#closed) return;
    const { limits, counters } = this.#context;
    const idle = now - this.#lastRead;
    const owes = this.#ledger.owed > 0 || this.#paused;
    if (!owes && idle >= limits.inactivityMs) {
      counters.add("connections_dropped_inactive", 1);
      this.#stream.destroy();
      this.#gone();
      return;
    }
    const receiving = this.#parser.midWindow && this.#lastRead > this.#lastWrite;
    if ((owes || receiving) && now - this.#lastWrite >= limits.keepaliveMs) {
      counters.add("keepalives_sent", 1);
      this.#write(this.#ledger.keepalive(this.#parser.version));
    }
  }

  /** Reads no more; closes when everything handed on is acknowledged. */
  drain(): void {
    this.#draining = true;
    this.#parser.paused = true;
    this.#stream.pause();
    this.#closeIfSettled();
  }

  /** Closes now. */
  destroy(): void {
    this.#stream.destroy();
  }

  /** Reads again if there is room. */
  resumeIfRoom(): void {
    if (!this.#paused || this.#closed || this.#draining || this.#full()) return;
    this.#paused = false;
    // Waiting for us was not the sender's idleness.
    this.#lastRead = this.#context.clock.now();
    this.#parse(() => this.#parser.resume());
    if (!this.#paused && !this.#closed) this.#stream.resume();
    if (this.#senderDone) this.#ended();
  }

  #full(): boolean {
    return this.#held >= this.#context.limits.maxConnectionBytes || this.#context.serverFull();
  }

  #read(chunk: Buffer): void {
    if (this.#closed) return;
    this.#lastRead = this.#context.clock.now();
    this.#context.counters.add("bytes_received", chunk.length);
    if (this.#draining) return;
    // What has come already is kept and parsed later, so that only one more compressed frame is inflated when memory is short.
    if (this.#context.serverFull()) this.#pause();
    this.#parse(() => this.#parser.push(chunk));
  }

  #parse(step: () => void): void {
    try {
      step();
    } catch (fault) {
      if (!(fault instanceof FrameError)) throw fault;
      const protocol = fault.code === "PROTOCOL";
      this.#drop(protocol ? "connections_dropped_protocol" : "connections_dropped_limit", fault.message);
    }
  }

  #drop(counter: "connections_dropped_protocol" | "connections_dropped_limit", reason: string): void {
    if (this.#closed) return;
    this.#context.counters.add(counter, 1);
    this.#context.warnings.warn(`lumberjack: closed the connection from ${this.#where()}: ${reason}`);
    this.#parser.paused = true;
    this.#stream.destroy();
    this.#gone();
  }

  #handOn(parsed: ParsedBlock): void {
    const owed = this.#ledger.add(parsed);
    if (parsed.count === 0) {
      this.#settle();
      return;
    }
    const { limits, counters, onHeld, onEvents } = this.#context;
    let held = true;
    const release = (): void => {
      if (!held) return;
      held = false;
      this.#held -= parsed.size;
      parsed.arena.release();
      onHeld(-parsed.size);
      this.resumeIfRoom();
      this.#parser.trim();
    };
    this.#held += parsed.size;
    onHeld(parsed.size);
    if (this.#held >= limits.maxConnectionBytes || this.#context.serverFull()) this.#pause();
    counters.add("events_received", parsed.count);
    onEvents(this.peer, {
      bytes: parsed.bytes,
      starts: parsed.starts,
      ends: parsed.ends,
      count: parsed.count,
      release,
      acknowledge: (count) => this.#acknowledge(owed, count, release),
    });
  }

  #pause(): void {
    if (this.#paused) return;
    this.#paused = true;
    this.#parser.paused = true;
    this.#stream.pause();
  }

  #acknowledge(owed: OwedBlock, count: number, release: () => void): void {
    if (count > owed.count) throw new RangeError(`acknowledged ${count} events of a block of ${owed.count}`);
    if (count <= owed.done) return;
    owed.done = count;
    if (count === owed.count) release();
    this.#settle();
  }

  #settle(): void {
    const acks = this.#ledger.settle();
    if (acks !== undefined) {
      this.#context.counters.add("windows_acknowledged", acks.length / 6);
      this.#write(acks);
    }
    this.#closeIfSettled();
  }

  #write(bytes: Buffer): void {
    if (this.#closed || this.#stream.writableEnded) return;
    this.#lastWrite = this.#context.clock.now();
    this.#stream.write(bytes);
    const unread = this.#stream.writableLength;
    const limit = this.#context.limits.maxUnreadAckBytes;
    if (unread > limit) {
      this.#drop(
        "connections_dropped_limit",
        `it has left ${unread} bytes of acknowledgements unread (limit ${limit})`,
      );
    }
  }

  #ended(): void {
    this.#senderDone = true;
    if (this.#paused) return;
    if (this.#parser.midWindow) {
      this.#cut(`it ended in the middle of a window, after ${this.#parser.received} bytes`);
    }
    this.#closeIfSettled();
  }

  #lost(fault: unknown): void {
    // Senders are killed and restarted: worth a line only when something was under way.
    if (!this.#closed && (this.#parser.midWindow || this.#ledger.owed > 0)) this.#cut(describeFault(fault));
  }

  #cut(reason: string): void {
    this.#context.counters.add("connections_cut", 1);
    this.#context.warnings.warn(
      `lumberjack: the connection from ${this.#where()} broke: ${reason}; its sender will send again`,
    );
  }

  #closeIfSettled(): void {
    const wanted = this.#draining || (this.#senderDone && !this.#paused);
    if (this.#closed || !wanted || this.#ledger.owed > 0) return;
    if (!this.#stream.writableEnded) this.#stream.end();
    // Nothing more is wanted from the sender: its end may lie behind bytes that we do not read.
    if (this.#draining) this.#stream.resume();
  }

  #gone(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#parser.paused = true;
    this.#parser.trim(true);
    this.#context.onClosed(this);
  }

  #where(): string {
    return hostAndPort(this.peer.address, this.peer.port);
  }
}
