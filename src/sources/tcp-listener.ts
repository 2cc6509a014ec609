import { type AddressInfo, createServer, type Server, type Socket } from "node:net";
import { createServer as createTlsServer, type TLSSocket, type TlsOptions } from "node:tls";
import { badPeer, readStream, type StreamOptions } from "./tcp-stream.ts";

export interface TcpListenerOptions extends StreamOptions {
  readonly host: string;
  readonly port: number;
  readonly tls?: TlsOptions | undefined;
  readonly keepAlive: boolean;
  /** Open connections; a further one is closed at once, and said. */
  readonly maxConnections: number;
}

/** Listens for connections and reads each of them. */
export class TcpListener {
  readonly #options: TcpListenerOptions;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  readonly #streams = new Set<Promise<void>>();

  /** @throws Error for TLS settings that cannot be used */
  constructor(options: TcpListenerOptions) {
    this.#options = options;
    const { tls, keepAlive, warnings } = options;
    this.#server =
      tls === undefined ? createServer({ keepAlive }, (socket) => this.#read(socket)) : this.#secure(tls, keepAlive);
    this.#server.maxConnections = options.maxConnections;
    // A TLS socket comes up after its handshake: what is under way until then is closed at the end too.
    this.#server.on("connection", (socket: Socket) => {
      this.#sockets.add(socket);
      socket.once("close", () => this.#sockets.delete(socket));
      // An error ends the reading of a connection, or its handshake, which say it.
      socket.on("error", () => undefined);
    });
    this.#server.on("drop", (data) => {
      warnings.warn(`more than ${options.maxConnections} connections are open; a further one was closed`, {
        peer: data?.remoteAddress,
      });
    });
  }

  /** Rejects when the address cannot be had. */
  listen(): Promise<void> {
    const { host, port, warnings } = this.#options;
    return new Promise((resolve, reject) => {
      const refuse = (error: Error): void =>
        reject(new Error(`cannot listen on TCP ${host}:${port}: ${error.message}`));
      this.#server.once("error", refuse);
      this.#server.listen(port, host, () => {
        this.#server.off("error", refuse);
        // For instance no file descriptors left: the next connection may work.
        this.#server.on("error", (error) => warnings.warn("a connection cannot be taken", { reason: error.message }));
        resolve();
      });
    });
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  /** Open connections. */
  get connections(): number {
    return this.#sockets.size;
  }

  /** Takes no more connections, closes the open ones; resolves when their last bytes are taken. */
  async close(): Promise<void> {
    this.#server.close();
    for (const socket of this.#sockets) socket.destroy();
    await Promise.all(this.#streams);
  }

  #secure(tls: TlsOptions, keepAlive: boolean): Server {
    const { warnings } = this.#options;
    const server = createTlsServer({ ...tls, keepAlive }, (socket) => {
      const bad = badPeer(socket);
      if (bad === undefined) {
        this.#read(socket);
        return;
      }
      warnings.warn("a connection was closed", { peer: socket.remoteAddress, reason: bad });
      socket.destroy();
    });
    server.on("tlsClientError", (error: NodeJS.ErrnoException, socket: TLSSocket) => {
      // Node ends a connection with a bad certificate as if the peer had left.
      const refused = socket.authorizationError as Error | string | null | undefined;
      if (refused)
        warnings.warn("a TLS handshake failed", { reason: `the certificate is not valid: ${String(refused)}` });
      // A load balancer's check connects and leaves.
      else if (error.code !== "ECONNRESET") warnings.warn("a TLS handshake failed", { reason: error.message });
      socket.destroy();
    });
    return server;
  }

  #read(socket: Socket): void {
    socket.on("error", () => undefined);
    const stream = readStream(socket, this.#options).finally(() => this.#streams.delete(stream));
    this.#streams.add(stream);
  }
}
