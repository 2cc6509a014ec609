import { setMaxListeners } from "node:events";
import {
  type Deliverer,
  type DeliveryOutcome,
  defineOutput,
  type OptionProblem,
  type OutputPlugin,
  type PluginHost,
} from "../../plugin/definitions.ts";
import { boolean, codec, number, type OptionValues, path, text } from "../../plugin/options.ts";
import {
  type AddressedEvents,
  addressedEncoder,
  byAddress,
  isConstantAddress,
  outcomeOf,
  portNumber,
} from "./addressed.ts";
import { NoSuchHost, TcpLink } from "./tcp-link.ts";
import { TcpServer } from "./tcp-server.ts";
import { checkTlsClient, readTlsClient, type TlsClientSettings, tlsClientOptions } from "./tls-client-options.ts";
import { Trouble } from "./trouble.ts";

const options = {
  host: text({
    description: "Server to connect to, which may hold `%{field}`; with mode server the address to listen on",
    required: true,
  }),
  port: text({
    description: "Its port, which may hold `%{field}`; with mode server the port to listen on",
    required: true,
  }),
  mode: text({
    description: "Connect to a server, or be one whose clients get the events",
    default: "client",
    choices: ["client", "server"],
  }),
  codec: codec({
    description: "How events are written; json puts nothing between them, json_lines a line feed",
    default: { name: "json", options: {} },
  }),
  reconnect_interval: number({
    description: "Seconds before the next attempt to connect",
    default: 10,
    range: [0.001, 86_400],
  }),
  ssl_enabled: boolean({ description: "Use TLS", default: false }),
  ...tlsClientOptions,
  ssl_client_authentication: text({
    description: "With mode server: whether clients must show a certificate",
    default: "none",
    choices: ["none", "optional", "required"],
  }),
  ssl_enable: boolean({ description: "Use TLS", deprecated: "use ssl_enabled" }),
  ssl_cert: path({ description: "Certificate to show, PEM", deprecated: "use ssl_certificate" }),
  ssl_cacert: path({ description: "CA certificate to trust", deprecated: "use ssl_certificate_authorities" }),
  ssl_verify: boolean({
    description: "Check the other side's certificate",
    deprecated: "use ssl_verification_mode, or ssl_client_authentication with mode server",
  }),
  message_format: text({ description: "What is written", obsolete: "use codec => line { format => … }" }),
};

type Settings = OptionValues<typeof options>;

const CONNECT_MS = 10_000;
/** Connections to addresses that events have chosen; the one unused for longest is closed. */
const LINKS_LIMIT = 256;
const PATIENCE_MS = 60_000;

export const tcp: OutputPlugin = defineOutput({
  name: "tcp",
  summary: "Writes events to a TCP server, or to all clients that connect.",
  options,
  differs: [
    "Events count as delivered when the system has taken them for a live connection; those of a connection that breaks before that are sent again on the next one, perhaps twice. What the system had taken and the other side had not read when a connection breaks is lost, as TCP tells nobody; a warning says so each time.",
    "With mode server events wait while there is no client; Logstash drops them. A client that takes nothing for 60 s is disconnected.",
    "host and port may hold `%{field}` with mode client; an event that makes no address of it is dead-lettered.",
  ],
  examples: [
    { title: "JSON lines to a server", config: 'tcp { host => "10.0.0.5" port => 5000 codec => json_lines }' },
    {
      title: "For whoever connects",
      config: 'tcp { mode => "server" host => "127.0.0.1" port => 5001 codec => line { format => "%{message}" } }',
    },
    {
      title: "Over TLS",
      config:
        'tcp { host => "logs.example.com" port => 6514 codec => json_lines ssl_enabled => true ssl_certificate_authorities => "/etc/antler/tls/ca.crt" }',
    },
  ],
  defaultCodec: "json",
  check: checkOptions,
  encoder: ({ host, port, mode }, _host, codecEncoder) =>
    mode === "server" ? codecEncoder : addressedEncoder(host, port, codecEncoder),
  deliverer: (settings, host) =>
    settings.mode === "server" ? serverDeliverer(settings, host) : clientDeliverer(settings, host),
});

/** Options of TLS, the old names in the places of the new. */
function tlsSettings(settings: Settings): TlsClientSettings & { readonly enabled: boolean; readonly clients: string } {
  const { ssl_cacert: ca, ssl_verify: verify } = settings;
  return {
    ...settings,
    ssl_certificate: settings.ssl_certificate ?? settings.ssl_cert,
    ssl_certificate_authorities: [...settings.ssl_certificate_authorities, ...(ca === undefined ? [] : [ca])],
    ssl_verification_mode: verify === undefined ? settings.ssl_verification_mode : verify ? "full" : "none",
    enabled: settings.ssl_enabled || settings.ssl_enable === true,
    clients: verify === true ? "required" : settings.ssl_client_authentication,
  };
}

