import { promisify } from "node:util";
import { gunzip, gzip } from "node:zlib";
import type { Client } from "@elastic/elasticsearch";
import type { ApiConnection, ApiMethod, BulkAnswer } from "./bulk-types.ts";
import { explained, NOT_ELASTICSEARCH } from "./connection-advice.ts";
import { BulkConnectionError, type ConnectionFault } from "./connection-error.ts";
import {
  type ConnectionSettings,
  isLoopback,
  nodeUrl,
  placeOf,
  readTlsMaterial,
  type TlsMaterial,
} from "./connection-settings.ts";
import { elasticClient } from "./elastic-client.ts";
import type { HostPool, RequestContext } from "./host-pool.ts";

const compress: (body: Buffer, options: { level: number }) => Promise<Buffer> = promisify(gzip);
const expand: (body: Buffer) => Promise<Buffer> = promisify(gunzip);
/** Bytes of an answer; a bulk answer has about 30 for each operation, some hundreds for a failed one. */
const ANSWER_LIMIT = 256 * 1024 * 1024;
const TIMEOUT_MS = 60_000;

/**
 * A connection through Elastic's client, which is loaded at the first request: it takes a third of a second. Only files are read before.
 * Works with servers 8 and 9. Rejects with a BulkConnectionError for settings that cannot work.
 */
export async function elasticConnection(settings: ConnectionSettings): Promise<ApiConnection> {
  const urls = settings.hosts.map((host) => nodeUrl(host, settings.tls?.enabled === true, settings.path));
  const tls = await readTlsMaterial(settings.tls ?? {});
  if (settings.tls?.caFingerprint !== undefined && settings.proxy !== undefined) {
    const what = "ca_trusted_fingerprint cannot be used through a proxy; give the CA certificate's file";
    throw new BulkConnectionError("settings", settings.proxy.replace(/\/\/.*@/, "//"), what);
  }
  return new ElasticConnection(settings, urls, tls);
}

/** An API, what is sent there, and the query of the URL. */
interface Target {
  readonly method: ApiMethod;
  readonly path: string;
  readonly type: "application/x-ndjson" | "application/json";
  readonly query: Readonly<Record<string, string>>;
}

class ElasticConnection implements ApiConnection {
  readonly #settings: ConnectionSettings;
  readonly #urls: readonly URL[];
  readonly #tls: TlsMaterial;
  readonly #timeoutMs: number;
  readonly #compressionLevel: number;
  /** Before the API's own paths. */
  readonly #prefix: string;
  #client: Promise<Client> | undefined;
  #hasAnswered = false;

  constructor(settings: ConnectionSettings, urls: readonly URL[], tls: TlsMaterial) {
    this.#settings = settings;
    this.#urls = urls;
    this.#tls = tls;
    const isHere = settings.cloudId === undefined && settings.proxy === undefined && urls.every(isLoopback);
    this.#compressionLevel = settings.compressionLevel ?? (isHere ? 0 : 1);
    this.#timeoutMs = settings.timeoutMs ?? TIMEOUT_MS;
    // The hosts' own URLs have the path already; a cloud id has none.
    const path = (settings.path ?? "").replace(/^\/+|\/+$/g, "");
    this.#prefix = settings.cloudId !== undefined && path !== "" ? `/${path}` : "";
  }

  bulk(body: Buffer, query: Readonly<Record<string, string>>, signal: AbortSignal): Promise<BulkAnswer> {
    return this.#send({ method: "POST", path: "/_bulk", type: "application/x-ndjson", query }, body, signal);
  }

  request(method: ApiMethod, path: string, body: Buffer | undefined, signal: AbortSignal): Promise<BulkAnswer> {
    const [name = "", query] = path.split("?", 2);
    const target = {
      method,
      path: name,
      type: "application/json",
      query: Object.fromEntries(new URLSearchParams(query)),
    } as const;
    return this.#send(target, body, signal);
  }

