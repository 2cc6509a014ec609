import { deflateSync } from "node:zlib";
import { AckReader } from "./ack-reader.ts";
import { type Clock, systemClock } from "./clock.ts";
import { describeFault, LumberjackError } from "./errors.ts";
import type { EventSlices } from "./events.ts";
import * as frames from "./frames.ts";
import { type Channel, hostAndPort } from "./network.ts";
import { type LumberjackCounters, noCounters } from "./report.ts";
import { frameInPlace, jsonFramesBytes, WriteBuffers, writeJsonFrames } from "./window-encoder.ts";

/** zlib-compresses `bytes`; a simulator may bring its own. */
export type Compress = (bytes: Uint8Array, level: number) => Uint8Array | Promise<Uint8Array>;

/** What a usual window is compressed to fits in one: the less is allocated for each, the less waits to be collected. */
const COMPRESSED_CHUNK = 128 * 1024;

/** On the calling thread: the thread pool costs 40 % more CPU and holds many windows in memory; a window takes about 3 ms. */
const zlibCompress: Compress = (bytes, level) => deflateSync(bytes, { level, chunkSize: COMPRESSED_CHUNK });

export interface LumberjackClientOptions {
  /** 0 (none) to 9; default 3. */
  readonly compressionLevel?: number;
  /** Windows that may be unacknowledged at a time; default 2. */
  readonly pipelining?: number;
  /** Milliseconds without acknowledgement or keep-alive after which the connection is given up; default 30,000. */
  readonly timeoutMs?: number;
  readonly clock?: Clock;
  readonly counters?: LumberjackCounters;
  readonly compress?: Compress;
  /** The receiver works: its first keep-alive, or acknowledgement of a whole window. Less can be said by one that never takes a window. */
  readonly onHeard?: () => void;
  /** Called once. All promises of `send` have been rejected with the same error then. */
  readonly onClosed?: (reason: LumberjackError) => void;
}

interface Window {
  readonly events: EventSlices;
  readonly resolve: () => void;
  readonly reject: (reason: LumberjackError) => void;
  written: boolean;
  acknowledged: number;
}

/** The sending end of one connection. Does not reconnect: see LumberjackSender. */
export class LumberjackClient {
  readonly #stream: Channel["stream"];
  readonly #where: string;
  readonly #level: number;
  readonly #pipelining: number;
  readonly #timeoutMs: number;
  readonly #clock: Clock;
  readonly #counters: LumberjackCounters;
  readonly #compress: Compress;
  readonly #onClosed: (reason: LumberjackError) => void;
  readonly #buffers: WriteBuffers;
  #onHeard: () => void;
  readonly #flying: Window[] = [];
  readonly #waiting: Window[] = [];
  #written: Promise<void> = Promise.resolve();
  #lastHeard = 0;
  #cancelTimer: (() => void) | undefined;
  #failure: LumberjackError | undefined;

