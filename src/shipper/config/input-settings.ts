import { older, row, type SettingTable } from "./settings.ts";

/** What every input has. */
export const COMMON_SETTINGS: SettingTable = {
  type: row("text", "filestream", "filestream, log, container, journald, syslog, tcp, udp, stdin or system"),
  id: row(
    "text",
    undefined,
    "names the input in the registry; give each its own and keep it (default: type and place in the list)",
  ),
  enabled: row("boolean", true, "false: left out"),
  fields: row("tree", undefined, "fields of every event"),
  fields_under_root: row(
    "boolean",
    undefined,
    "fields stand at the top and not under `fields` (default: as at the top)",
  ),
  tags: row("list", undefined, "tags of every event, with those at the top"),
  processors: row("items", undefined, "processors of this input, before those at the top"),
  pipeline: row("text", undefined, "Elasticsearch ingest pipeline"),
  index: row("text", undefined, "index or data stream, in place of the output's"),
  include_lines: row("list", undefined, "regular expressions: only messages that match one"),
  exclude_lines: row("list", undefined, "regular expressions: no messages that match one"),
  "data_stream.type": row("text", undefined, "data stream of the events"),
  "data_stream.dataset": row("text", undefined, "data stream of the events"),
  "data_stream.namespace": row("text", undefined, "data stream of the events"),
};

export const MULTILINE_SETTINGS: SettingTable = {
  "multiline.type": row(
    "text",
    "pattern",
    "pattern, count, while_pattern or stacktrace (Java, Python, Go, Node, .NET, Ruby, PHP by themselves)",
  ),
  "multiline.pattern": row("text", undefined, "regular expression"),
  "multiline.negate": row("boolean", false, "lines that do not match"),
  "multiline.match": row("text", "after", "after or before: where lines that match belong"),
  "multiline.max_lines": row("number", 500, "lines kept of an event"),
  "multiline.timeout": row("duration", "5s", "an event whose next line does not come is complete after this time"),
  "multiline.flush_pattern": row("text", undefined, "a line that ends its event"),
  "multiline.count_lines": row("number", 1, "lines of an event with type count"),
  "multiline.skip_newline": row("boolean", false, "join lines without a line feed"),
};

/** `parsers:` of filestream, by the parser's name. */
export const PARSER_SETTINGS: SettingTable = {
  ...MULTILINE_SETTINGS,
  "ndjson.target": row("text", undefined, "where the fields go; empty: to the top"),
  "ndjson.keys_under_root": row("boolean", false, "older form of an empty target"),
  "ndjson.overwrite_keys": row("boolean", false, "the line's fields replace the shipper's"),
  "ndjson.expand_keys": row("boolean", false, "dots in keys make trees"),
  "ndjson.add_error_key": row("boolean", false, "say in error.message what is no JSON"),
  "ndjson.message_key": row(
    "text",
    undefined,
    "key of the text that multiline, include_lines and exclude_lines look at",
  ),
  "ndjson.document_id": row("text", undefined, "key of the document's id, taken out of the fields"),
  "ndjson.ignore_decoding_error": row("boolean", false, "do not say what is no JSON"),
  "container.stream": row("text", "all", "all, stdout or stderr"),
  "container.format": row("text", "auto", "auto, docker or cri"),
  "syslog.format": row("text", "auto", "auto, rfc3164 or rfc5424"),
  "syslog.timezone": row("text", "Local", "zone of times that have none: Local, UTC, a name or +02:00"),
  "syslog.log_errors": row("boolean", false, "say what is no syslog"),
  "syslog.add_error_key": row("boolean", true, "say in error.message what is no syslog"),
  "include_message.patterns": row("list", undefined, "regular expressions: only messages that match one"),
};

