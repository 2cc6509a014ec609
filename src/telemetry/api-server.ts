import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { type AddressInfo, isIPv6 } from "node:net";
import type { Api } from "./api-answer.ts";
import type { Logger } from "./logger.ts";

/** Where to listen: the first port that is free from `from` to `to`. */
export interface ApiAddress {
  readonly host: string;
  readonly from: number;
  readonly to: number;
}

/** Bounds of what somebody can ask: bytes of a request's head, connections, milliseconds for a request and between two. */
const HEADER_BYTES = 8 * 1024;
const CONNECTIONS = 64;
const REQUEST_MS = 10_000;
const KEEP_ALIVE_MS = 5_000;

export interface RunningApi {
  /** `127.0.0.1:9600` */
  readonly address: string;
  close(): Promise<void>;
}

/** Opens the endpoint; undefined, with a warning, where that cannot be: nothing else depends on it. It keeps no process alive. */
export async function startApi(at: ApiAddress, api: Api, log: Logger): Promise<RunningApi | undefined> {
  let address = "";
  let failed = false;
  const server = createServer({
    maxHeaderSize: HEADER_BYTES,
    requestTimeout: REQUEST_MS,
    headersTimeout: REQUEST_MS,
    keepAliveTimeout: KEEP_ALIVE_MS,
    connectionsCheckingInterval: REQUEST_MS,
  });
  server.maxConnections = CONNECTIONS;
  server.unref();
  server.on("request", (request, response) => {
    respond(request, response, address, api).catch((error: unknown) => {
      if (!failed) log.error("the metrics endpoint failed to answer", { path: request.url, reason: String(error) });
      failed = true;
      if (response.headersSent) response.destroy();
      else send(request, response, 500, { error: { reason: "the figures could not be read; the log says why" } });
    });
  });
  for (let port = at.from; port <= at.to; port++) {
    try {
      await listen(server, at.host, port);
      const { port: own } = server.address() as AddressInfo;
      address = `${isIPv6(at.host) ? `[${at.host}]` : at.host}:${own}`;
      // What fails from now on has a request of its own.
      server.on("error", () => undefined);
      log.info("metrics and health", { url: `http://${address}/metrics`, health: `http://${address}/_health_report` });
      if (port > at.from && port > 0) log.info(`port ${at.from} was in use`, { listening: port });
      return { address, close: () => close(server) };
    } catch (error) {
      const { code, message } = error as NodeJS.ErrnoException;
      if (code === "EADDRINUSE" && port < at.to) continue;
      const ports = at.from === at.to ? `${at.from}` : `${at.from}-${at.to}`;
      log.warn(`there is no metrics endpoint: it cannot listen; choose another place with ${api.settings}`, {
        host: at.host,
        port: ports,
        reason: code === "EADDRINUSE" ? "in use" : message,
      });
      return undefined;
    }
  }
  return undefined;
}

async function respond(request: IncomingMessage, response: ServerResponse, address: string, api: Api): Promise<void> {
  if (request.method !== "GET" && request.method !== "HEAD") {
    response.setHeader("Allow", "GET, HEAD");
    send(request, response, 405, { error: { reason: `${request.method} is not understood here: GET or HEAD` } });
    return;
  }
  const target = request.url ?? "/";
  const url = URL.canParse(target, "http://antler") ? new URL(target, "http://antler") : undefined;
  const answer = url === undefined ? undefined : await api.answer(url, address);
  if (answer === undefined) {
    send(request, response, 404, { error: { reason: "there is nothing at this path" }, paths: api.paths });
    return;
  }
  write(request, response, answer.status, answer.type, answer.text);
}

function send(request: IncomingMessage, response: ServerResponse, status: number, body: object): void {
  write(request, response, status, "application/json; charset=utf-8", `${JSON.stringify(body)}\n`);
}

function write(request: IncomingMessage, response: ServerResponse, status: number, type: string, text: string): void {
  // Nobody reads a body, so a connection that brings one is not used again.
  const { "content-length": length, "transfer-encoding": encoding } = request.headers;
  if ((length !== undefined && length !== "0") || encoding !== undefined) response.setHeader("Connection", "close");
  response.writeHead(status, {
    "Content-Type": type,
    "Content-Length": Buffer.byteLength(text),
    "Cache-Control": "no-store",
  });
  response.end(request.method === "HEAD" ? undefined : text);
}

function listen(server: Server, host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const fail = (error: Error): void => reject(error);
    server.once("error", fail);
    server.listen(port, host, () => {
      server.off("error", fail);
      resolve();
    });
  });
}

function close(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}
