import { isIP, connect as netConnect, type Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { connect as tlsConnect } from "node:tls";
import type { Address } from "./addressed.ts";
import type { TlsClient } from "./tls-client-options.ts";
import type { Trouble } from "./trouble.ts";

export interface TcpLinkOptions {
  readonly address: Address;
  readonly tls: TlsClient | undefined;
  readonly reconnectMs: number;
  readonly connectMs: number;
  /** Names that do not resolve are final: an event has chosen them. */
  readonly finalNames: boolean;
  readonly trouble: Trouble;
  /** Says that bytes may be lost which the system had taken. */
  readonly inDoubt: (reason: string) => void;
}

/** The name of a server that there is not, where an event has chosen it. */
export class NoSuchHost extends Error {}

/** So long a connection that ends may take to send what the system has of it. */
const END_MS = 5000;

/**
 * A connection to a server, made again when it breaks. TCP tells the sender nothing of what the other side has read: bytes count as sent
 * when the system has taken them, those of which that is not known are sent again.
 */
export class TcpLink {
  readonly #options: TcpLinkOptions;
  #socket: Socket | undefined;
  #tail: Promise<void> = Promise.resolve();
  #waiting = 0;

  constructor(options: TcpLinkOptions) {
    this.#options = options;
  }

  /** Why it is not connected. */
  get trouble(): string | undefined {
    return this.#options.trouble.current;
  }

  get isIdle(): boolean {
    return this.#waiting === 0;
  }

  /** Resolves when the system has taken the bytes, in the order of the calls. Rejects when `signal` aborts, or with NoSuchHost. */
  send(bytes: Buffer, signal: AbortSignal): Promise<void> {
    this.#waiting++;
    const sent = this.#tail.then(() => this.#send(bytes, signal));
    this.#tail = sent.catch(() => undefined).finally(() => this.#waiting--);
    return sent;
  }

  async #send(bytes: Buffer, signal: AbortSignal): Promise<void> {
    for (;;) {
      signal.throwIfAborted();
      try {
        const socket = this.#socket ?? (await this.#connect(signal));
        await write(socket, bytes, signal);
        this.#options.trouble.over();
        return;
      } catch (error) {
        signal.throwIfAborted();
        const { code, message } = error as NodeJS.ErrnoException;
        if (code === "ENOTFOUND" && this.#options.finalNames) throw new NoSuchHost(message);
        const wasConnected = this.#socket !== undefined;
        this.#drop();
        this.#options.trouble.meet(message);
        // A connection that broke is made again at once; one that cannot be made, after a while.
        if (!wasConnected) await sleep(this.#options.reconnectMs, undefined, { signal });
      }
    }
  }

  async #connect(signal: AbortSignal): Promise<Socket> {
    const { address, tls, connectMs } = this.#options;
    const socket =
      tls === undefined
        ? netConnect(address)
        : tlsConnect({ ...address, ...tls, ...(isIP(address.host) === 0 ? { servername: address.host } : {}) });
    await new Promise<void>((resolve, reject) => {
      const fail = (error: Error): void => {
        socket.destroy();
        reject(error);
      };
      const stop = (): void => fail(new Error("the pipeline stops"));
      const timer = setTimeout(() => fail(new Error("no connection in time")), connectMs);
      const done = (): void => {
        clearTimeout(timer);
        signal.removeEventListener("abort", stop);
      };
      signal.addEventListener("abort", stop, { once: true });
      socket.once(tls === undefined ? "connect" : "secureConnect", () => {
        done();
        resolve();
      });
      socket.once("close", () => {
        done();
        reject(new Error("the connection was closed"));
      });
      // Stays, so that a later error is no uncaught one.
      socket.on("error", (error) => {
        done();
        fail(error);
        this.#broke(socket, error.message);
      });
    });
    socket.setKeepAlive(true, 60_000).setNoDelay(true);
    // Nobody reads; the other side's end means that it reads no more either.
    socket.resume().on("end", () => this.#broke(socket, "the other side has ended the connection"));
    socket.on("close", () => this.#broke(socket, "the connection was closed"));
    this.#socket = socket;
    return socket;
  }

  #broke(socket: Socket, reason: string): void {
    if (this.#socket !== socket) return;
    this.#drop();
    this.#options.inDoubt(reason);
  }

  #drop(): void {
    const socket = this.#socket;
    this.#socket = undefined;
    socket?.destroy();
  }

  /** Sends what the system has and ends the connection. */
  async close(): Promise<void> {
    await this.#tail;
    const socket = this.#socket;
    this.#socket = undefined;
    if (socket === undefined) return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(() => socket.destroy(), END_MS);
      socket.once("close", () => {
        clearTimeout(timer);
        resolve();
      });
      socket.end();
    });
  }
}

/** Resolves when the system has taken the bytes for a connection that lives. */
export function write(socket: Socket, bytes: Buffer, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const closed = (): void => end(new Error("the connection was closed"));
    const stop = (): void => end(signal.reason as Error);
    const end = (error: Error | undefined): void => {
      socket.off("close", closed);
      signal.removeEventListener("abort", stop);
      if (error === undefined) resolve();
      else reject(error);
    };
    socket.on("close", closed);
    signal.addEventListener("abort", stop, { once: true });
    socket.write(bytes, (error) => {
      // Of a socket that is destroyed while it writes Node says that it went well.
      if (error == null && socket.destroyed) closed();
      else end(error ?? undefined);
    });
  });
}
