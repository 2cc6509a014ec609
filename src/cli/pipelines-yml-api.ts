import { isIP } from "node:net";
import type { DiagnosticCollector } from "../diagnostics/diagnostic.ts";
import type { ApiAddress } from "../telemetry/api-server.ts";
import type { YmlValue, YmlValues } from "./pipelines-yml-values.ts";

/** What the command line says of the endpoint, as text. */
export interface CommandLineApi {
  readonly enabled?: string | undefined;
  readonly host?: string | undefined;
  readonly port?: string | undefined;
}

const DEFAULT_ADDRESS: ApiAddress = { host: "127.0.0.1", from: 9600, to: 9700 };

/**
 * Where the endpoint for metrics and health listens; undefined: nowhere. Names, defaults and meaning are Logstash's ("logstash.yml"). What was asked for and
 * is not there, users and TLS, is an error where others could reach the endpoint, and a warning on loopback.
 */
export function apiAddress(
  values: YmlValues,
  given: CommandLineApi,
  found: DiagnosticCollector,
): ApiAddress | undefined {
  const enabled = given.enabled ?? values.get("api.enabled")?.value;
  if (enabled === "false") return undefined;
  const host = String(given.host ?? values.get("api.http.host")?.value ?? DEFAULT_ADDRESS.host);
  for (const value of [asked(values, "api.auth.type", "basic"), asked(values, "api.ssl.enabled", "true")]) {
    if (value === undefined) continue;
    const what = value.value === "basic" ? "no users (api.auth.type: basic)" : "no TLS (api.ssl.enabled: true)";
    if (isLoopback(host))
      found.warning(
        "CONF010",
        `the endpoint for metrics and health has ${what}; it listens on ${host} only`,
        value.span,
      );
    else
      found.error(
        "CONF016",
        `the endpoint for metrics and health has ${what}, and would be open to others on ${host}`,
        value.span,
        {
          help: "leave out api.http.host for 127.0.0.1, and put a proxy before it that asks for a password; or turn it off: api.enabled: false",
        },
      );
  }
  const port = values.get("api.http.port");
  const text = given.port ?? (port === undefined ? undefined : String(port.value));
  const ports = text === undefined ? DEFAULT_ADDRESS : portsOf(text);
  if (ports === undefined) {
    found.error(
      "CONF014",
      `api.http.port is a port or a range of ports: 9600, 9600-9700`,
      given.port === undefined ? port?.span : undefined,
    );
    return undefined;
  }
  return { host, from: ports.from, to: ports.to };
}

function asked(values: YmlValues, name: string, value: string): YmlValue | undefined {
  const given = values.get(name);
  return given?.value === value ? given : undefined;
}

/** `9600`, `9600-9700`, `9600..9700`; 0: any that is free. */
function portsOf(text: string): { from: number; to: number } | undefined {
  const [, first, last = first] = /^\s*(\d{1,5})\s*(?:(?:-|\.\.)\s*(\d{1,5})\s*)?$/.exec(text) ?? [];
  const from = Number(first);
  const to = Number(last);
  return from <= to && to <= 65535 ? { from, to } : undefined;
}

function isLoopback(host: string): boolean {
  if (host === "localhost" || host === "::1") return true;
  return isIP(host) === 4 && host.startsWith("127.");
}