  /** @param channel a connected stream, from `LumberjackNetwork.connect` */
  constructor(channel: Channel, options: LumberjackClientOptions = {}) {
    this.#stream = channel.stream;
    this.#where = hostAndPort(channel.address, channel.port);
    this.#level = options.compressionLevel ?? 3;
    this.#pipelining = options.pipelining ?? 2;
    if (!Number.isInteger(this.#level) || this.#level < 0 || this.#level > 9) {
      throw new RangeError(`compression level ${this.#level} is not an integer from 0 to 9`);
    }
    if (!Number.isInteger(this.#pipelining) || this.#pipelining < 1) {
      throw new RangeError(`pipelining ${this.#pipelining} is not an integer of at least 1`);
    }
    this.#timeoutMs = options.timeoutMs ?? 30_000;
    this.#clock = options.clock ?? systemClock;
    this.#counters = options.counters ?? noCounters;
    this.#compress = options.compress ?? zlibCompress;
    this.#onHeard = options.onHeard ?? (() => {});
    this.#onClosed = options.onClosed ?? (() => {});
    this.#buffers = new WriteBuffers(this.#pipelining);
    const acks = new AckReader((sequence) => this.#acknowledged(sequence));
    this.#stream
      .on("data", (chunk: Buffer) => {
        try {
          if (this.#failure === undefined) acks.push(chunk);
        } catch (fault) {
          if (!(fault instanceof LumberjackError)) throw fault;
          this.#fail(fault);
        }
      })
      .on("error", (fault) => this.#fail(new LumberjackError("CONNECTION_LOST", describeFault(fault), fault)))
      .on("end", () => this.#peerClosed())
      .on("close", () => this.#peerClosed());
  }

  /** Windows sent or about to be, not acknowledged. */
  get inFlight(): number {
    return this.#flying.length + this.#waiting.length;
  }

  get closed(): boolean {
    return this.#failure !== undefined;
  }

  /**
   * Sends `events` as one window; more than `pipelining` windows wait their turn. Resolves when the receiver has acknowledged all of
   * it. Rejects with a LumberjackError when the connection ends before: then the window is in doubt and must be sent again, whole.
   * The bytes must not change before the promise settles.
   */
  send(events: EventSlices): Promise<void> {
    if (this.#failure !== undefined) return Promise.reject(this.#failure);
    if (events.count === 0) return Promise.resolve();
    return new Promise((resolve, reject) => {
      this.#waiting.push({ events, resolve, reject, written: false, acknowledged: 0 });
      this.#pump();
    });
  }

  /** Closes now; windows that are not acknowledged are rejected with CLOSED. */
  close(): void {
    this.#fail(new LumberjackError("CLOSED", "the connection was closed by its owner"));
  }

  #pump(): void {
    while (this.#failure === undefined && this.#flying.length < this.#pipelining) {
      const window = this.#waiting.shift();
      if (window === undefined) return;
      this.#flying.push(window);
      if (this.#level === 0) this.#writePlain(window);
      else this.#writeCompressed(window);
    }
  }

  #writePlain(window: Window): void {
    const { events } = window;
    if (events.gaps) {
      const from = (events.starts[0] as number) - frames.EVENT_HEAD_BYTES - frames.SHORT_FRAME_BYTES;
      frameInPlace(events);
      frames.writeShortFrame(events.bytes, from, frames.VERSION_2, frames.FRAME_WINDOW, events.count);
      this.#write(window, events.bytes.subarray(from, events.ends[events.count - 1]));
      return;
    }
    const size = frames.SHORT_FRAME_BYTES + jsonFramesBytes(window.events);
    const buffer = this.#buffers.take(size);
    frames.writeShortFrame(buffer, 0, frames.VERSION_2, frames.FRAME_WINDOW, window.events.count);
    writeJsonFrames(window.events, buffer, frames.SHORT_FRAME_BYTES);
    this.#write(window, buffer.subarray(0, size), () => this.#buffers.give(buffer));
  }

  #writeCompressed(window: Window): void {
    const { events } = window;
    const buffer = events.gaps ? undefined : this.#buffers.take(jsonFramesBytes(events));
    const plain = buffer === undefined ? frameInPlace(events) : buffer.subarray(0, writeJsonFrames(events, buffer, 0));
    const compressed = this.#compress(plain, this.#level);
    // Windows are compressed side by side and written in order.
    this.#written = Promise.all([compressed, this.#written]).then(
      ([payload]) => {
        if (buffer !== undefined) this.#buffers.give(buffer);
        if (this.#failure !== undefined) return;
        const head = 2 * frames.SHORT_FRAME_BYTES;
        const heads = Buffer.allocUnsafe(head);
        frames.writeShortFrame(heads, 0, frames.VERSION_2, frames.FRAME_WINDOW, window.events.count);
        frames.writeShortFrame(
          heads,
          frames.SHORT_FRAME_BYTES,
          frames.VERSION_2,
          frames.FRAME_COMPRESSED,
          payload.length,
        );
        // One call to the kernel for both.
        this.#stream.cork();
        this.#stream.write(heads);
        this.#counters.add("bytes_sent", head);
        this.#write(window, payload);
        this.#stream.uncork();
      },
      (fault) => this.#fail(new LumberjackError("CLOSED", `compression failed: ${describeFault(fault)}`, fault)),
    );
  }

  #write(window: Window, bytes: Uint8Array, onWritten?: () => void): void {
    if (this.#flying[0] === window) this.#lastHeard = this.#clock.now();
    window.written = true;
    this.#counters.add("windows_sent", 1);
    this.#counters.add("bytes_sent", bytes.length);
    this.#stream.write(bytes, onWritten);
    this.#cancelTimer ??= this.#clock.after(this.#timeoutMs, () => this.#checkTimeout());
  }

  #acknowledged(sequence: number): void {
    this.#lastHeard = this.#clock.now();
    if (sequence === 0) {
      this.#heard();
      return;
    }
    const window = this.#flying[0];
    const most = window?.written ? window.events.count : 0;
    if (window === undefined || sequence > most) {
      throw new LumberjackError("PROTOCOL", `the receiver acknowledged event ${sequence} of a window of ${most}`);
    }
    if (sequence > window.acknowledged) {
      this.#counters.add("events_acknowledged", sequence - window.acknowledged);
      window.acknowledged = sequence;
    }
    if (window.acknowledged < window.events.count) return;
    this.#flying.shift();
    this.#heard();
    window.resolve();
    this.#pump();
  }

  #heard(): void {
    this.#onHeard();
    this.#onHeard = () => {};
  }

  /** One timer for all windows: it looks how long ago the receiver was heard, and comes again for the rest. */
  #checkTimeout(): void {
    this.#cancelTimer = undefined;
    if (this.#failure !== undefined || !this.#flying.some((window) => window.written)) return;
    const left = this.#lastHeard + this.#timeoutMs - this.#clock.now();
    if (left > 0) this.#cancelTimer = this.#clock.after(left, () => this.#checkTimeout());
    else
      this.#fail(
        new LumberjackError("TIMED_OUT", `no acknowledgement and no keep-alive within ${this.#timeoutMs / 1000} s`),
      );
  }

  #peerClosed(): void {
    this.#fail(
      this.inFlight > 0
        ? new LumberjackError("CONNECTION_LOST", "the receiver closed the connection before it acknowledged everything")
        : new LumberjackError("CLOSED_BY_PEER", "the receiver closed the idle connection"),
    );
  }

  #fail(cause: LumberjackError): void {
    if (this.#failure !== undefined) return;
    const reason = new LumberjackError(cause.code, `${this.#where}: ${cause.message}`, cause.cause);
    this.#failure = reason;
    this.#cancelTimer?.();
    this.#stream.destroy();
    const windows = [...this.#flying.splice(0), ...this.#waiting.splice(0)];
    for (const window of windows) window.reject(reason);
    this.#onClosed(reason);
  }
}
