import { boolean, bytes, list, number, type Option, type Options, password, path, text } from "../../plugin/options.ts";

const SETUP = "templates and lifecycle are made by `antler setup`";
const ALWAYS = "Antler does this by itself";
const REMOVED = "Logstash removed it, too: leave it out";

/** Options of Logstash's output that say nothing here, or that say what Antler does not do: each with the reason. */
export const LATER_OPTIONS: Options = {
  // What `antler setup` is for.
  manage_template: boolean({ description: "Install a template", ignored: SETUP }),
  template: path({ description: "File with a template", ignored: SETUP }),
  template_name: text({ description: "Name of the template", ignored: SETUP }),
  template_overwrite: boolean({ description: "Replace a template", ignored: SETUP }),
  template_api: text({ description: "Kind of the template", ignored: SETUP }),
  ilm_pattern: text({ description: "Pattern of the index names", ignored: SETUP }),
  ilm_policy: text({ description: "Lifecycle policy", ignored: SETUP }),

  // What the client and the controller of requests do without being told.
  sniffing: boolean({ description: "Look for other nodes", ignored: "the hosts given are used" }),
  sniffing_delay: number({ description: "Seconds between looks", ignored: "the hosts given are used" }),
  sniffing_path: text({ description: "Path of the list of nodes", ignored: "the hosts given are used" }),
  pool_max: number({ description: "Most connections", ignored: ALWAYS }),
  pool_max_per_route: number({ description: "Most connections to a host", ignored: ALWAYS }),
  validate_after_inactivity: number({ description: "Check a connection before it is used again", ignored: ALWAYS }),
  resurrect_delay: number({ description: "Seconds before a dead host is tried", ignored: ALWAYS }),
  retry_initial_interval: number({ description: "First pause before a retry, seconds", ignored: ALWAYS }),
  retry_max_interval: number({ description: "Longest pause before a retry, seconds", ignored: ALWAYS }),
  healthcheck_path: text({ description: "Path that tells whether a host lives", ignored: ALWAYS }),
  http_compression: boolean({
    description: "Compress requests",
    deprecated: "use compression_level",
    ignored: "compression_level says it",
  }),
  silence_errors_in_log: list({
    description: "Errors that are not logged",
    default: [],
    ignored: "each is said once, then counted",
  }),
  failure_type_logging_whitelist: list({
    description: "Errors that are not logged",
    default: [],
    ignored: "each is said once, then counted",
  }),
  dlq_custom_codes: list({
    description: "Statuses that are dead-lettered",
    default: [],
    ignored: "every document that is refused for good is kept as a dead letter; 401 and 403 are held and tried again",
  }),
  dlq_on_failed_indexname_interpolation: boolean({
    description: "Dead-letter what has no index",
    ignored: "an event without the field that its index is named by is always a dead letter",
  }),
  target_bulk_bytes: bytes({ description: "Most bytes of a request", ignored: ALWAYS }),

  // What has another name now.
  ssl: boolean({ description: "Use TLS", obsolete: "use ssl_enabled" }),
  cacert: path({ description: "CA certificate", obsolete: "use ssl_certificate_authorities" }),
  ssl_certificate_verification: boolean({ description: "Check the server", obsolete: "use ssl_verification_mode" }),
  ssl_cipher_suites: list({ description: "Ciphers", default: [], ignored: "those that Node.js holds secure are used" }),
  ssl_supported_protocols: list({
    description: "Versions of TLS",
    default: [],
    ignored: "those that Node.js holds secure are used",
  }),
  ...javaStore("keystore", "ssl_certificate and ssl_key"),
  ...javaStore("truststore", "ssl_certificate_authorities"),

  // Gone in Elasticsearch or Logstash.
  document_type: text({ description: "Type of the documents", ignored: "Elasticsearch has no types since version 8" }),
  flush_size: number({ description: "Documents of a request", ignored: REMOVED }),
  idle_flush_time: number({ description: "Seconds before a request is sent", ignored: REMOVED }),
  max_retries: number({ description: "Most retries", ignored: "what can succeed is retried for as long as it takes" }),
  workers: number({ description: "Number of workers", ignored: ALWAYS }),
  host: text({ description: "Server", obsolete: "use hosts" }),
  port: text({ description: "Port of the server", obsolete: "use hosts" }),
  protocol: text({ description: "How to talk to the server", ignored: "it is always HTTP" }),
  cluster: text({ description: "Name of the cluster", ignored: "it is always HTTP" }),
  bind_host: text({ description: "Address to come from", obsolete: REMOVED }),
};

/** Options of Java's key stores, refused. */
export function javaStore(store: "keystore" | "truststore", instead: string): Record<string, Option> {
  const obsolete = `Java's key stores are not read: convert it to PEM files and use ${instead}`;
  return {
    [store]: path({ description: `Java ${store}`, obsolete }),
    [`${store}_password`]: password({ description: `Password of the ${store}`, obsolete }),
    [`ssl_${store}_path`]: path({ description: `Java ${store}`, obsolete }),
    [`ssl_${store}_password`]: password({ description: `Password of the ${store}`, obsolete }),
    [`ssl_${store}_type`]: text({ description: `Kind of the ${store}`, obsolete }),
  };
}
