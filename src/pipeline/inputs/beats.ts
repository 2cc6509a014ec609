import { copyValue, type Event } from "../../event/event.ts";
import { FieldReference } from "../../event/field-reference.ts";
import { TextSlice } from "../../event/lazy-value.ts";
import type { Source } from "../../event/record-batch.ts";
import { Timestamp } from "../../event/timestamp.ts";
import { isTree, type StoredTree, setOwn, type Value } from "../../event/value.ts";
import type { TlsPeer } from "../../lumberjack/events.ts";
import { type Decoder, defineInput, type InputPlugin, type RecordView } from "../../plugin/definitions.ts";
import { boolean, codec, list, number, type OptionValues, text } from "../../plugin/options.ts";
import { BatchFiller } from "../../sources/batch-filler.ts";
import { parseJson } from "../../transform/parse-json.ts";
import { receiveBlocks } from "./beats-blocks.ts";
import { tlsServerMaterial, tlsServerProblems } from "./tls-server-material.ts";
import { tlsServerEnabled, tlsServerOptions } from "./tls-server-options.ts";

const options = {
  host: text({ description: "Address to listen on", default: "0.0.0.0" }),
  port: number({ description: "Port to listen on", required: true, range: [0, 65535] }),
  codec: codec({ description: "How `message` becomes fields", default: { name: "plain", options: {} } }),
  client_inactivity_timeout: number({
    description: "Seconds without data after which a sender is disconnected",
    default: 60,
  }),
  executor_threads: number({ description: "Threads", ignored: "one event loop reads all connections" }),
  event_loop_threads: number({ description: "Threads", ignored: "one event loop reads all connections" }),
  include_codec_tag: boolean({ description: "Tag events with the codec that was applied", default: true }),
  enrich: list({
    description: "What is added to events",
    default: ["codec_metadata", "source_metadata"],
    choices: ["none", "all", "codec_metadata", "source_metadata", "ssl_peer_metadata"],
  }),
  add_hostname: boolean({
    description: "Copy the sender's name into `host`",
    default: false,
    ignored: "senders write host.name themselves",
  }),
  ssl_peer_metadata: boolean({
    description: "Add what the sender's certificate says",
    default: false,
    deprecated: "use enrich => [ssl_peer_metadata]",
  }),
  congestion_threshold: number({ description: "Seconds", obsolete: "senders are slowed by their connection" }),
  target_field_for_codec: text({ description: "Field that the codec decodes", obsolete: "it is `message`" }),
  ...tlsServerOptions(),
};

type Settings = OptionValues<typeof options>;

export const beats: InputPlugin = defineInput({
  name: "beats",
  summary:
    "Receives events from Filebeat, other Beats, and `antler ship`, and acknowledges them when they have arrived.",
  options,
  differs: [
    "A batch is acknowledged when its events have arrived (or are dead-lettered or filtered out), not when they are in a queue in memory; with a persistent queue, when they are on disk.",
    "At most 10,000 senders are connected at a time; a sender whose batch is not acknowledged is not read from beyond 8 MiB, all together 128 MiB. One event may have 64 MiB.",
    "ssl_cipher_suites and ssl_supported_protocols: as OpenSSL has them; versions between the lowest and the highest named are spoken too.",
  ],
  examples: [
    { title: "The usual port", config: "beats { port => 5044 }" },
    {
      title: "With TLS and client certificates",
      config:
        'beats { port => 5044 ssl_enabled => true ssl_certificate => "/etc/antler/tls/server.crt" ssl_key => "/etc/antler/tls/server.key" ssl_certificate_authorities => ["/etc/antler/tls/ca.crt"] ssl_client_authentication => "required" }',
    },
  ],
  defaultCodec: "plain",

  check: (settings) => tlsServerProblems(settings),

  decoder: (settings, host, codecDecoder) => beatsDecoder(settings, host.ecs !== "disabled", codecDecoder),

  async start(settings, host) {
    // Loaded here, since workers and `check` need only the options.
    const { LumberjackServer } = await import("../../lumberjack/server.ts");
    const filler = new BatchFiller(host.sink, host.now);
    const addressField = host.ecs === "disabled" ? "[@metadata][ip_address]" : "[@metadata][input][beats][host][ip]";
    const withAddress = adds(settings, "source_metadata");
    const withTls = adds(settings, "ssl_peer_metadata") || settings.ssl_peer_metadata;
    const tls = tlsServerEnabled(settings) ? tlsServerMaterial(settings) : undefined;
    const server = new LumberjackServer({
      host: settings.host,
      port: settings.port,
      ...(tls === undefined ? {} : { tls }),
      limits: { inactivityMs: settings.client_inactivity_timeout * 1000, handshakeMs: settings.ssl_handshake_timeout },
      log: host.log,
      onEvents: receiveBlocks(filler, (peer) =>
        host.source([
          ...(withAddress ? [[addressField, peer.address] as const] : []),
          ...(withTls ? peerFields(peer.tls, host.ecs !== "disabled") : []),
        ]),
      ),
    });
    await server.listen();
    return {
      ended: new Promise<void>(() => {}),
      async stop(timeoutMs: number) {
        filler.flush();
        await server.close(timeoutMs);
      },
    };
  },
});

