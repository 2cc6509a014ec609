import type { Span } from "../../diagnostics/source.ts";
import type { CommonInput, ListenInput } from "./config.ts";
import { readTls } from "./read-tls.ts";
import type { ReadingContext, Settings } from "./settings.ts";

/** `syslog`, `tcp`, `udp`. */
export function readListenInput(
  type: "syslog" | "tcp" | "udp",
  common: CommonInput,
  settings: Settings,
  at: Span,
  { found }: ReadingContext,
): ListenInput | undefined {
  const protocols = (["tcp", "udp"] as const).filter((name) => settings.has(`protocol.${name}.host`) || type === name);
  const protocol = protocols[0];
  if (protocol === undefined || protocols.length > 1) {
    found.error("SHIP004", "a syslog input needs one protocol", at, { help: "protocol.udp.host: localhost:9000" });
    return undefined;
  }
  const prefix = type === "syslog" ? `protocol.${protocol}.` : "";
  const span = settings.span(`${prefix}host`);
  const address = /^(?:\[([^\]]+)\]|([^:]*)):(\d{1,5})$/.exec(settings.optional(`${prefix}host`) ?? "");
  if (address === null || Number(address[3]) > 65_535) {
    found.error("SHIP004", `${prefix}host is an address and a port`, span ?? at, { help: "localhost:9000" });
    return undefined;
  }
  const delimiter = settings.text(`${prefix}line_delimiter`);
  if (delimiter !== "\n" && delimiter !== "\\n")
    found.error("SHIP003", "line_delimiter can only be a line feed", settings.span(`${prefix}line_delimiter`));
  const framing = `${prefix}framing`;
  const usualFraming = type === "syslog" ? "rfc6587" : "delimiter";
  const tls = protocol === "tcp" ? readTls(settings, `${prefix}ssl.`, "server") : undefined;
  if (tls !== undefined && (tls.certificate === undefined || tls.key === undefined))
    found.error("SHIP004", `TLS needs ${prefix}ssl.certificate and ${prefix}ssl.key`, span ?? at);
  return {
    ...common,
    kind: "listen",
    protocol,
    // An empty host is every address in Beats.
    host: address[1] ?? (address[2] === "" ? "0.0.0.0" : (address[2] as string)),
    port: Number(address[3]),
    raw: type !== "syslog",
    framing: settings.has(framing) ? settings.choice(framing, ["rfc6587", "delimiter"]) : usualFraming,
    format: type === "syslog" ? settings.choice("format", ["auto", "rfc3164", "rfc5424"]) : "auto",
    timezone: type === "syslog" ? settings.text("timezone") : "Local",
    maxMessageBytes: settings.within(`${prefix}max_message_size`, 1, 2 ** 28),
    maxConnections: settings.number(`${prefix}max_connections`) || 1024,
    timeoutMs: settings.duration(`${prefix}timeout`),
    receiveBufferBytes: settings.has(`${prefix}read_buffer`) ? settings.number(`${prefix}read_buffer`) : undefined,
    tls,
  };
}
