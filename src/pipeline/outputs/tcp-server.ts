import { createServer, type Server, type Socket } from "node:net";
import { createServer as createTlsServer, TLSSocket, type TlsOptions } from "node:tls";
import type { Logger } from "../../plugin/definitions.ts";
import { write } from "./tcp-link.ts";

export interface TcpServerOptions {
  readonly host: string;
  readonly port: number;
  readonly tls: TlsOptions | undefined;
  /** A client that takes nothing for so long is disconnected, so that it does not hold the others. */
  readonly patienceMs: number;
  readonly log: Logger;
}

/** A server whose clients all get what is sent; while there is none, what is sent waits for one. */
export class TcpServer {
  readonly #options: TcpServerOptions;
  readonly #server: Server;
  readonly #clients = new Set<Socket>();
  #tail: Promise<void> = Promise.resolve();
  #arrived: (() => void)[] = [];

  constructor(options: TcpServerOptions) {
    this.#options = options;
    const { tls } = options;
    this.#server = tls === undefined ? createServer() : createTlsServer(tls);
    this.#server.on(tls === undefined ? "connection" : "secureConnection", (socket: Socket) => this.#welcome(socket));
    if (tls !== undefined) this.#server.on("tlsClientError", () => undefined);
  }

  /** Rejects when the address cannot be had. */
  listen(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#server.once("error", reject);
      this.#server.listen(this.#options.port, this.#options.host, () => {
        this.#server.off("error", reject);
        this.#server.on("error", (error) =>
          this.#options.log.warn("the tcp output's server has a trouble", { reason: error.message }),
        );
        this.#options.log.info("listening for tcp clients", { host: this.#options.host, port: this.port });
        resolve();
      });
    });
  }

  get port(): number {
    return (this.#server.address() as { readonly port: number }).port;
  }

  /** Resolves when the system has taken the bytes for at least one client and no client lags behind. */
  send(bytes: Buffer, signal: AbortSignal): Promise<void> {
    const sent = this.#tail.then(() => this.#send(bytes, signal));
    this.#tail = sent.catch(() => undefined);
    return sent;
  }

  async #send(bytes: Buffer, signal: AbortSignal): Promise<void> {
    for (;;) {
      signal.throwIfAborted();
      const results = await Promise.all([...this.#clients].map((client) => this.#give(client, bytes, signal)));
      if (results.includes(true)) return;
      if (this.#clients.size === 0) await this.#client(signal);
    }
  }

  async #give(client: Socket, bytes: Buffer, signal: AbortSignal): Promise<boolean> {
    const timer = setTimeout(() => {
      this.#options.log.warn("a tcp client takes nothing and was disconnected", { client: client.remoteAddress });
      client.destroy(new Error("too slow"));
    }, this.#options.patienceMs);
    try {
      await write(client, bytes, signal);
      return true;
    } catch {
      this.#clients.delete(client);
      return false;
    } finally {
      clearTimeout(timer);
    }
  }

  #welcome(socket: Socket): void {
    // Where certificates are optional, one that is shown must be valid.
    if (socket instanceof TLSSocket && !socket.authorized && Object.keys(socket.getPeerCertificate()).length > 0) {
      socket.on("error", () => undefined).destroy();
      return;
    }
    this.#clients.add(socket);
    socket.setKeepAlive(true, 60_000).setNoDelay(true).resume();
    const gone = (): void => {
      this.#clients.delete(socket);
    };
    socket.on("error", gone).on("end", gone).on("close", gone);
    for (const wake of this.#arrived.splice(0)) wake();
  }

  /** Resolves when there is a client. */
  #client(signal: AbortSignal): Promise<void> {
    this.#options.log.warn("there is no tcp client; events wait for one", { port: this.port });
    return new Promise((resolve, reject) => {
      const stop = (): void => reject(signal.reason as Error);
      signal.addEventListener("abort", stop, { once: true });
      this.#arrived.push(() => {
        signal.removeEventListener("abort", stop);
        resolve();
      });
    });
  }

  async close(): Promise<void> {
    await this.#tail;
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    for (const client of this.#clients) client.destroySoon();
    await closed;
  }
}
