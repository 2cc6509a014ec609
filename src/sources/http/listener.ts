import { createHash, timingSafeEqual } from "node:crypto";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { createServer as createTlsServer } from "node:https";
import type { AddressInfo } from "node:net";
import type { TLSSocket, TlsOptions } from "node:tls";
import { ClientGone, HttpRefusal } from "./refusal.ts";
import { type BodyLimits, RequestBody, unpackerOf } from "./request-body.ts";

export interface HttpListenerOptions {
  readonly host: string;
  readonly port: number;
  readonly tls?: TlsOptions | undefined;
  /** Basic authentication (RFC 7617). */
  readonly login?: { readonly user: string; readonly password: string } | undefined;
  /** Requests being read or waiting for their answer; a further one is answered 429. */
  readonly maxPending: number;
  readonly body: BodyLimits;
  /** Milliseconds for a request's head. */
  readonly headMs: number;
  readonly answer: { readonly status: number; readonly headers: Readonly<Record<string, string>> };
  readonly log: { warn(message: string, details?: object): void };
  /** Resolves when all that came with the request has arrived; the client has its answer then. */
  readonly onRequest: HttpHandler;
}

export interface HttpRequest {
  readonly message: IncomingMessage;
  readonly remoteAddress: string;
  readonly body: RequestBody;
}

/** Throws HttpRefusal for what is to be answered with an error. */
export type HttpHandler = (request: HttpRequest) => Promise<void>;

/** So long the rest of a refused request may come in, so that the client reads the answer before the connection ends. */
const LINGER_MS = 5000;
const KEEP_ALIVE_MS = 65_000;

/** An HTTP server that answers a request when everything in it has arrived. */
export class HttpListener {
  readonly #options: HttpListenerOptions;
  readonly #server: Server;
  readonly #login: Buffer | undefined;
  #pending = 0;
  #closing = false;
  readonly #idle: (() => void)[] = [];

  constructor(options: HttpListenerOptions) {
    this.#options = options;
    const { login, tls, headMs } = options;
    this.#login = login === undefined ? undefined : digest(`Basic ${base64(`${login.user}:${login.password}`)}`);
    const own = {
      headersTimeout: headMs,
      requestTimeout: 0,
      keepAliveTimeout: KEEP_ALIVE_MS,
      connectionsCheckingInterval: Math.min(headMs, 30_000),
    };
    const listener = (message: IncomingMessage, response: ServerResponse): void => {
      this.#handle(message, response, false).catch(() => message.destroy());
    };
    this.#server = tls === undefined ? createServer(own, listener) : createTlsServer({ ...tls, ...own }, listener);
    if (tls !== undefined) this.#server.on("secureConnection", refuseBadPeer);
    this.#server.on("checkContinue", (message: IncomingMessage, response: ServerResponse) => {
      this.#handle(message, response, true).catch(() => message.destroy());
    });
  }

  /** Rejects when the address cannot be had. */
  listen(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#server.once("error", reject);
      this.#server.listen(this.#options.port, this.#options.host, () => {
        this.#server.off("error", reject);
        this.#server.on("error", (error) =>
          this.#options.log.warn("the HTTP server has a trouble", { reason: error.message }),
        );
        resolve();
      });
    });
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  /** Takes no more requests, waits for the answers of those under way, at most `timeoutMs`. */
  async close(timeoutMs: number): Promise<void> {
    this.#closing = true;
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    this.#server.closeIdleConnections();
    let timer: NodeJS.Timeout | undefined;
    const timeout = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, timeoutMs);
    });
    if (this.#pending > 0) await Promise.race([timeout, new Promise<void>((resolve) => this.#idle.push(resolve))]);
    clearTimeout(timer);
    this.#server.closeIdleConnections();
    // A moment for answers to leave.
    await new Promise((resolve) => setImmediate(resolve));
    this.#server.closeAllConnections();
    await closed;
  }

  async #handle(message: IncomingMessage, response: ServerResponse, expectsContinue: boolean): Promise<void> {
    response.on("error", () => undefined);
    let counted = false;
    let body: RequestBody | undefined;
    try {
      this.#admit(message);
      this.#pending++;
      counted = true;
      if (expectsContinue) response.writeContinue();
      body = new RequestBody(message, this.#options.body);
      await this.#options.onRequest({ message, remoteAddress: plainAddress(message.socket.remoteAddress), body });
      body.stop();
      const { status, headers } = this.#options.answer;
      this.#send(message, response, status, headers, status === 204 ? "" : "ok");
    } catch (error) {
      body?.stop();
      if (error instanceof ClientGone || response.headersSent) message.destroy();
      else if (error instanceof HttpRefusal)
        this.#send(message, response, error.status, { "Content-Type": "text/plain", ...error.headers }, error.message);
      else {
        this.#options.log.warn("a request could not be handled", { reason: (error as Error).message });
        this.#send(message, response, 500, { "Content-Type": "text/plain" }, "internal error");
      }
    } finally {
      if (counted) this.#pending--;
      if (this.#pending === 0) for (const resolve of this.#idle.splice(0)) resolve();
    }
  }

  /** @throws HttpRefusal */
  #admit(message: IncomingMessage): void {
    const { headers } = message;
    if (this.#login !== undefined) {
      const given = headers.authorization;
      if (given === undefined || !timingSafeEqual(digest(given.replace(/^basic +/i, "Basic ")), this.#login))
        throw new HttpRefusal(401, "user and password are needed", {
          "WWW-Authenticate": 'Basic realm="Antler HTTP input"',
        });
    }
    if (this.#closing) throw new HttpRefusal(503, "the pipeline stops");
    if (this.#pending >= this.#options.maxPending)
      throw new HttpRefusal(429, "too many requests are waiting for the pipeline; send it again later", {
        "Retry-After": "1",
      });
    const { maxBytes } = this.#options.body;
    if (Number(headers["content-length"] ?? 0) > maxBytes)
      throw new HttpRefusal(413, `the body is larger than ${maxBytes} bytes`);
    unpackerOf(headers["content-encoding"] ?? "");
  }

  #send(
    message: IncomingMessage,
    response: ServerResponse,
    status: number,
    headers: Readonly<Record<string, string>>,
    text: string,
  ): void {
    const length = status === 204 ? {} : { "Content-Length": Buffer.byteLength(text) };
    response.writeHead(status, { ...headers, ...length, ...(this.#closing ? { Connection: "close" } : {}) });
    response.end(text);
    if (message.complete) return;
    // What still comes is passed over; ending the connection at once could take the answer with it.
    message.resume();
    const timer = setTimeout(() => message.destroy(), LINGER_MS);
    timer.unref();
    message.once("close", () => clearTimeout(timer));
  }
}

/** Where certificates are optional, one that is shown must be valid. */
function refuseBadPeer(socket: TLSSocket): void {
  if (!socket.authorized && Object.keys(socket.getPeerCertificate()).length > 0) socket.destroy();
}

function base64(text: string): string {
  return Buffer.from(text).toString("base64");
}

function digest(text: string): Buffer {
  return createHash("sha256").update(text).digest();
}

/** IPv4 as it is usually written, also where the socket takes both families. */
function plainAddress(address: string | undefined): string {
  return (address ?? "").replace(/^::ffff:(?=\d+\.)/, "");
}
