import { createSocket, type RemoteInfo, type Socket } from "node:dgram";
import { isIPv6 } from "node:net";
import type { WarningLog } from "./limited-warnings.ts";
import { kernelDrops, type ReadDrops } from "./udp-drops.ts";

export interface UdpListenerOptions {
  readonly host: string;
  readonly port: number;
  /** Bytes of a datagram that are taken; the rest is cut off. */
  readonly bufferSize: number;
  /** Size of the socket's buffer that is asked for, in bytes; undefined: the system's. */
  readonly receiveBufferBytes?: number | undefined;
  /** Datagrams that may wait for room; further ones are dropped. */
  readonly queueSize: number;
  readonly log: WarningLog;
  /** Takes a datagram; a promise while there is no room for it. */
  readonly onDatagram: (bytes: Buffer, address: string, isCut: boolean) => Promise<void> | undefined;
  readonly drops?: ReadDrops;
  /** Milliseconds between looks for what was lost. */
  readonly watchMs?: number;
}

/** What was lost since the start. */
export interface UdpLosses {
  /** Dropped here, since too many were waiting. */
  readonly dropped: number;
  /** Thrown away by the kernel, since they were not read fast enough. */
  readonly kernel: number;
  /** Longer than the buffer. */
  readonly cut: number;
}

const WATCH_MS = 10_000;

/** Receives datagrams. What is lost is counted and said. */
export class UdpListener {
  readonly #options: UdpListenerOptions;
  readonly #socket: Socket;
  #timer: NodeJS.Timeout | undefined;
  #port = 0;
  #closed: Promise<void> | undefined;
  #waiting = 0;
  #dropped = 0;
  #cut = 0;
  #kernel = 0;
  #said: UdpLosses = { dropped: 0, kernel: 0, cut: 0 };

  constructor(options: UdpListenerOptions) {
    this.#options = options;
    this.#socket = createSocket(isIPv6(options.host) ? "udp6" : "udp4");
    this.#socket.on("message", (bytes, from) => this.#take(bytes, from));
  }

  /** Rejects when the address cannot be had. */
  listen(): Promise<void> {
    const { host, port, log } = this.#options;
    const socket = this.#socket;
    return new Promise((resolve, reject) => {
      const refuse = (error: Error): void =>
        reject(new Error(`cannot listen on UDP ${host}:${port}: ${error.message}`));
      socket.once("error", refuse);
      socket.bind(port, host, () => {
        socket.off("error", refuse);
        this.#port = socket.address().port;
        socket.on("error", (error) => log.warn("the UDP socket has a trouble", { reason: error.message }));
        this.#askForBuffer();
        this.#timer = setInterval(() => void this.watch(), this.#options.watchMs ?? WATCH_MS);
        this.#timer.unref();
        resolve();
      });
    });
  }

  /** Where it listens. */
  get port(): number {
    return this.#port;
  }

  get losses(): UdpLosses {
    return { dropped: this.#dropped, kernel: this.#kernel, cut: this.#cut };
  }

  /** Looks what was lost, and says it where it is more than before. */
  async watch(): Promise<void> {
    this.#kernel = (await (this.#options.drops ?? kernelDrops)(this.port)) ?? this.#kernel;
    const now = this.losses;
    const before = this.#said;
    this.#said = now;
    const { log, queueSize, bufferSize } = this.#options;
    if (now.dropped > before.dropped)
      log.warn("datagrams were dropped: the pipeline does not take them as fast as they come", {
        dropped: now.dropped - before.dropped,
        in_all: now.dropped,
        queue_size: queueSize,
      });
    if (now.kernel > before.kernel)
      log.warn("the kernel threw datagrams away: its buffer was full (receive_buffer_bytes)", {
        dropped: now.kernel - before.kernel,
        in_all: now.kernel,
      });
    if (now.cut > before.cut)
      log.warn("datagrams were longer than buffer_size and were cut", {
        cut: now.cut - before.cut,
        in_all: now.cut,
        buffer_size: bufferSize,
      });
  }

  /** Receives no more. */
  close(): Promise<void> {
    clearInterval(this.#timer);
    this.#closed ??= this.watch().then(() => new Promise<void>((resolve) => this.#socket.close(() => resolve())));
    return this.#closed;
  }

  #take(bytes: Buffer, from: RemoteInfo): void {
    // As Logstash does; there is nothing in it.
    if (bytes.length === 0) return;
    const { bufferSize, queueSize, onDatagram } = this.#options;
    if (this.#waiting >= queueSize) {
      this.#dropped++;
      return;
    }
    const isCut = bytes.length > bufferSize;
    if (isCut) this.#cut++;
    const full = onDatagram(isCut ? bytes.subarray(0, bufferSize) : bytes, plainAddress(from.address), isCut);
    if (full === undefined) return;
    this.#waiting++;
    void full.finally(() => this.#waiting--);
  }

  #askForBuffer(): void {
    const { receiveBufferBytes: wanted, log } = this.#options;
    if (wanted === undefined) return;
    try {
      this.#socket.setRecvBufferSize(wanted);
    } catch (error) {
      log.warn("receive_buffer_bytes cannot be set", { wanted, reason: (error as Error).message });
      return;
    }
    // Linux gives twice what is asked for, within net.core.rmem_max.
    const got = this.#socket.getRecvBufferSize();
    if (got < wanted) log.warn("receive_buffer_bytes is more than the system gives", { wanted, got });
  }
}

/** IPv4 as it is usually written, also where the socket takes both families. */
function plainAddress(address: string): string {
  return address.replace(/^::ffff:(?=\d+\.)/, "");
}
