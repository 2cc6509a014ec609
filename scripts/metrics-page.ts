import { FILE_SERIES, OTHER_FILES, SHIP_METRICS } from "../src/shipper/watch/ship-metrics.ts";
import { METRICS, type Metric } from "../src/telemetry/metric-table.ts";

/** docs/metrics.md: what the endpoints of `antler pipeline` and `antler ship` show, with every metric. */
export function metricsPage(): string {
  return `${HEAD}${rowsOf(METRICS)}\n${TAIL}${SHIP_HEAD}${rowsOf(SHIP_METRICS)}\n${SHIP_TAIL}`;
}

function rowsOf(metrics: readonly Pick<Metric, "name" | "type" | "labels" | "help">[]): string {
  return metrics
    .map(({ name, type, labels, help }) => `| \`${name}\` | ${type} | ${labels.join(", ")} | ${help} |`)
    .join("\n");
}

const HEAD = `# Metrics and health

\`antler pipeline\` answers HTTP on 127.0.0.1, on the first free port from 9600 to 9700; its log says where (\`metrics and health\`). Reading them
costs the events nothing: counts are added up a batch at a time.

| path | what |
| --- | --- |
| \`/metrics\` | Prometheus' text format, the metrics below |
| \`/_health_report\` | \`status\` green, yellow or red, and the reasons in words; 200, and 503 when red |
| \`/_node/stats\`, \`/_node/stats/pipelines\`, \`/_node/stats/pipelines/<id>\` | the main figures as Logstash has them |
| \`/_node/pipelines\`, \`/_node/pipelines/<id>\` | the pipelines that run |
| \`/\` | host, name, version, status |

\`?pretty\` breaks the JSON into lines.

## Settings

In logstash.yml, or as options of the same name (\`--api.http.port 9601\`), which go before it.

| setting | default | |
| --- | --- | --- |
| \`api.enabled\` | true | \`false\`: no endpoint |
| \`api.http.host\` | 127.0.0.1 | where it listens |
| \`api.http.port\` | 9600-9700 | a port, or a range of which the first that is free is taken; 0: any |

There are no users and there is no TLS: \`api.auth.type: basic\` and \`api.ssl.enabled: true\` are warnings on loopback, and errors with any other
\`api.http.host\`, since the endpoint would be open to others without what was asked for. A port that cannot be had is a warning; the pipelines run without
the endpoint.

## Health

- **red**: an output has ended no delivery for 60 seconds while there was something to deliver; a queue on disk, or the dead letters, are full or the disk takes nothing;
  no worker is alive.
- **yellow**: an output has ended none for 10 seconds, or says what holds it up; workers are missing; it is starting or stopping.

Red does not mean that a restart would help: when Elasticsearch is away, nothing is lost and nothing has to be done here. For a liveness probe ask \`/\`.

## Metrics

Counters count since the start. A batch is counted when all its events have reached their end, so while an output is blocked
\`antler_input_…\` counters stand still and \`antler_input_records_in_flight\` shows what waits. \`id\` is the plugin's id (\`grok#1\` where the
configuration gives none), \`plugin\` its name. \`antler_ledger_…\` are the ledger's counts since the data folder was made ([ledger.md](ledger.md)). Events that filters make by time
have the input \`(time)\`.

| metric | type | labels | meaning |
| --- | --- | --- | --- |
`;

const TAIL = `
Worth an alert: \`antler_output_waiting_seconds > 300\`, \`rate(antler_dead_letters_total[5m]) > 0\`, \`antler_dead_letters_blocked == 1\`,
\`antler_queue_bytes / antler_queue_limit_bytes > 0.8\`, \`increase(antler_worker_deaths_total[1h]) > 0\`, \`antler_ledger_imbalance != 0\`.

## As Logstash has it

In \`/_node/stats/pipelines\`, \`events.in\` is what was read, \`filtered\` what left the filters, \`out\` what left the outputs; what is in \`filtered\` and not in \`out\` became
dead letters. A pipeline that only gets events from other pipelines of the process has zeros there: they are counted where they were read.
Counts of single filters, \`flow\`, \`queue_push_duration_in_millis\` and \`jvm\` beyond the uptime are not there. All pipelines of a process share one store of dead letters, so each shows the same
\`dead_letter_queue\`.
`;

