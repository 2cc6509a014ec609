import type { Span } from "../../diagnostics/source.ts";
import type { ElasticsearchOutput, LogstashOutput, OutputConfig } from "./config.ts";
import { OUTPUT_TABLES } from "./output-settings.ts";
import { readTls } from "./read-tls.ts";
import { type ReadingContext, readSettings, type Settings } from "./settings.ts";
import type { YamlSetting } from "./yaml-settings.ts";

/** The one output that is enabled; undefined, with an error, when there is none or more than one. `settings`: those that begin with `output.`. */
export function readOutput(settings: readonly YamlSetting[], context: ReadingContext): OutputConfig | undefined {
  const { found } = context;
  const enabled: OutputConfig[] = [];
  let first: Span | undefined;
  for (const [kind, table] of Object.entries(OUTPUT_TABLES)) {
    const prefix = `output.${kind}.`;
    const own = settings.filter(({ name }) => name.startsWith(prefix) || `${name}.` === prefix);
    if (own.length === 0) continue;
    const named = own.filter(({ name }) => name.startsWith(prefix));
    const read = readSettings(
      named.map((setting) => ({ ...setting, name: setting.name.slice(prefix.length) })),
      table,
      context,
      prefix,
    );
    if (!read.boolean("enabled")) continue;
    if (enabled.length > 0)
      found.error("SHIP003", "more than one output is enabled", own[0]?.key, {
        help: "a shipper has one: set enabled: false for the others",
      });
    first = own[0]?.key;
    const output = outputOf(kind, read, first as Span, context);
    if (output !== undefined) enabled.push(output);
  }
  if (first === undefined && found.errors === 0)
    found.error("SHIP004", "there is no output", undefined, { help: 'output.logstash: { hosts: ["127.0.0.1:5044"] }' });
  return enabled[0];
}

function outputOf(kind: string, settings: Settings, at: Span, context: ReadingContext): OutputConfig | undefined {
  switch (kind) {
    case "logstash":
      return logstash(settings, at, context);
    case "elasticsearch":
      return elasticsearch(settings, context);
    case "file": {
      const path = settings.optional("path");
      if (path === undefined) {
        context.found.error("SHIP004", "output.file needs a path", at);
        return undefined;
      }
      return {
        kind: "file",
        path,
        filename: settings.text("filename"),
        rotateEveryBytes: settings.number("rotate_every_kb") * 1024,
        numberOfFiles: settings.within("number_of_files", 2, 1024),
        permissions: Number.parseInt(settings.text("permissions"), 8) || 0o600,
      };
    }
    default:
      return { kind: "console", pretty: settings.boolean("pretty") };
  }
}

function logstash(settings: Settings, at: Span, context: ReadingContext): LogstashOutput {
  const hosts = settings.list("hosts");
  if (hosts.length === 0)
    context.found.error("SHIP004", "output.logstash needs hosts", at, { help: '["127.0.0.1:5044"]' });
  return {
    kind: "logstash",
    hosts: hosts.flatMap((host) => receiver(host, settings.span("hosts"), context)),
    loadbalance: settings.boolean("loadbalance"),
    compressionLevel: settings.within("compression_level", 0, 9),
    workers: settings.within("workers", 1, 64),
    // 0 is "one at a time" in Beats.
    pipelining: Math.max(1, settings.within("pipelining", 0, 64)),
    bulkMaxSize: settings.within("bulk_max_size", 1, 65_536),
    slowStart: settings.boolean("slow_start"),
    timeoutMs: settings.duration("timeout"),
    ttlMs: settings.duration("ttl"),
    backoffInitMs: settings.duration("backoff.init"),
    backoffMaxMs: settings.duration("backoff.max"),
    index: settings.text("index"),
    tls: readTls(settings, "ssl.", "client"),
  };
}

function receiver(text: string, span: Span | undefined, { found }: ReadingContext): { host: string; port: number }[] {
  const match = /^(?:\w+:\/\/)?(\[[^\]]+\]|[^:/]+)(?::(\d{1,5}))?$/.exec(text.trim());
  if (match === null) {
    found.error("SHIP003", `${JSON.stringify(text)} is not host:port`, span);
    return [];
  }
  return [{ host: (match[1] as string).replace(/^\[|\]$/g, ""), port: Number(match[2] ?? 5044) }];
}

function elasticsearch(settings: Settings, context: ReadingContext): ElasticsearchOutput {
  const tls = readTls(settings, "ssl.", "client");
  const hosts = settings.list("hosts").flatMap((host) => address(host, settings, tls !== undefined, context));
  return {
    kind: "elasticsearch",
    hosts,
    username: settings.optional("username"),
    password: settings.optional("password"),
    apiKey: settings.optional("api_key"),
    compressionLevel: settings.within("compression_level", 0, 9),
    bulkMaxSize: settings.within("bulk_max_size", 1, 65_536),
    maxInFlight: Math.min(64, Math.max(1, settings.number("workers")) * 4 * Math.max(1, hosts.length)),
    timeoutMs: settings.duration("timeout"),
    backoffInitMs: settings.duration("backoff.init"),
    backoffMaxMs: settings.duration("backoff.max"),
    index: settings.optional("index"),
    pipeline: settings.optional("pipeline"),
    headers: Object.fromEntries(
      Object.entries(settings.tree<Record<string, unknown>>("headers")).map(([name, value]) => [name, String(value)]),
    ),
    tls,
  };
}

/** An address with scheme, port and path; a port that is not named is 9200. */
function address(text: string, settings: Settings, secured: boolean, { found }: ReadingContext): string[] {
  const scheme = settings.has("protocol") ? settings.text("protocol") : secured ? "https" : "http";
  const whole = /^https?:\/\//.test(text) ? text : `${scheme}://${text}`;
  if (!URL.canParse(whole)) {
    found.error("SHIP003", "an address in hosts is no URL", settings.span("hosts"), { help: "https://es1:9200" });
    return [];
  }
  const url = new URL(whole);
  const named = /^https?:\/\/(?:[^@/]*@)?(?:\[[^\]]*\]|[^:/]*):\d+/.test(whole);
  if (!named) url.port = "9200";
  if (url.pathname === "/" && settings.text("path") !== "") url.pathname = settings.text("path");
  return [url.href.replace(/\/$/, "")];
}