/** filestream, and what of it the older inputs `log` and `container` call otherwise. */
export const FILE_SETTINGS: SettingTable = {
  ...COMMON_SETTINGS,
  ...MULTILINE_SETTINGS,
  paths: row("list", undefined, "absolute paths and globs (`**` too)"),
  exclude_files: older("list", "prospector.scanner.exclude_files"),
  "prospector.scanner.exclude_files": row("list", undefined, "regular expressions: files that are left out"),
  "prospector.scanner.include_files": row("list", undefined, "regular expressions: only these files"),
  "prospector.scanner.symlinks": row("boolean", false, "read what symbolic links lead to"),
  "prospector.scanner.recursive_glob": row("boolean", true, "`**` stands for any folders"),
  "prospector.scanner.check_interval": row(
    "duration",
    "10s",
    "time between scans of the folders; what the system reports is seen at once",
  ),
  encoding: row("text", "utf-8", "encoding of the files"),
  compression: row("text", "auto", "auto: .gz files are read once; gzip: all are; none: .gz files are left out"),
  ignore_older: row("duration", 0, "files not written to for so long are not begun; 0: off"),
  ignore_inactive: row(
    "text",
    undefined,
    "since_first_start or since_last_start: files not written to since then are not begun",
  ),
  harvester_limit: row("number", 0, "files open at a time; 0: 1,024"),
  buffer_size: row("bytes", "512KiB", "bytes of one read; less than the default is not taken"),
  message_max_bytes: row("bytes", "10MiB", "longest event; what is longer is cut and marked"),
  parsers: row("items", undefined, "multiline, ndjson, container, syslog, include_message, in this order or another"),
  "close.on_state_change.inactive": row(
    "duration",
    "5m",
    "a file read to its end is closed when nothing was added for so long",
  ),
  "close.on_state_change.removed": row("boolean", true, "a removed file is closed when it is read to its end"),
  "close.on_state_change.renamed": row("boolean", false, "a renamed file is closed when it is read to its end"),
  "close.reader.on_eof": row("boolean", false, "a file is closed at its end"),
  "close.reader.after_interval": row("duration", 0, "a file is closed after so long; 0: off"),
  clean_inactive: row("duration", 0, "files not written to for so long leave the registry; 0: off"),
  clean_removed: row("boolean", true, "removed files leave the registry"),
  "backoff.init": row("duration", "1s", "first time between looks at a file at its end"),
  "backoff.max": row("duration", "10s", "longest time between such looks"),
  // The log input's names.
  recursive_glob: older("boolean", "prospector.scanner.recursive_glob"),
  "recursive_glob.enabled": older("boolean", "prospector.scanner.recursive_glob"),
  symlinks: older("boolean", "prospector.scanner.symlinks"),
  scan_frequency: older("duration", "prospector.scanner.check_interval"),
  "scan.order": row("text", "", "files get their turns evenly; has no effect"),
  "scan.sort": row("text", "", "files get their turns evenly; has no effect"),
  harvester_buffer_size: older("bytes", "buffer_size"),
  max_bytes: older("bytes", "message_max_bytes"),
  close_inactive: older("duration", "close.on_state_change.inactive"),
  close_removed: older("boolean", "close.on_state_change.removed"),
  close_renamed: older("boolean", "close.on_state_change.renamed"),
  close_eof: older("boolean", "close.reader.on_eof"),
  close_timeout: older("duration", "close.reader.after_interval"),
  backoff: older("duration", "backoff.init"),
  max_backoff: older("duration", "backoff.max"),
  tail_files: row("boolean", false, "begin at the end of files that are there at the first start"),
  stream: row("text", "all", "of type container: all, stdout or stderr"),
  format: row("text", "auto", "of type container: auto, docker or cri"),
  "json.keys_under_root": row("boolean", false, "fields of the line stand at the top"),
  "json.overwrite_keys": row("boolean", false, "the line's fields replace the shipper's"),
  "json.expand_keys": row("boolean", false, "dots in keys make trees"),
  "json.add_error_key": row("boolean", false, "say in error.message what is no JSON"),
  "json.message_key": row("text", undefined, "key of the text that multiline and the line filters look at"),
  "json.document_id": row("text", undefined, "key of the document's id"),
  "json.ignore_decoding_error": row("boolean", false, "do not say what is no JSON"),
};