const SHIP_HEAD = `
# Metrics and health of the shipper

\`antler ship\` answers HTTP on 127.0.0.1, on the first free port from 5066 to 5166 (\`http.enabled\`, \`http.host\`, \`http.port\`; with a port that is given, only there).

| path | what |
| --- | --- |
| \`/metrics\` | Prometheus' text format, the metrics below |
| \`/_health_report\` | \`status\` green, yellow or red, and the reasons in words; 200, and 503 when red |
| \`/stats\` | the main figures under Filebeat's names: \`filebeat.events\`, \`filebeat.harvester\`, \`libbeat.output.events\`, \`libbeat.pipeline\`, \`registrar\` |
| \`/inputs/\` | per input: events and bytes, files, how far behind |
| \`/\` | host, name, version, status |

- **red**: the output has taken nothing for 60 seconds while there was something to send and no spool takes it; a disk that the shipper writes to is nearly full; the registry
  cannot be written.
- **yellow**: the output has taken nothing for 10 seconds, or says what holds it up; events wait in the spool; an input is 60 seconds behind; it is starting or stopping.

Files: the ${FILE_SERIES} that are furthest behind have time series of their own, all others are one with the path \`${OTHER_FILES}\` (sums; of seconds the largest). *Behind* are bytes that
are not acknowledged, and for how long the oldest of them have been known to be there (looked at every 2 seconds; every 10 with more than 2,000 files). *Rotation loss* is what the next rotation would
find unread: unread bytes, and what is written and not read until then, at the pace of the last looks; when it comes is guessed by the usual time between the
rotations of that path (two must have been seen). Those bytes are lost only where the rotated copy is not kept until it is read.

| metric | type | labels | meaning |
| --- | --- | --- | --- |
`;

const SHIP_TAIL = `
Worth an alert: \`antler_ship_input_behind_seconds > 300\`, \`antler_ship_output_waiting_seconds > 300\`, \`antler_ship_disk_full == 1\`, \`antler_ship_registry_failing == 1\`,
\`antler_ship_file_rotation_loss_bytes > 0 and antler_ship_file_rotation_seconds < 60\`, \`antler_ship_spool_bytes / antler_ship_spool_limit_bytes > 0.8\`, \`antler_ledger_imbalance != 0\`.

## The shipper's own log

ECS JSON, one object a line, on standard error (words on a terminal), or in files with \`logging.to_files: true\`: \`antler-ship-20261123.ndjson\`, then \`-1\`, \`-2\`… by size
(\`logging.files.rotateeverybytes\`) and day; \`logging.files.keepfiles\` are kept. What belongs to no ECS field is under \`antler\`. When no file takes a line it goes to standard error and is
counted. Changes of state have a name in \`event.action\`, each said once:

| \`event.action\` | when |
| --- | --- |
| \`input-started\` | an input runs |
| \`file-found\`, \`file-rotated\`, \`file-renamed\`, \`file-truncated\`, \`file-removed\`, \`file-closed\`, \`file-forgotten\` | something happened to a file; at most 20 of one look, then their number (\`files-changed\`) |
| \`output-down\`, \`output-up\` | something holds the output up, or no longer |
| \`spool-began\`, \`spool-drained\` | events wait on disk, or none do any more |
| \`registry-failing\`, \`registry-written\` | the registry cannot be written, or can again |
| \`input-behind\`, \`input-caught-up\` | over 60 seconds behind; under 30 again |
| \`disk-full\`, \`disk-free\` | the disk guard, below |

## When the disk fills up

Every 2 seconds the shipper looks at the free space of the folders that it writes to: data, spool, log files. Below \`antler.disk_guard.min_free\` (64 MiB; on small filesystems
an eighth of them) it says so, and writes no log files (lines go to standard error) and nothing more into the spool on that disk; reading and sending go on. The registry is
still written: it has a reserve beside it (\`registry/reserve\`, 64 KiB or more) that is given up when the disk takes nothing. When that is used up too, files that are known go on,
new files wait, and after a crash what was sent since would be sent again, with the same identity. At one and a quarter of that floor everything is as before.
`;
