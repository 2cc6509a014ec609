import { connect as connectPlain, isIP, type Socket } from "node:net";
import { type ConnectionOptions, connect as connectTls } from "node:tls";
import { readStream, type StreamOptions } from "./tcp-stream.ts";

export interface TcpDialerOptions extends StreamOptions {
  readonly host: string;
  readonly port: number;
  readonly tls?: ConnectionOptions | undefined;
  readonly keepAlive: boolean;
  /** Milliseconds before the first new attempt; doubled up to `mostRetryMs`. */
  readonly retryMs: number;
  readonly mostRetryMs: number;
}

/** Connects to a server, reads what it sends, and connects again whenever the connection ends. */
export class TcpDialer {
  readonly #options: TcpDialerOptions;
  #socket: Socket | undefined;
  #stopping = false;
  #wake: () => void = () => undefined;
  readonly #ended: Promise<void>;

  constructor(options: TcpDialerOptions) {
    this.#options = options;
    this.#ended = this.#run();
  }

  /** Closes the connection; resolves when its last bytes are taken. */
  close(): Promise<void> {
    this.#stopping = true;
    this.#socket?.destroy();
    this.#wake();
    return this.#ended;
  }

  async #run(): Promise<void> {
    const { retryMs, mostRetryMs, host, port, warnings } = this.#options;
    let wait = retryMs;
    while (!this.#stopping) {
      try {
        const socket = await this.#connect();
        wait = retryMs;
        await readStream(socket, this.#options);
      } catch (error) {
        if (!this.#stopping)
          warnings.warn("a server cannot be reached; it is tried again", {
            server: `${host}:${port}`,
            reason: (error as Error).message,
          });
      }
      if (this.#stopping) return;
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, wait);
        this.#wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
      wait = Math.min(wait * 2, mostRetryMs);
    }
  }

  #connect(): Promise<Socket> {
    const { host, port, tls, keepAlive } = this.#options;
    return new Promise((resolve, reject) => {
      const base = { host, port, keepAlive };
      const named = isIP(host) === 0 ? { servername: host } : {};
      const socket = tls === undefined ? connectPlain(base) : connectTls({ ...base, ...named, ...tls });
      this.#socket = socket;
      socket.once("error", reject);
      socket.once("close", () => reject(new Error("the connection was closed")));
      socket.once(tls === undefined ? "connect" : "secureConnect", () => {
        socket.off("error", reject);
        // Reading it says what goes wrong.
        socket.on("error", () => undefined);
        resolve(socket);
      });
    });
  }
}
