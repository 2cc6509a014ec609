import { METRICS } from "../src/telemetry/metric-table.ts";

/** docs/metrics.md: what the endpoint of `antler pipeline` shows, with every metric. */
export function metricsPage(): string {
  const rows = METRICS.map(
    ({ name, type, labels, help }) => `| \`${name}\` | ${type} | ${labels.join(", ")} | ${help} |`,
  );
  return `${HEAD}${rows.join("\n")}\n${TAIL}`;
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
