import { setMaxListeners } from "node:events";
import type { Deliverer, DeliveryOutcome, EncodedEvents, PluginHost } from "../../plugin/definitions.ts";
import type { Hash, Secret } from "../../plugin/options.ts";
import { outcomeOf } from "./addressed.ts";
import { decodeRequest, type EncodedRequest } from "./http-encoder.ts";
import { type HttpOutcome, HttpSender } from "./http-sender.ts";
import { readTlsClient, type TlsClientSettings } from "./tls-client-options.ts";
import { Trouble } from "./trouble.ts";

/** The options of the http output that concern the way to the server. Times in seconds. */
export interface HttpDeliverySettings extends TlsClientSettings {
  readonly url: string;
  readonly http_method: string;
  readonly format: string;
  readonly content_type: string | undefined;
  readonly headers: Hash;
  readonly http_compression: boolean;
  readonly user: string | undefined;
  readonly password: Secret | undefined;
  readonly retry_failed: boolean;
  readonly retryable_codes: readonly string[];
  readonly ignorable_codes: readonly string[];
  readonly automatic_retries: number;
  readonly retry_non_idempotent: boolean;
  readonly follow_redirects: boolean;
  readonly request_timeout: number;
  readonly socket_timeout: number;
  readonly connect_timeout: number;
  readonly pool_max: number;
  readonly pool_max_per_route: number;
  readonly keepalive: boolean;
  readonly proxy: string | undefined;
  readonly ssl_enabled: boolean;
}

const CONTENT_TYPES: Readonly<Record<string, string>> = {
  json: "application/json",
  json_batch: "application/json",
  form: "application/x-www-form-urlencoded",
  message: "text/plain",
};

/** The main thread's half of the http output. Rejects for files that cannot be read. */
export async function httpDeliverer(settings: HttpDeliverySettings, host: PluginHost): Promise<Deliverer> {
  const undici = await import("undici");
  const tls = settings.ssl_enabled ? await readTlsClient(settings, false) : {};
  const pool = {
    connections: Math.min(settings.pool_max_per_route, settings.pool_max),
    // No pipelining means no connection that is used again.
    pipelining: settings.keepalive ? 1 : 0,
    connectTimeout: settings.connect_timeout * 1000,
  };
  const dispatcher =
    settings.proxy === undefined
      ? new undici.Agent({ ...pool, connect: { ...tls, timeout: pool.connectTimeout } })
      : new undici.ProxyAgent({
          ...pool,
          ...proxyLogin(settings.proxy),
          requestTls: { ...tls, timeout: pool.connectTimeout },
        });
  const trouble = new Trouble(host.log, host.now, `http output ${host.pluginId}`);
  const sender = new HttpSender(
    {
      method: settings.http_method.toUpperCase(),
      compress: settings.http_compression,
      authorization: settings.user === undefined ? undefined : basic(settings.user, settings.password?.reveal() ?? ""),
      followRedirects: settings.follow_redirects,
      retryFailed: settings.retry_failed,
      retryableCodes: new Set(settings.retryable_codes.map(Number)),
      ignorableCodes: new Set(settings.ignorable_codes.map(Number)),
      automaticRetries: settings.automatic_retries,
      retryNonIdempotent: settings.retry_non_idempotent,
      requestMs: settings.request_timeout * 1000,
      socketMs: settings.socket_timeout * 1000,
      most: settings.pool_max,
    },
    {
      request: undici.request,
      dispatcher,
      trouble,
      random: host.random,
    },
  );
  const type = settings.content_type ?? (CONTENT_TYPES[settings.format] as string);
  const given = Object.entries(settings.headers).map(([name, value]) => [name, String(value)]);
  const constant = { url: settings.url, headers: withType(Object.fromEntries(given), type) };
  const bodies = (events: EncodedEvents): EncodedRequest[] =>
    Array.from({ length: events.count }, (_, i) => {
      const start = i === 0 ? 0 : (events.ends[i - 1] as number);
      const request = decodeRequest(events.bytes.subarray(start, events.ends[i]), constant);
      return { ...request, headers: withType(request.headers, type) };
    });
  return {
    async deliver(events, signal) {
      // Each request listens to it.
      setMaxListeners(0, signal);
      const requests = bodies(events);
      if (settings.format === "json_batch")
        return outcomeOf(events.count, await sendBatch(sender, constant, requests, 0, signal));
      const outcomes = await Promise.all(requests.map((request) => sender.send(request, signal)));
      return outcomeOf(
        events.count,
        outcomes.flatMap((outcome, index) =>
          outcome.taken ? [] : [{ index, code: outcome.code, reason: outcome.reason }],
        ),
      );
    },
    trouble: () => trouble.current,
    close: () => dispatcher.close(),
  };
}

type Refused = DeliveryOutcome["rejected"][number];

/** Sends events as one array, or as halves of it where it is too large; those that were refused. `from`: number of the first. */
async function sendBatch(
  sender: HttpSender,
  { url, headers }: Omit<EncodedRequest, "body">,
  events: readonly EncodedRequest[],
  from: number,
  signal: AbortSignal,
): Promise<Refused[]> {
  const parts = events.flatMap(({ body }, i) => [Buffer.from(i === 0 ? "[" : ","), body]);
  const outcome: HttpOutcome = await sender.send(
    { url, headers, body: Buffer.concat([...parts, Buffer.from("]")]) },
    signal,
  );
  if (outcome.taken) return [];
  if (outcome.status !== 413 || events.length === 1)
    return events.map((_, i) => ({ index: from + i, code: outcome.code, reason: outcome.reason }));
  const middle = events.length >> 1;
  const first = await sendBatch(sender, { url, headers }, events.slice(0, middle), from, signal);
  return [...first, ...(await sendBatch(sender, { url, headers }, events.slice(middle), from + middle, signal))];
}

/** Headers with the content type, which holds where the user has set one there. */
function withType(headers: Readonly<Record<string, string>>, type: string): Readonly<Record<string, string>> {
  const others = Object.entries(headers).filter(([name]) => name.toLowerCase() !== "content-type");
  return { ...Object.fromEntries(others), "Content-Type": type };
}

function basic(user: string, secret: string): string {
  return `Basic ${Buffer.from(`${user}:${secret}`).toString("base64")}`;
}

function proxyLogin(proxy: string): { readonly uri: string; readonly token?: string } {
  const url = new URL(proxy);
  if (url.username === "") return { uri: proxy };
  const token = basic(decodeURIComponent(url.username), decodeURIComponent(url.password));
  url.username = "";
  url.password = "";
  return { uri: url.toString(), token };
}
