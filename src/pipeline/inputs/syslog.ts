import type { Source } from "../../event/record-batch.ts";
import { syslogTimeReader } from "../../language/syslog-time.ts";
import { defineInput, type EcsMode, type InputPlugin, type OptionProblem } from "../../plugin/definitions.ts";
import { boolean, codec, fieldReference, list, number, type OptionValues, text } from "../../plugin/options.ts";
import { atMost, BatchFiller } from "../../sources/batch-filler.ts";
import { SenderSources } from "../../sources/sender-sources.ts";
import { HeldRecords, StreamRecords } from "../../sources/stream-records.ts";
import { syslogFramer } from "../../sources/syslog-framer.ts";
import { grok } from "../filters/grok.ts";
import { grokOptions, syslogDecoder, syslogHostField, timeOptions } from "./syslog-decoder.ts";

const options = {
  host: text({ description: "Address to listen on", default: "0.0.0.0" }),
  port: number({ description: "Port to listen on, for TCP and for UDP", default: 514, range: [0, 65535] }),
  codec: codec({ description: "What is done before the text is read", default: { name: "plain", options: {} } }),
  grok_pattern: text({
    description:
      "Pattern of other lines; it gives `timestamp` and the priority (`[log][syslog][priority]:int`, without ECS `priority`). Default: RFC 3164 and RFC 5424, without grok",
  }),
  syslog_field: fieldReference({
    description: "Field with the text, where the codec makes several",
    default: "message",
  }),
  proxy_protocol: boolean({
    description: "TCP connections begin with a PROXY header (version 1), which says where they come from",
    default: false,
  }),
  timezone: text({ description: "Zone of times that name none, such as Europe/Berlin; default: the system's" }),
  locale: text({ description: "Language of the names of months; default: en" }),
  use_labels: boolean({ description: "Add the names of facility and severity", default: true }),
  facility_labels: list({
    description: "Names of the facilities from 0 on",
    default: [
      "kernel",
      "user-level",
      "mail",
      "system",
      "security/authorization",
      "syslogd",
      "line printer",
      "network news",
      "UUCP",
      "clock",
      "security/authorization",
      "FTP",
      "NTP",
      "log audit",
      "log alert",
      "clock",
      ...Array.from({ length: 8 }, (_, i) => `local${i}`),
    ],
  }),
  severity_labels: list({
    description: "Names of the severities from 0 on",
    default: ["Emergency", "Alert", "Critical", "Error", "Warning", "Notice", "Informational", "Debug"],
  }),
};

type Settings = OptionValues<typeof options>;

/** TCP connections open at a time; bytes of a datagram; datagrams that wait for room. */
const MOST_CONNECTIONS = 10_000;
const BUFFER_SIZE = 65_536;
const QUEUE_SIZE = 10_000;