function checkOptions(settings: Settings): OptionProblem[] {
  const tls = tlsSettings(settings);
  const problems: OptionProblem[] = tls.enabled ? checkTlsClient(tls) : [];
  const isServer = settings.mode === "server";
  if (isConstantAddress(settings.host, settings.port)) {
    // 0 lets the system choose where to listen.
    if (portNumber(settings.port) === undefined && !(isServer && settings.port === "0"))
      problems.push({ option: "port", message: `${JSON.stringify(settings.port)} is no port`, help: "1 to 65535" });
  } else if (isServer) problems.push({ option: "host", message: "with mode server host and port cannot hold fields" });
  if (isServer && tls.enabled && tls.ssl_certificate === undefined)
    problems.push({ option: "ssl_certificate", message: "a TLS server needs ssl_certificate and ssl_key" });
  if (isServer && tls.clients !== "none" && tls.ssl_certificate_authorities.length === 0)
    problems.push({
      option: "ssl_client_authentication",
      message: "checking clients needs ssl_certificate_authorities",
    });
  return problems;
}

async function clientDeliverer(settings: Settings, host: PluginHost): Promise<Deliverer> {
  const own = tlsSettings(settings);
  const tls = own.enabled ? await readTlsClient(own, true) : undefined;
  const links = new Map<string, TcpLink>();
  const doubt = new Map<string, number>();

  /** A connection that breaks now and then is said each time, one that does so all the time once a minute. */
  function inDoubt(to: string, reason: string): void {
    const now = host.now();
    if (now - (doubt.get(to) ?? Number.NEGATIVE_INFINITY) < 60_000) return;
    doubt.set(to, now);
    host.log.warn("a tcp connection broke; what was sent last may not have been read", { to, reason });
  }

  function linkTo({
    text,
    address,
  }: AddressedEvents & { readonly address: NonNullable<AddressedEvents["address"]> }): TcpLink {
    const link =
      links.get(text) ??
      new TcpLink({
        address,
        tls,
        reconnectMs: settings.reconnect_interval * 1000,
        connectMs: CONNECT_MS,
        finalNames: !isConstantAddress(settings.host, settings.port),
        trouble: new Trouble(host.log, host.now, `tcp ${text}`),
        inDoubt: (reason) => inDoubt(text, reason),
      });
    links.delete(text);
    links.set(text, link);
    if (links.size > LINKS_LIMIT) {
      const unused = [...links].find(([, one]) => one !== link && one.isIdle);
      if (unused !== undefined) {
        links.delete(unused[0]);
        doubt.delete(unused[0]);
        unused[1].close().catch(() => undefined);
      }
    }
    return link;
  }

  async function deliverGroup(group: AddressedEvents, signal: AbortSignal): Promise<DeliveryOutcome["rejected"]> {
    const { address, indices } = group;
    if (address === undefined)
      return indices.map((index) => ({ index, code: "bad_address", reason: `there is no address "${group.text}"` }));
    try {
      await linkTo({ ...group, address }).send(Buffer.concat(group.payloads), signal);
      return [];
    } catch (error) {
      if (!(error instanceof NoSuchHost)) throw error;
      return indices.map((index) => ({ index, code: "ENOTFOUND", reason: error.message }));
    }
  }

  return {
    async deliver(events, signal) {
      // Each link listens to it.
      setMaxListeners(0, signal);
      const groups = byAddress(events, settings.host, settings.port);
      const rejected = await Promise.all(groups.map((group) => deliverGroup(group, signal)));
      return outcomeOf(events.count, rejected.flat());
    },
    trouble: () => [...links.values()].map(({ trouble }) => trouble).find((trouble) => trouble !== undefined),
    async close() {
      await Promise.all([...links.values()].map((link) => link.close()));
    },
  };
}

async function serverDeliverer(settings: Settings, host: PluginHost): Promise<Deliverer> {
  const own = tlsSettings(settings);
  const tls = own.enabled
    ? {
        ...(await readTlsClient(own, false)),
        requestCert: own.clients !== "none",
        rejectUnauthorized: own.clients === "required",
      }
    : undefined;
  const server = new TcpServer({
    host: settings.host,
    port: Number(settings.port),
    tls,
    patienceMs: PATIENCE_MS,
    log: host.log,
  });
  await server.listen();
  return {
    async deliver(events, signal) {
      setMaxListeners(0, signal);
      // The batch's memory is shared: sockets get bytes of their own.
      await server.send(Buffer.from(events.bytes), signal);
      return outcomeOf(events.count, []);
    },
    close: () => server.close(),
  };
}