export const JOURNALD_SETTINGS: SettingTable = {
  ...COMMON_SETTINGS,
  paths: row("list", undefined, "journal files or one folder; default: this host's journal"),
  seek: row("text", "head", "head, tail or since: where a first start begins"),
  since: row("duration", "24h", "with seek since: how far back"),
  units: row("list", undefined, "only these units"),
  syslog_identifiers: row("list", undefined, "only these identifiers"),
  transports: row("list", undefined, "only these transports: audit, journal, kernel, stdout, syslog"),
  facilities: row("list", undefined, "only these facilities: 0 to 23"),
  include_matches: row("list", undefined, "FIELD=value, as journalctl takes them"),
  "include_matches.match": older("list", "include_matches"),
  backoff: row("duration", "1s", "has no effect: entries come as they are written"),
  max_backoff: row("duration", "20s", "has no effect: entries come as they are written"),
};

const LISTEN: SettingTable = {
  host: row("text", undefined, "address and port, as localhost:9000"),
  max_message_size: row("bytes", "20MiB", "longest message; what is longer is cut and marked"),
  timeout: row("duration", "5m", "a connection that is silent for so long is closed"),
  max_connections: row("number", 1024, "connections open at a time"),
  read_buffer: row("bytes", undefined, "size of the socket's buffer (default: the system's)"),
  line_delimiter: row("text", "\n", "what ends a message"),
  framing: row(
    "text",
    undefined,
    "rfc6587 (by line or by count) or delimiter (default: rfc6587 for syslog, delimiter for tcp)",
  ),
  network: row("text", "", "tcp or udp, with 4 or 6; has no effect"),
  "ssl.enabled": row("boolean", undefined, "TLS"),
  "ssl.certificate": row("text", undefined, "file of the server's certificate"),
  "ssl.key": row("text", undefined, "file of its key"),
  "ssl.key_passphrase": row("text", undefined, "passphrase of the key"),
  "ssl.certificate_authorities": row("list", undefined, "files of authorities for clients' certificates"),
  "ssl.client_authentication": row(
    "text",
    "",
    "none, optional or required (default: required with certificate_authorities)",
  ),
  "ssl.verification_mode": row("text", "full", "full, certificate or none"),
  "ssl.supported_protocols": row("list", undefined, "TLSv1.2, TLSv1.3"),
};

/** tcp and udp. */
export const LISTEN_SETTINGS: SettingTable = { ...COMMON_SETTINGS, ...LISTEN };

export const SYSLOG_SETTINGS: SettingTable = {
  ...COMMON_SETTINGS,
  format: row("text", "auto", "auto, rfc3164 or rfc5424"),
  timezone: row("text", "Local", "zone of times that have none"),
  ...Object.fromEntries(
    ["tcp", "udp"].flatMap((protocol) =>
      Object.entries(LISTEN).map(([name, setting]) => [`protocol.${protocol}.${name}`, setting]),
    ),
  ),
};

export const STDIN_SETTINGS: SettingTable = {
  ...COMMON_SETTINGS,
  encoding: row("text", "utf-8", "encoding of what comes in"),
  message_max_bytes: row("bytes", "10MiB", "longest event"),
  max_bytes: older("bytes", "message_max_bytes"),
  parsers: row("items", undefined, "ndjson, syslog, include_message"),
};

/** Antler's own: figures of this host. */
export const SYSTEM_SETTINGS: SettingTable = {
  ...COMMON_SETTINGS,
  metricsets: row("list", undefined, "cpu, load, memory, filesystem, diskio, network, process (default: all)"),
  period: row("duration", "10s", "time between two measurements"),
  "process.include_top_n": row("number", 10, "processes with the most CPU, and with the most memory"),
  "process.include_top_n.by_cpu": older("number", "process.include_top_n"),
  "process.include_top_n.by_memory": older("number", "process.include_top_n"),
};

export const METRICSETS: readonly string[] = ["cpu", "load", "memory", "filesystem", "diskio", "network", "process"];
