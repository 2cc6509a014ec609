import { setMaxListeners } from "node:events";
import {
  type Deliverer,
  type DeliveryOutcome,
  defineOutput,
  type EncodedEvents,
  type OptionProblem,
  type OutputPlugin,
  type PluginHost,
} from "../../plugin/definitions.ts";
import { boolean, hash, list, number, type OptionValues, password, path, text } from "../../plugin/options.ts";
import { decodeRequest, type EncodedRequest, httpEncoder } from "./http-encoder.ts";
import { type HttpOutcome, HttpSender } from "./http-sender.ts";
import { checkTlsClient, readTlsClient, type TlsClientSettings, tlsClientOptions } from "./tls-client-options.ts";
import { Trouble } from "./trouble.ts";

const NO_JAVA_STORE = "Java keystores are not read here; give PEM files";
const COUNT: readonly [number, number] = [0, 1_000_000];

const options = {
  url: text({ description: "Where to send events; may hold `%{field}`, but not with json_batch", required: true }),
  http_method: text({
    description: "Method",
    required: true,
    choices: ["put", "post", "patch", "delete", "get", "head"],
  }),
  format: text({
    description: "Body: the event as JSON, all events of a batch as one JSON array, a form, or `message`",
    default: "json",
    choices: ["json", "json_batch", "form", "message"],
  }),
  mapping: hash({ description: "What is sent in place of the whole event; texts may hold `%{field}`" }),
  message: text({ description: "Body with format message; may hold `%{field}`" }),
  content_type: text({ description: "Content-Type; default: by the format" }),
  headers: hash({ description: "Further headers; values may hold `%{field}`, but not with json_batch", default: {} }),
  http_compression: boolean({ description: "Compress bodies with gzip", default: false }),
  user: text({ description: "Name for basic authentication" }),
  password: password({ description: "Password of `user`" }),
  retry_failed: boolean({
    description:
      "Try again, for as long as it takes, what fails with a retryable code or without an answer; else it is dead-lettered",
    default: true,
  }),
  retryable_codes: list({
    description: "Status codes after which a request is sent again",
    default: ["429", "500", "502", "503", "504"],
  }),
  ignorable_codes: list({ description: "Status codes besides 2xx that mean success", default: [] }),
  automatic_retries: number({
    description: "Further attempts at once when a connection breaks",
    default: 1,
    range: COUNT,
  }),
  retry_non_idempotent: boolean({ description: "Those attempts for POST and PATCH too", default: false }),
  follow_redirects: boolean({ description: "Follow redirections", default: true }),
  request_timeout: number({ description: "Seconds for a whole request", default: 60, range: [0.001, 86_400] }),
  socket_timeout: number({
    description: "Seconds to wait for bytes of the answer",
    default: 10,
    range: [0.001, 86_400],
  }),
  connect_timeout: number({ description: "Seconds to wait for a connection", default: 10, range: [0.001, 86_400] }),
  pool_max: number({ description: "Requests under way at a time", default: 50, range: [1, 10_000] }),
  pool_max_per_route: number({ description: "Connections to one server", default: 25, range: [1, 10_000] }),
  keepalive: boolean({ description: "Use connections again", default: true }),
  proxy: text({ description: "HTTP proxy, such as `http://user:password@proxy:3128`" }),
  ssl_enabled: boolean({ description: "Use the `ssl_` options; https in the URL is what makes TLS", default: true }),
  ...tlsClientOptions,
  cookies: boolean({ description: "Keep cookies", ignored: "no cookies are kept" }),
  validate_after_inactivity: number({
    description: "Milliseconds without use after which a connection is checked",
    ignored: "connections that the server has closed are seen at once",
  }),
  ssl_keystore_path: path({ description: "Java keystore", obsolete: NO_JAVA_STORE }),
  ssl_keystore_password: password({ description: "Its password", obsolete: NO_JAVA_STORE }),
  ssl_keystore_type: text({ description: "Its type", obsolete: NO_JAVA_STORE }),
  ssl_truststore_path: path({ description: "Java truststore", obsolete: NO_JAVA_STORE }),
  ssl_truststore_password: password({ description: "Its password", obsolete: NO_JAVA_STORE }),
  ssl_truststore_type: text({ description: "Its type", obsolete: NO_JAVA_STORE }),
  cacert: path({ description: "CA certificate, PEM", deprecated: "use ssl_certificate_authorities" }),
  client_cert: path({ description: "Client certificate, PEM", deprecated: "use ssl_certificate" }),
  client_key: path({ description: "Key of the client certificate, PEM", deprecated: "use ssl_key" }),
  keystore: path({ description: "Java keystore", obsolete: NO_JAVA_STORE }),
  keystore_password: password({ description: "Its password", obsolete: NO_JAVA_STORE }),
  keystore_type: text({ description: "Its type", obsolete: NO_JAVA_STORE }),
  truststore: path({ description: "Java truststore", obsolete: NO_JAVA_STORE }),
  truststore_password: password({ description: "Its password", obsolete: NO_JAVA_STORE }),
  truststore_type: text({ description: "Its type", obsolete: NO_JAVA_STORE }),
};

