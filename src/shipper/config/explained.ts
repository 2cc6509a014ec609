/** A setting of Filebeat's that does nothing here, and what to do; `refused`: to go on without it would not be what was meant. */
export interface Explanation {
  /** The beginning of the names that it is about. */
  readonly prefix: string;
  readonly help: string;
  readonly refused?: true;
}

const MODULES =
  "modules are not run: take their logs as inputs; pipelines/ parses nginx, apache, auditd, system and others, see docs/pipelines.md";
const OUTPUTS = "output.logstash, output.elasticsearch, output.file and output.console are there";

/** By the beginning of the name. */
export const EXPLAINED: readonly (readonly [string, string, "refused"?])[] = [
  ["setup", "templates and lifecycle are made by `antler setup`"],
  ["filebeat.modules", MODULES],
  ["filebeat.config.modules", MODULES],
  ["filebeat.config.inputs.reload", "included inputs are read at the start: restart after a change"],
  [
    "filebeat.autodiscover",
    "containers are not discovered: give their logs as paths, /var/log/containers/*.log",
    "refused",
  ],
  ["filebeat.overwrite_pipelines", "there are no ingest pipelines to overwrite"],
  ["filebeat.registry.file_permissions", "the registry is readable by its owner only"],
  ["filebeat.registry.path", "the registry is in the data folder (path.data)"],
  ["filebeat.registry.type", "there is one kind of registry"],
  ["filebeat.registry_", "an older name; the registry is in the data folder (path.data)"],
  ["filebeat.idle_timeout", "it is no function of a cloud"],
  ["filebeat.publish_async", "windows are always in flight side by side"],
  ["cloud.", "give the cluster's address and key in output.elasticsearch", "refused"],
  ["monitoring", "see http.*: metrics and health are served on this host"],
  ["xpack.", "see http.*: metrics and health are served on this host"],
  ["instrumentation", "there is no tracing of the shipper itself"],
  ["keystore", "secrets come from the environment: ${NAME}"],
  ["seccomp", "no system calls are filtered; use the service manager's means"],
  ["features", "there are no feature flags"],
  ["max_procs", "the shipper needs one core at most"],
  ["gc_percent", "memory is bounded otherwise"],
  ["timestamp.precision", "times of events are in milliseconds"],
  ["management", "there is no central management"],
  ["processors.", "processors is a list"],
  ["output.kafka", OUTPUTS, "refused"],
  ["output.redis", OUTPUTS, "refused"],
  ["output.discard", OUTPUTS, "refused"],
  ["output.logstash.proxy_url", "connect directly", "refused"],
  ["output.logstash.proxy_use_local_resolver", "connect directly"],
  ["output.logstash.escape_html", "nothing is escaped for HTML"],
  ["output.logstash.max_retries", "what is not acknowledged is sent again for as long as it takes"],
  ["output.elasticsearch.max_retries", "what is not delivered is sent again for as long as it takes"],
  ["output.elasticsearch.escape_html", "nothing is escaped for HTML"],
  ["output.elasticsearch.loadbalance", "requests go to all hosts"],
  ["output.elasticsearch.preset", "bulk requests adapt to what the cluster takes"],
  ["output.elasticsearch.allow_older_versions", "versions 7.17 and later are taken"],
  ["output.elasticsearch.non_indexable_policy", "what is refused lies in the dead letters: antler dlq"],
  ["output.elasticsearch.indices", "give index, or output.logstash and a pipeline that decides", "refused"],
  ["output.elasticsearch.pipelines", "give pipeline, or set it per input", "refused"],
  ["output.elasticsearch.kerberos", "use an API key", "refused"],
  ["output.elasticsearch.proxy", "connect directly", "refused"],
  ["output.elasticsearch.parameters", "no parameters are added to requests", "refused"],
  ["output.elasticsearch.idle_connection_timeout", "connections are kept"],
  ["output.elasticsearch.queue", "give queue at the top"],
  ["queue.mem.events", "what is under way is bounded in bytes: 8 MiB"],
  ["queue.mem.flush.min_events", "windows leave when they are full or after queue.mem.flush.timeout"],
  ["queue.disk.read_ahead", "the spool reads what it sends next"],
  ["queue.disk.write_ahead", "the spool writes what comes in"],
  ["queue.disk.retry_interval", "writing is tried again each second"],
  ["queue.disk.max_retry_interval", "writing is tried again each second"],
  ["queue.disk.encryption", "the spool is readable by its owner only"],
  ["queue.spool", "an older queue: use queue.disk"],
  ["logging.metrics", "see http.*: metrics are served on this host"],
  ["logging.selectors", "there are no selectors: logging.level"],
  ["logging.json", "messages are JSON unless standard error is a terminal"],
  ["logging.ecs", "messages are in ECS"],
  ["logging.to_syslog", "messages go to standard error or to files"],
  ["logging.to_eventlog", "messages go to standard error or to files"],
  ["logging.event_data", "events are not logged"],
  ["logging.files.interval", "files are rotated by size"],
  ["logging.files.rotateonstartup", "files are rotated by size"],
  ["logging.files.permissions", "files are readable by their owner only"],
  ["logging.files.redirect_stderr", "standard error is left alone"],
  ["http.pprof", "there is no profiler"],
  ["http.named_pipe", "it listens on a port"],
  ["http.user", "it listens on a port"],
  ["path.home", "only path.data, path.logs and path.config have a meaning"],
  ["file_identity", "files are told apart by a random id, and found again by inode, birth time and content"],
  ["prospector.scanner.fingerprint", "files are told apart by a fingerprint that grows with them"],
  ["prospector.scanner.resend_on_touch", "content that was read is not read again"],
  ["rotation.external", "rotation is recognised by itself, copytruncate too"],
  ["take_over", "the registry is not shared: copy nothing, or start with --since"],
  ["delete.enabled", "files are never deleted", "refused"],
  ["legacy_clean_inactive", "use clean_inactive"],
  ["gzip_experimental", "use compression"],
  ["backoff_factor", "the time between looks doubles"],
  ["close.reader.read_until_eof", "a removed or renamed file is read to its end before it is closed"],
  ["publisher_pipeline", "every event has the host's name"],
  ["keep_null", "null values of JSON are kept"],
  ["allow_deprecated_use", "the log input reads as filestream does"],
  ["force_reload", "inputs are read at the start"],
  ["ssl.renegotiation", "TLS is not renegotiated"],
];

/** Why a setting does nothing; undefined for one that nobody knows. */
export function explanationOf(name: string): Explanation | undefined {
  const found = EXPLAINED.find(
    ([prefix]) =>
      name === prefix ||
      name.startsWith(prefix.endsWith(".") ? prefix : `${prefix}.`) ||
      (prefix.endsWith("_") && name.startsWith(prefix)),
  );
  if (found === undefined) return undefined;
  return { prefix: found[0], help: found[1], ...(found[2] === "refused" ? { refused: true as const } : {}) };
}
