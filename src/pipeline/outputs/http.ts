import { defineOutput, type OptionProblem, type OutputPlugin } from "../../plugin/definitions.ts";
import { boolean, hash, list, number, type OptionValues, password, path, text } from "../../plugin/options.ts";
import { httpEncoder } from "./http-encoder.ts";
import { checkTlsClient, type TlsClientSettings, tlsClientOptions } from "./tls-client-options.ts";

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

  async deliverer(settings, host) {
    const { httpDeliverer } = await import("./http-delivery.ts");
    return httpDeliverer({ ...settings, ...tlsSettings(settings) }, host);
  },
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