type Settings = OptionValues<typeof options>;

export const http: OutputPlugin = defineOutput({
  name: "http",
  summary: "Sends events to a web server; what it refuses for good is dead-lettered with its answer.",
  options,
  differs: [
    "An event that the server refuses (a status that is neither success nor retryable), and with `retry_failed => false` one that cannot be sent, is dead-lettered with the status and the beginning of the answer; Logstash logs and drops it.",
    "TLS errors and names that do not resolve are retried like other connection troubles.",
    "Redirections keep method and body (303 is looked up with GET), so that no body is lost on the way.",
    "A json_batch that is answered 413 is halved until it fits. `Retry-After` is heeded up to a minute.",
    "proxy is a URI; the hash form is not taken. Cookies are not kept.",
  ],
  examples: [
    {
      title: "JSON to a webhook",
      config: 'http { url => "https://hooks.example.com/%{[service][name]}" http_method => "post" }',
    },
    {
      title: "Batches, compressed",
      config:
        'http { url => "http://10.0.0.5:8080/in" http_method => "post" format => "json_batch" http_compression => true }',
    },
    {
      title: "A form of two fields",
      config:
        'http { url => "http://10.0.0.5/log" http_method => "post" format => "form" mapping => { "text" => "%{message}" "host" => "%{[host][name]}" } }',
    },
  ],
  defaultCodec: undefined,
  check: checkOptions,
  encoder: httpEncoder,
  deliverer: httpDeliverer,
});

/** Options of TLS, the old names in the places of the new. */
function tlsSettings(settings: Settings): TlsClientSettings {
  const { cacert } = settings;
  return {
    ...settings,
    ssl_certificate: settings.ssl_certificate ?? settings.client_cert,
    ssl_key: settings.ssl_key ?? settings.client_key,
    ssl_certificate_authorities: [...settings.ssl_certificate_authorities, ...(cacert === undefined ? [] : [cacert])],
  };
}

function checkOptions(settings: Settings): OptionProblem[] {
  const problems: OptionProblem[] = settings.ssl_enabled ? checkTlsClient(tlsSettings(settings)) : [];
  if (settings.format === "message" && settings.message === undefined)
    problems.push({ option: "format", message: "format message needs the option message" });
  if (settings.format === "message" && settings.mapping !== undefined)
    problems.push({ option: "mapping", message: "mapping has no effect with format message", severity: "warning" });
  if (settings.format === "json_batch" && /%\{/.test(settings.url))
    problems.push({
      option: "url",
      message: "with json_batch many events share a request: the url cannot hold a field",
    });
  const fixed = settings.url.split("%{")[0] as string;
  if (!/^https?:\/\/[^/]/i.test(settings.url) && !(fixed === "" && settings.url !== ""))
    problems.push({
      option: "url",
      message: `${JSON.stringify(settings.url)} is no HTTP address`,
      help: "http://host/path or https://host/path",
    });
  if ((settings.user === undefined) !== (settings.password === undefined))
    problems.push({
      option: settings.user === undefined ? "password" : "user",
      message: "user and password go together",
    });
  for (const option of ["retryable_codes", "ignorable_codes"] as const) {
    const bad = settings[option].filter((code) => !/^[1-5]\d\d$/.test(code));
    if (bad.length > 0) problems.push({ option, message: `${bad.join(", ")} is no status code` });
  }
  if (settings.proxy !== undefined && !URL.canParse(settings.proxy))
    problems.push({
      option: "proxy",
      message: `${JSON.stringify(settings.proxy)} is no URI`,
      help: "http://user:password@host:port",
    });
  return problems;
}

const CONTENT_TYPES: Readonly<Record<string, string>> = {
  json: "application/json",
  json_batch: "application/json",
  form: "application/x-www-form-urlencoded",
  message: "text/plain",
};

async function httpDeliverer(settings: Settings, host: PluginHost): Promise<Deliverer> {
  const undici = await import("undici");
  const tls = settings.ssl_enabled ? await readTlsClient(tlsSettings(settings), false) : {};
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
      trouble: new Trouble(host.log, host.now, `http output ${host.pluginId}`),
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
        return sumUp(events.count, await sendBatch(sender, constant, requests, 0, signal));
      const outcomes = await Promise.all(requests.map((request) => sender.send(request, signal)));
      return sumUp(
        events.count,
        outcomes.flatMap((outcome, index) => (outcome.taken ? [] : [{ index, ...outcome }])),
      );
    },
    close: () => dispatcher.close(),
  };
}

interface Refused {
  readonly index: number;
  readonly code: string;
  readonly reason: string;
}

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

function sumUp(count: number, refused: readonly Refused[]): DeliveryOutcome {
  const rejected = refused.map(({ index, code, reason }) => ({ index, code, reason }));
  return { delivered: count - rejected.length, existing: 0, conflicts: 0, failureStore: 0, rejected };
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