export const syslog: InputPlugin = defineInput({
  name: "syslog",
  summary: "Receives syslog (RFC 3164 and RFC 5424) over TCP and UDP on one port.",
  options,
  differs: [
    'Lines of RFC 5424 are read too, where Logstash tags them `_grokparsefailure_sysloginput`: `[log][syslog][version]`, `[msgid]`, `[structured_data]` by element and parameter (text that is not as the RFC wants it: `[system][syslog][structured_data]`, whole), `[host][hostname]`, `[process][name]`, `[process][pid]` (`[log][syslog][procid]` where it is no number); without ECS `version`, `msgid`, `structured_data`, `logsource`, `program`, `pid`. To have them as before: `grok_pattern => "<%{POSINT:[log][syslog][priority]:int}>%{SYSLOGLINE}"`.',
    "Over TCP a message may stand behind its length in bytes (octet counting, RFC 6587); Logstash knows line feeds only. Each message may have the other form.",
    "Line ends and zero bytes at the end of a message are no part of it.",
    "The priority stands at the beginning of the line (behind a byte order mark); Logstash's pattern also finds it further behind. 0 is a priority, over 191 is none.",
    "Names of hosts may hold underscores, and a time of the form `…Z+00:00` is one. A fraction of a second is read from times of RFC 3164 too, where Logstash tags `_dateparsefailure`.",
    "The language of months is English unless `locale` says otherwise, whatever the system's is.",
    `At most ${MOST_CONNECTIONS.toLocaleString("en")} connections are open at a time; ${QUEUE_SIZE.toLocaleString("en")} datagrams may wait for room. What is dropped is counted and said, as by the input udp.`,
  ],
  examples: [
    { title: "The usual port, which only root may use", config: "syslog { }" },
    { title: "Another port, times of another zone", config: 'syslog { port => 5514 timezone => "Europe/Berlin" }' },
    {
      title: "Lines of another form",
      config:
        'syslog { port => 5515 grok_pattern => "<%{POSINT:[log][syslog][priority]:int}>%{NUMBER}: %{SYSLOGHOST:[host][hostname]}: %{SYSLOGTIMESTAMP:timestamp}: %{GREEDYDATA:message}" }',
    },
  ],
  defaultCodec: "plain",
  check: checkOptions,
  decoder: syslogDecoder,

  async start(settings, host) {
    const [{ LimitedWarnings }, { TcpListener }, { UdpListener }] = await Promise.all([
      import("../../sources/limited-warnings.ts"),
      import("../../sources/tcp-listener.ts"),
      import("../../sources/udp-listener.ts"),
    ]);
    const filler = new BatchFiller(host.sink, host.now);
    const warnings = new LimitedWarnings(host.log, host.now);
    const held = new HeldRecords();
    const field = syslogHostField(host.ecs !== "disabled");
    const sourceOf = (address: string): Source => host.source([[field, address]]);
    const senders = new SenderSources(sourceOf);
    const connections = new TcpListener({
      host: settings.host,
      port: settings.port,
      proxyProtocol: settings.proxy_protocol,
      keepAlive: true,
      maxConnections: MOST_CONNECTIONS,
      warnings,
      open: (peer) => new StreamRecords(filler, sourceOf(peer.address), syslogFramer(), held, warnings),
    });
    await connections.listen();
    const datagrams = new UdpListener({
      host: settings.host,
      port: connections.port,
      bufferSize: BUFFER_SIZE,
      queueSize: QUEUE_SIZE,
      log: host.log,
      onDatagram(bytes, address) {
        const sender = senders.of(address);
        return filler.add(sender.source, bytes, 0, endOf(bytes), sender.next++, 0);
      },
    });
    try {
      await datagrams.listen();
    } catch (error) {
      await connections.close();
      throw error;
    }
    host.log.info("listening for syslog, TCP and UDP", { host: settings.host, port: connections.port });
    return {
      ended: new Promise<void>(() => {}),
      async stop(timeoutMs: number) {
        await atMost(
          timeoutMs,
          Promise.all([connections.close(), datagrams.close()]).then(() => filler.drain()),
        );
        warnings.flush();
      },
    };
  },
});

/** Without line ends and zero bytes behind the message. */
function endOf(bytes: Buffer): number {
  let end = bytes.length;
  while (end > 0 && (bytes[end - 1] === 0x0a || bytes[end - 1] === 0x0d || bytes[end - 1] === 0)) end--;
  return end;
}

function checkOptions(settings: Settings, ecs: EcsMode): OptionProblem[] {
  const problems: OptionProblem[] = [];
  if (settings.grok_pattern !== undefined) {
    const found = grok.check?.(grokOptions(settings, ecs !== "disabled") as never, ecs) ?? [];
    problems.push(...found.map((problem) => ({ ...problem, option: "grok_pattern" })));
  }
  const { locale } = timeOptions(settings, () => 0);
  try {
    Intl.getCanonicalLocales(locale);
  } catch {
    problems.push({ option: "locale", message: `${JSON.stringify(locale)} is no language`, help: "en, de-DE" });
    return problems;
  }
  try {
    syslogTimeReader(timeOptions(settings, () => 0));
  } catch (error) {
    problems.push({ option: "timezone", message: (error as Error).message });
  }
  return problems;
}