/** What is known of the sender's TLS. Source: Logstash, "Beats input plugin", `enrich`. */
function peerFields(tls: TlsPeer | undefined, ecs: boolean): Source["fields"] {
  const status = ["[@metadata][tls_peer][status]", tls?.verified === true ? "verified" : "unverified"] as const;
  if (tls?.verified !== true) return [status];
  const names = ecs
    ? ["[@metadata][input][beats][tls][version_protocol]", "[@metadata][input][beats][tls][cipher]"]
    : ["[@metadata][tls_peer][protocol]", "[@metadata][tls_peer][cipher_suite]"];
  const subject = ecs ? "[@metadata][input][beats][tls][client][subject]" : "[@metadata][tls_peer][subject]";
  return [
    status,
    [names[0] as string, tls.protocol],
    [names[1] as string, tls.cipher],
    ...(tls.subject === undefined ? [] : [[subject, tls.subject] as const]),
  ];
}

function adds(settings: Settings, what: string): boolean {
  return settings.enrich.includes(what) || settings.enrich.includes("all");
}

/** Events arrive as JSON. `message` is what the codec decodes; the sender's other fields hold where the codec gives the same. */
function beatsDecoder(settings: Settings, ecs: boolean, codec: Decoder): Decoder {
  const told = adds(settings, "codec_metadata");
  const tagged = settings.include_codec_tag && told;
  const tag = `beats_input_codec_${settings.codec.name}_applied`;
  const original = new FieldReference("[event][original]");
  const plain = codec.isPlain === true;
  return {
    decode(record, event, more) {
      const text = record.bytes.toString("utf8", record.start, record.end);
      let parsed: unknown;
      try {
        parsed = parseJson(text);
      } catch {
        parsed = undefined;
      }
      if (!isTree(parsed)) {
        event.fields["message"] = new TextSlice(record.bytes, record.start, record.end);
        event.tag("_jsonparsefailure");
        return;
      }
      adopt(parsed, event);
      const message = event.fields["message"];
      if (message === undefined || message === null) {
        if (tagged) event.tag("beats_input_raw_event");
      } else if (plain) {
        if (ecs && told && !original.has(event)) original.set(event, message);
        if (tagged) event.tag(tag);
      } else {
        const bytes = Buffer.from(String(message));
        for (const one of decodeMessage(codec, { ...record, bytes, start: 0, end: bytes.length }, event, more))
          if (tagged) one.tag(tag);
      }
    },
  };
}

/** The events that a codec makes of the message, each with the sender's fields. */
function decodeMessage(codec: Decoder, record: RecordView, event: Event, more: () => Event): Event[] {
  const { message: _message, ...sent } = event.fields;
  const sentMetadata = event.metadata;
  event.fields = { "@timestamp": sent["@timestamp"] as Timestamp };
  event.metadata = {};
  const made = [event];
  codec.decode(record, event, () => {
    const another = more();
    made.push(another);
    return another;
  });
  for (const one of made) {
    Object.assign(one.fields, one === event ? sent : copyValue(sent));
    Object.assign(one.metadata, one === event ? sentMetadata : copyValue(sentMetadata));
  }
  return made;
}

/** Moves the parsed fields into the event; `@timestamp` and `@metadata` find their places. */
function adopt(parsed: StoredTree, event: { fields: StoredTree; metadata: StoredTree }): void {
  const metadata = parsed["@metadata"];
  if (isTree(metadata)) for (const key of Object.keys(metadata)) setOwn(event.metadata, key, metadata[key] as Value);
  delete parsed["@metadata"];
  const time = parsed["@timestamp"];
  const timestamp = typeof time === "string" ? Timestamp.parse(time) : undefined;
  const before = event.fields;
  event.fields = parsed;
  parsed["@timestamp"] = timestamp ?? (before["@timestamp"] as Timestamp);
  for (const key of Object.keys(before)) if (!Object.hasOwn(parsed, key)) setOwn(parsed, key, before[key] as Value);
}
