/** How the value of a key is read: a count is from 1 on, a number from 0 on; a list holds the only values allowed. */
export type KeyKind = "text" | "count" | "number" | "bytes" | "duration" | "boolean" | readonly string[];

/** Keys of a pipeline, in pipelines.yml, and for all pipelines in logstash.yml. Names and meaning are Logstash's. */
export const PIPELINE_KEYS: Readonly<Record<string, KeyKind>> = {
  "pipeline.id": "text",
  "path.config": "text",
  "config.string": "text",
  "pipeline.workers": "count",
  "pipeline.batch.size": "count",
  "pipeline.ordered": ["auto", "true", "false"],
  "pipeline.ecs_compatibility": ["v8", "v1", "disabled"],
  "config.support_escapes": "boolean",
  "pipeline.output_isolation": "boolean",
  "pipeline.output_isolation.max_bytes": "bytes",
  "queue.type": ["memory", "persisted"],
  "queue.page_capacity": "bytes",
  "queue.max_events": "number",
  "queue.max_bytes": "bytes",
  "queue.checkpoint.acks": "number",
  "queue.checkpoint.interval": "number",
  "queue.drain": "boolean",
  "path.queue": "text",
  "dead_letter_queue.enable": "boolean",
  "dead_letter_queue.max_bytes": "bytes",
  "dead_letter_queue.storage_policy": ["block", "drop_newer", "drop_older"],
  "dead_letter_queue.retain.age": "duration",
  "path.dead_letter_queue": "text",
};

/** Keys of the process, in logstash.yml only. */
export const PROCESS_KEYS: Readonly<Record<string, KeyKind>> = {
  "path.data": "text",
  "api.enabled": "boolean",
  "api.http.host": "text",
  "api.http.port": "text",
  "api.auth.type": ["none", "basic"],
  "api.ssl.enabled": "boolean",
};

/** A key of Logstash that is read and does nothing here. */
export interface IdleKey {
  /** The name, or with a dot at its end the beginning of names. */
  readonly name: string;
  readonly why: string;
  /** What is so anyway: nothing needs to be said about it. */
  readonly same?: string;
}

const ONE_LOG = "messages go to standard error, as JSON lines";

/** Keys of a pipeline without effect. */
export const IDLE_PIPELINE_KEYS: readonly IdleKey[] = [
  { name: "queue.checkpoint.writes", why: "every batch is on disk (fsync) before its sender hears of it" },
  { name: "queue.checkpoint.retry", why: "what cannot be written is tried again until it can", same: "true" },
  { name: "queue.compression", why: "the queue is not compressed", same: "none" },
  { name: "dead_letter_queue.flush_interval", why: "a dead letter is on disk before its record is acknowledged" },
  { name: "pipeline.batch.delay", why: "a batch leaves when its input has no more to give at once" },
  { name: "pipeline.batch.", why: "batches are bounded in events and bytes" },
  { name: "pipeline.reloadable", why: "changed files are read at the next start" },
  { name: "pipeline.system", why: "there is no list of pipelines to leave it out of" },
  { name: "pipeline.plugin_classloaders", why: "plugins are part of Antler" },
  { name: "config.debug", why: "`antler check` shows what is wrong with a configuration", same: "false" },
  { name: "config.reload.", why: "changed files are read at the next start", same: "false" },
  { name: "metric.collect", why: "counts are always kept", same: "true" },
];

/** Keys of the process without effect. */
export const IDLE_PROCESS_KEYS: readonly IdleKey[] = [
  { name: "node.name", why: "nothing shows it" },
  { name: "config.test_and_exit", why: "`antler check` does that", same: "false" },
  { name: "config.field_reference.escape_style", why: "field names are taken as they are", same: "none" },
  { name: "pipeline.unsafe_shutdown", why: "use --shutdown.timeout", same: "false" },
  { name: "pipeline.recoverable", why: "a pipeline that cannot go on ends the process", same: "false" },
  { name: "pipeline.separate_logs", why: ONE_LOG, same: "false" },
  { name: "pipeline.buffer.type", why: "there is no Java heap" },
  { name: "pipeline.java_execution", why: "there is one way to run a pipeline" },
  { name: "path.plugins", why: "plugins are part of Antler; Logstash's gems cannot be loaded" },
  { name: "path.logs", why: ONE_LOG },
  { name: "log.", why: ONE_LOG },
  { name: "slowlog.", why: "no filter may take longer than a second for an event" },
  { name: "api.environment", why: "nothing shows it" },
  { name: "api.auth.", why: "the endpoint for metrics and health knows no users" },
  { name: "api.ssl.", why: "the endpoint for metrics and health speaks plain HTTP" },
  { name: "http.", why: "the names are api.enabled, api.http.host, api.http.port" },
  { name: "ssl.reload.", why: "certificates are read at start" },
  { name: "monitoring.", why: "there is no monitoring cluster" },
  { name: "xpack.", why: "there is no monitoring cluster, and pipelines are not managed by one" },
  { name: "otel.", why: "metrics are not exported" },
  { name: "keystore.", why: "secrets come from environment variables" },
  { name: "event_api.", why: "`tags` that are no list of texts are kept as they are" },
  { name: "cloud.", why: "give cloud_id and cloud_auth to the elasticsearch output" },
  { name: "allow_superuser", why: "whoever starts Antler may run it" },
  { name: "interactive", why: "there is no shell" },
  { name: "enable-local-plugin-development", why: "plugins are part of Antler" },
];

/** The entry of a list that a name belongs to. */
export function idleKey(keys: readonly IdleKey[], name: string): IdleKey | undefined {
  return keys.find((key) => (key.name.endsWith(".") ? name.startsWith(key.name) : name === key.name));
}
