import type { ConnectionOptions } from "node:tls";
import type { Source } from "../../event/record-batch.ts";
import { defineInput, type InputHost, type InputPlugin, type OptionProblem } from "../../plugin/definitions.ts";
import { boolean, codec, number, type OptionValues, text } from "../../plugin/options.ts";
import { atMost, BatchFiller } from "../../sources/batch-filler.ts";
import { lineFramer } from "../../sources/line-framer.ts";
import { HeldRecords, StreamRecords } from "../../sources/stream-records.ts";
import type { StreamOptions, TcpPeer } from "../../sources/tcp-stream.ts";
import { checkTlsClient, readTlsClient } from "../outputs/tls-client-options.ts";
import { tlsServerMaterial, tlsServerProblems } from "./tls-server-material.ts";
import { tlsServerEnabled, tlsServerOptions } from "./tls-server-options.ts";

const options = {
  host: text({ description: "Address to listen on; in client mode the server", default: "0.0.0.0" }),
  port: number({ description: "Port to listen on; in client mode the server's", required: true, range: [0, 65535] }),
  mode: text({
    description: "server takes connections, client connects to a server and reads what it sends",
    default: "server",
    choices: ["server", "client"],
  }),
  codec: codec({ description: "How the bytes become events", default: { name: "line", options: {} } }),
  proxy_protocol: boolean({
    description: "Connections begin with a PROXY header (version 1), which says where they come from",
    default: false,
  }),
  dns_reverse_lookup_enabled: boolean({ description: "Ask for the names of clients' addresses", default: true }),
  tcp_keep_alive: boolean({ description: "Probe connections on which nothing comes", default: false }),
  ssl_verification_mode: text({
    description: "In client mode, how far to check the server's certificate: full, or none at all",
    choices: ["full", "none"],
  }),
  data_timeout: number({ description: "Seconds without data", obsolete: "connections stay until one side ends them" }),
  ...tlsServerOptions("required"),
};

type Settings = OptionValues<typeof options>;

/** Connections open at a time. */
const MOST_CONNECTIONS = 10_000;
const RETRY_MS = 1000;
const MOST_RETRY_MS = 30_000;

export const tcp: InputPlugin = defineInput({
  name: "tcp",
  summary: "Reads events from TCP connections; each connection is a stream of its own.",
  options,
  differs: [
    `At most ${MOST_CONNECTIONS.toLocaleString("en")} connections are open at a time; a further one is closed, and that is said.`,
    "Where the codec does not cut streams (plain, json, cef without a delimiter), lines are cut.",
    "A last line without its end counts when the connection ends, breaks, or Antler stops.",
    "Lines that do not end and together hold more than 256 MiB are cut; one of more than 10 MiB always is.",
    "The name of an address is asked of the name servers once in ten minutes, at most 2 s, with the first bytes waiting; a client without a name has its address as its name.",
    "A server that cannot be reached in client mode is tried again after 1 s, later after up to 30 s.",
    "ssl_cipher_suites and ssl_supported_protocols: as OpenSSL has them; versions between the lowest and the highest named are spoken too.",
  ],
  examples: [
    { title: "Lines", config: "tcp { port => 5000 }" },
    { title: "JSON, a document a line", config: "tcp { port => 5000 codec => json_lines }" },
    {
      title: "With TLS, for anyone",
      config:
        'tcp { port => 6514 ssl_enabled => true ssl_certificate => "/etc/antler/tls/server.crt" ssl_key => "/etc/antler/tls/server.key" ssl_client_authentication => "none" }',
    },
    { title: "Reading from a server", config: 'tcp { mode => "client" host => "10.0.0.7" port => 5000 }' },
  ],
  defaultCodec: "line",

  check: (settings) => (settings.mode === "server" ? checkServer(settings) : checkClient(settings)),

  async start(settings, host) {
    const [{ LimitedWarnings }, { ReverseLookup }] = await Promise.all([
      import("../../sources/limited-warnings.ts"),
      import("../../sources/reverse-lookup.ts"),
    ]);
    const filler = new BatchFiller(host.sink, host.now);
    const warnings = new LimitedWarnings(host.log, host.now);
    const held = new HeldRecords();
    const names = settings.dns_reverse_lookup_enabled ? new ReverseLookup(host.now) : undefined;
    const stream = {
      proxyProtocol: settings.proxy_protocol,
      warnings,
      open: async (peer: TcpPeer) => {
        const name = (await names?.nameOf(peer.address)) ?? peer.address;
        const source = host.source(peerFields(peer, name, host.ecs !== "disabled"));
        return new StreamRecords(filler, source, host.framer() ?? lineFramer("\n"), held, warnings);
      },
    };
    const connections =
      settings.mode === "server" ? await listen(settings, host, stream) : await dial(settings, stream);
    return {
      ended: new Promise<void>(() => {}),
      async stop(timeoutMs: number) {
        await atMost(
          timeoutMs,
          connections.close().then(() => filler.drain()),
        );
        warnings.flush();
      },
    };
  },
});

