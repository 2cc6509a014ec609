import type { Socket } from "node:net";
import type { Source } from "../../event/record-batch.ts";
import {
  type Decoder,
  type DecoderHost,
  defineInput,
  type InputHost,
  type InputPlugin,
  type OptionProblem,
} from "../../plugin/definitions.ts";
import { codec, fieldReference, hash, number, type OptionValues, password, text } from "../../plugin/options.ts";
import { BatchFiller } from "../../sources/batch-filler.ts";
import { type CharsetDecoder, charsetDecoder } from "../codecs/charset.ts";
import { fieldsBefore, type HttpFieldNames, requestFields, restoreFields } from "./http-fields.ts";
import { type BodyPlan, HeldBytes, HttpIntake, type RecordSource } from "./http-intake.ts";
import { tlsServerMaterial, tlsServerProblems } from "./tls-server-material.ts";
import { tlsServerEnabled, tlsServerOptions } from "./tls-server-options.ts";

const options = {
  host: text({ description: "Address to listen on", default: "0.0.0.0" }),
  port: number({ description: "Port to listen on", default: 8080, range: [0, 65535] }),
  user: text({ description: "Name that clients must log in with (basic authentication)" }),
  password: password({ description: "Password of `user`" }),
  codec: codec({
    description: "How bodies become events, unless `additional_codecs` names another",
    default: { name: "plain", options: {} },
  }),
  additional_codecs: hash({
    description: "Codecs, with their default options, by content type",
    default: { "application/json": "json" },
  }),
  remote_host_target_field: fieldReference({
    description: "Field for the client's address; default: `[host][ip]`, without ECS `host`",
  }),
  request_headers_target_field: fieldReference({
    description:
      "Field for the request's headers; default: `[@metadata][input][http][request][headers]`, without ECS `headers`",
  }),
  response_code: number({
    description: "Status of the answer when events have arrived: 200, 201, 202 or 204",
    default: 200,
  }),
  response_headers: hash({ description: "Headers of that answer", default: { "Content-Type": "text/plain" } }),
  max_content_length: number({
    description: "Longest body in bytes, unpacked; a longer one is answered 413",
    default: 104_857_600,
    range: [1, Number.MAX_SAFE_INTEGER],
  }),
  max_pending_requests: number({
    description: "Requests that may be under way; a further one is answered 429",
    default: 200,
    range: [1, 1_000_000],
  }),
  ...tlsServerOptions(),
  threads: number({ description: "Threads", ignored: "one event loop reads all connections" }),
  keystore: text({ description: "Java keystore", obsolete: "use ssl_certificate and ssl_key with PEM files" }),
  keystore_password: password({ description: "Password of the keystore", obsolete: "use ssl_key_passphrase" }),
  verify_mode: text({
    description: "Whether clients must show a certificate",
    obsolete: "use ssl_client_authentication",
  }),
};

type Settings = OptionValues<typeof options>;

/** Record flags below this are the framer's; above stands which codec reads the record. */
const CODEC_SHIFT = 8;
const HEAD_MS = 30_000;
/** A body must bring so much in so many milliseconds while it is read. */
const SLOW_WINDOW_MS = 15_000;
const SLOW_BYTES = 512;
/** Memory for bodies that are not whole yet; at least one of the greatest length fits. */
const HELD_BYTES = 128 * 1024 * 1024;

export const http: InputPlugin = defineInput({
  name: "http",
  summary: "Receives events over HTTP and answers when they have arrived.",
  options,
  differs: [
    "A request is answered when its events have arrived (or are dead-lettered or filtered out), not when they are in a queue in memory; with a persistent queue, when they are on disk. A client that gets 200 need not send again.",
    "A body that is no JSON, where the codec is json, is answered 400 with the reason and makes no event; Logstash answers 200 and makes an event tagged `_jsonparsefailure`. JSON that is neither an object nor an array of objects still makes that event.",
    "JSON arrays over 1 MiB are cut into their elements while they come in. When such a body turns out to be broken behind its first elements, those are events already: a client that sends it again doubles them.",
    "Codecs that cut streams (line, json_lines, multiline, csv, es_bulk) cut bodies too.",
    "max_pending_requests counts all requests under way; bodies that together hold more memory than 128 MiB (or max_content_length) are answered 429 too.",
    "Content encodings: gzip, deflate, br; another is answered 415. A body that brings less than 512 bytes in 15 s, twice in a row, is answered 408.",
  ],
  examples: [
    { title: "JSON and text on port 8080", config: "http { }" },
    {
      title: "Lines, with a login",
      config:
        'http { host => "127.0.0.1" port => 8081 user => "shop" password => "${HTTP_PASSWORD:secret}" codec => line }',
    },
    {
      title: "TLS",
      config:
        'http { port => 8443 ssl_enabled => true ssl_certificate => "/etc/antler/tls/server.crt" ssl_key => "/etc/antler/tls/server.key" }',
    },
    {
      title: "Elasticsearch's bulk format",
      config: 'http { port => 9201 additional_codecs => { "application/x-ndjson" => "es_bulk" } }',
    },
  ],
  defaultCodec: "plain",
  check: checkOptions,
  furtherCodecs: ({ additional_codecs }) => ({
    option: "additional_codecs",
    names: Object.values(additional_codecs).map(String),
  }),
  decoder: requestDecoder,

  async start(settings, host) {
    const { HttpListener } = await import("../../sources/http/listener.ts");
    const filler = new BatchFiller(host.sink, host.now);
    const intake = new HttpIntake(filler, new HeldBytes(Math.max(HELD_BYTES, settings.max_content_length)));
    const planOf = bodyPlans(settings, host);
    const sourceOf = requestSources(host);
    const listener = new HttpListener({
      host: settings.host,
      port: settings.port,
      tls: tlsServerEnabled(settings) ? tlsServerMaterial(settings) : undefined,
      login:
        settings.user === undefined ? undefined : { user: settings.user, password: settings.password?.reveal() ?? "" },
      maxPending: settings.max_pending_requests,
      body: { maxBytes: settings.max_content_length, windowMs: SLOW_WINDOW_MS, minBytes: SLOW_BYTES },
      headMs: HEAD_MS,
      answer: {
        status: settings.response_code,
        headers: Object.fromEntries(
          Object.entries(settings.response_headers).map(([name, value]) => [name, String(value)]),
        ),
      },
      log: host.log,
      onRequest: ({ message, remoteAddress, body }) =>
        intake.take(
          sourceOf(message.socket, requestFields(message, remoteAddress, fieldNames(settings, host))),
          body,
          planOf(message.headers["content-type"] ?? ""),
        ),
    });
    await listener.listen();
    host.log.info("listening for HTTP", { host: settings.host, port: listener.port });
    return {
      ended: new Promise<void>(() => {}),
      async stop(timeoutMs: number) {
        filler.flush();
        await listener.close(timeoutMs);
      },
    };
  },
});