  async #send(to: Target, body: Buffer | undefined, signal: AbortSignal): Promise<BulkAnswer> {
    signal.throwIfAborted();
    const client = await this.#connected();
    const level = this.#compressionLevel;
    const isCompressed = level > 0 && body !== undefined;
    const sent = isCompressed ? await compress(body, { level }) : body;
    const stop = new AbortController();
    const abort = () => stop.abort(signal.reason);
    signal.addEventListener("abort", abort, { once: true });
    const timeout = new BulkConnectionError("timeout", this.#place(), `no answer in ${this.#timeoutMs / 1000} s`);
    const timer = setTimeout(() => stop.abort(timeout), this.#timeoutMs);
    try {
      signal.throwIfAborted();
      return await this.#request(client, to, sent, stop.signal, isCompressed);
    } finally {
      clearTimeout(timer);
      signal.removeEventListener("abort", abort);
      // Ends what is left of a request that was given up.
      stop.abort();
    }
  }

  async close(): Promise<void> {
    const client = await this.#client?.catch(() => undefined);
    // Not client.close(): it polls for requests that have ended badly and would keep the process.
    for (const { agent } of (client?.connectionPool.connections ?? []) as { agent?: { destroy(): void } }[]) {
      agent?.destroy();
    }
    this.#client = undefined;
  }

  #connected(): Promise<Client> {
    if (this.#client === undefined) {
      const made = elasticClient(this.#settings, this.#urls, this.#tls);
      this.#client = made;
      made.catch(() => {
        if (this.#client === made) this.#client = undefined;
      });
    }
    return this.#client;
  }

  async #request(
    client: Client,
    { method, path, type, query }: Target,
    body: Buffer | undefined,
    signal: AbortSignal,
    gzipped: boolean,
  ): Promise<BulkAnswer> {
    // The client does not settle by itself when something answers that is not HTTP.
    const stopped = new Promise<never>((_none, reject) => {
      signal.addEventListener("abort", () => reject(signal.reason), { once: true });
    });
    const headers = {
      // Not the client's versioned types, so that servers 8 and 9 both take it.
      ...(body === undefined ? {} : { "content-type": type }),
      accept: "application/json",
      ...(gzipped ? { "content-encoding": "gzip", "accept-encoding": "gzip" } : {}),
    };
    // As `bulkBody` the client takes it as it is.
    const params = {
      method,
      path: `${this.#prefix}${path}`,
      querystring: { ...query },
      ...(body === undefined ? {} : { bulkBody: body as unknown as string }),
    };
    const context: RequestContext = {};
    const hosts = client.connectionPool as HostPool;
    const options = {
      meta: true,
      asStream: true,
      maxRetries: 0,
      compression: false,
      openTelemetry: { enabled: false },
      // Hides from us which host it was; its errors do not leave this file.
      redaction: { type: "off" },
      headers,
      signal,
      context,
    } as const;
    const answered = client.transport
      .request<AsyncIterable<Buffer>>(params, { ...options, requestTimeout: this.#timeoutMs + 1000 })
      .then(async (response) => {
        const bytes = await readBody(response.body, signal);
        const given = response.headers as Record<string, string | undefined>;
        const plain = given["content-encoding"] === "gzip" ? await expand(bytes) : bytes;
        return { statusCode: response.statusCode ?? 0, headers: given, body: plain };
      });
    try {
      const answer = await Promise.race([answered, stopped]);
      hosts.ended(context, answer);
      this.#hasAnswered = true;
      return answer;
    } catch (error) {
      answered.catch(() => undefined);
      // Also for one that was given up after its time, but not for one that nobody wants any more.
      if (!signal.aborted || signal.reason instanceof BulkConnectionError) hosts.ended(context, "failed");
      signal.throwIfAborted();
      throw this.#fault(error as Error);
    }
  }

  /** Says where and what, and nothing of the request's headers. */
  #fault(error: Error): BulkConnectionError {
    if (error instanceof BulkConnectionError) return error;
    const meta = (error as { meta?: { meta?: { connection?: { url?: URL } } } }).meta;
    const url = meta?.meta?.connection?.url;
    const place = url === undefined ? this.#place() : placeOf(url);
    if (error.name === "ProductNotSupportedError") {
      return new BulkConnectionError("foreign", place, NOT_ELASTICSEARCH);
    }
    let fault: ConnectionFault = "interrupted";
    if (error.name === "TimeoutError") fault = "timeout";
    else if (/ECONNREFUSED|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH|certificate|self.signed/i.test(error.message)) {
      fault = "unreachable";
    }
    return new BulkConnectionError(fault, place, explained(error.message, place, !this.#hasAnswered));
  }

  #place(): string {
    return this.#settings.cloudId === undefined ? this.#urls.map(placeOf).join(", ") : "Elastic Cloud";
  }
}

async function readBody(body: AsyncIterable<Buffer>, signal: AbortSignal): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of body) {
    signal.throwIfAborted();
    length += chunk.length;
    if (length > ANSWER_LIMIT) throw new Error(`the answer is longer than ${ANSWER_LIMIT} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}