interface Connections {
  close(): Promise<void>;
}

async function listen(settings: Settings, host: InputHost, stream: StreamOptions): Promise<Connections> {
  const { TcpListener } = await import("../../sources/tcp-listener.ts");
  const listener = new TcpListener({
    ...stream,
    host: settings.host,
    port: settings.port,
    keepAlive: settings.tcp_keep_alive,
    maxConnections: MOST_CONNECTIONS,
    tls: tlsServerEnabled(settings) ? tlsServerMaterial(settings, "required") : undefined,
  });
  await listener.listen();
  host.log.info("listening for TCP connections", { host: settings.host, port: listener.port });
  return listener;
}

async function dial(settings: Settings, stream: StreamOptions): Promise<Connections> {
  const { TcpDialer } = await import("../../sources/tcp-dialer.ts");
  const tls = tlsServerEnabled(settings) ? await readTlsClient(clientTls(settings), false) : undefined;
  return new TcpDialer({
    ...stream,
    host: settings.host,
    port: settings.port,
    keepAlive: settings.tcp_keep_alive,
    retryMs: RETRY_MS,
    mostRetryMs: MOST_RETRY_MS,
    tls: tls as ConnectionOptions | undefined,
  });
}

function clientTls(settings: Settings): Parameters<typeof readTlsClient>[0] {
  const certificate = settings.ssl_certificate ?? settings.ssl_cert;
  const verified = settings.ssl_verification_mode ?? (settings.ssl_verify === false ? "none" : "full");
  return { ...settings, ssl_certificate: certificate, ssl_verification_mode: verified };
}

function checkServer(settings: Settings): OptionProblem[] {
  const problems = tlsServerProblems(settings, "required");
  if (settings.ssl_verification_mode !== undefined)
    problems.push({
      option: "ssl_verification_mode",
      message: "ssl_verification_mode is for client mode",
      help: "use ssl_client_authentication",
    });
  const { ssl_client_authentication: asked, ssl_certificate_authorities: authorities, ssl_cacert: old } = settings;
  const wants = asked !== undefined && asked !== "none" && tlsServerEnabled(settings);
  if (wants && authorities.length === 0 && old === undefined)
    problems.push({
      option: "ssl_client_authentication",
      message: `ssl_client_authentication => ${asked} needs ssl_certificate_authorities`,
    });
  const said = asked !== undefined || settings.ssl_verify !== undefined || settings.ssl_verify_mode !== undefined;
  if (!said && tlsServerEnabled(settings) && authorities.length === 0 && old === undefined)
    problems.push({
      option: "ssl_enabled",
      severity: "warning",
      message: "clients must show a certificate of one of the well-known authorities",
      help: 'ssl_client_authentication => "none", or ssl_certificate_authorities',
    });
  return problems;
}

function checkClient(settings: Settings): OptionProblem[] {
  if (!tlsServerEnabled(settings)) return [];
  const problems = checkTlsClient(clientTls(settings));
  if (settings.ssl_client_authentication !== undefined)
    problems.push({
      option: "ssl_client_authentication",
      message: "ssl_client_authentication is for server mode",
      help: "use ssl_verification_mode",
    });
  return problems;
}

/** Source: Logstash, "Tcp input plugin", event metadata and ECS. */
function peerFields(peer: TcpPeer, name: string, ecs: boolean): Source["fields"] {
  const { address, port, proxy, subject } = peer;
  const place = (path: string, legacy: string): string => (ecs ? `[@metadata][input][tcp]${path}` : legacy);
  return [
    [place("[source][name]", "host"), name],
    [place("[source][ip]", "[@metadata][ip_address]"), address],
    [place("[source][port]", "port"), port],
    ...(proxy === undefined
      ? []
      : ([
          [place("[proxy][ip]", "proxy_host"), proxy.address],
          [place("[proxy][port]", "proxy_port"), proxy.port],
        ] as const)),
    ...(subject === undefined ? [] : [[place("[tls][client][subject]", "sslsubject"), subject] as const]),
  ];
}