function checkOptions(settings: Settings): OptionProblem[] {
  const problems = tlsServerProblems(settings);
  if (![200, 201, 202, 204].includes(settings.response_code))
    problems.push({
      option: "response_code",
      message: `the answer cannot be ${settings.response_code}`,
      help: "200, 201, 202 or 204",
    });
  if (settings.user !== undefined && settings.password === undefined)
    problems.push({ option: "user", message: "user needs password" });
  if (settings.password !== undefined && settings.user === undefined)
    problems.push({ option: "password", message: "password needs user" });
  return problems;
}

function fieldNames(settings: Settings, host: { readonly ecs: InputHost["ecs"] }): HttpFieldNames {
  const ecs = host.ecs !== "disabled";
  return {
    remoteHost: settings.remote_host_target_field ?? (ecs ? "[host][ip]" : "host"),
    headers: settings.request_headers_target_field ?? (ecs ? "[@metadata][input][http][request][headers]" : "headers"),
    ecs,
  };
}

function mimeType(contentType: string): string {
  return (contentType.split(";", 1)[0] as string).trim().toLowerCase();
}

/** How bodies of a content type are read. @throws RangeError for codecs that there are not */
function bodyPlans(settings: Settings, host: InputHost): (contentType: string) => BodyPlan {
  const byType = new Map<string, { readonly name: string; readonly flags: number }>();
  Object.entries(settings.additional_codecs).forEach(([type, name], i) => {
    host.framerOf(String(name));
    byType.set(type.toLowerCase(), { name: String(name), flags: (i + 1) << CODEC_SHIFT });
  });
  return (contentType) => {
    const own = byType.get(mimeType(contentType));
    const name = own?.name ?? settings.codec.name;
    return {
      framer: own === undefined ? host.framer() : host.framerOf(own.name),
      json: name === "json",
      charset: charsetOf(contentType),
      flags: own?.flags ?? 0,
    };
  };
}

/** For bodies that say that they are in another encoding than UTF-8; one that is not known counts as UTF-8. */
function charsetOf(contentType: string): CharsetDecoder | undefined {
  const name = /;\s*charset="?([^";\s]+)/i.exec(contentType)?.[1];
  if (name === undefined) return undefined;
  try {
    return charsetDecoder(name);
  } catch {
    return undefined;
  }
}

/** A connection's requests are of one source while they say the same of themselves. */
function requestSources(host: InputHost): (socket: Socket, fields: Source["fields"]) => RecordSource {
  const known = new WeakMap<Socket, { readonly key: string; readonly source: RecordSource }>();
  return (socket, fields) => {
    const key = JSON.stringify(fields);
    const before = known.get(socket);
    if (before?.key === key) return before.source;
    const source = { source: host.source(fields), next: 0 };
    known.set(socket, { key, source });
    return source;
  };
}

function requestDecoder(settings: Settings, host: DecoderHost, codecDecoder: Decoder): Decoder {
  const decoders = [
    codecDecoder,
    // Codecs that there are not have been told before.
    ...Object.values(settings.additional_codecs).map((name) => host.decoderOf(String(name)) ?? codecDecoder),
  ];
  return {
    decode(record, event, more) {
      const decoder = decoders[record.flags >>> CODEC_SHIFT] ?? codecDecoder;
      const before = fieldsBefore(event);
      const made = [event];
      const own = { ...record, flags: record.flags & ((1 << CODEC_SHIFT) - 1) };
      decoder.decode(own, event, () => {
        const another = more();
        made.push(another);
        return another;
      });
      for (const one of made) restoreFields(one, before);
    },
  };
}
