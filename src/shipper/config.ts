import { isMap, type Node } from "yaml";
import type { DiagnosticCollector } from "../diagnostics/diagnostic.ts";
import type { SourceText, Span } from "../diagnostics/source.ts";
import { suggest } from "../diagnostics/suggest.ts";
import type { ObjectValue } from "../event/value.ts";
import { compileRegexp } from "../language/regexp.ts";
import type { MultilineOptions } from "../tail/options.ts";
import { INPUT_SETTINGS, isWhole, TOP_SETTINGS, WITHOUT_EFFECT } from "./schema.ts";
import { KIND_EXAMPLES, readKind, type SettingKind } from "./setting-kinds.ts";
import { elements, flatten, parseYaml, plain, spanOf, type YamlSetting } from "./yaml-settings.ts";

export interface ShipperInput {
  readonly id: string;
  readonly paths: readonly string[];
  readonly excludeFiles: readonly RegExp[];
  readonly includeLines: readonly RegExp[];
  readonly excludeLines: readonly RegExp[];
  readonly encoding: string;
  readonly ignoreOlderMs: number;
  readonly closeInactiveMs: number;
  readonly closeRemoved: boolean;
  readonly closeRenamed: boolean;
  readonly harvesterLimit: number;
  readonly messageMaxBytes: number;
  readonly scanMs: number;
  readonly multiline: MultilineOptions | undefined;
  readonly fields: ObjectValue;
  readonly fieldsUnderRoot: boolean;
  readonly tags: readonly string[];
}

export interface LogstashOutput {
  readonly hosts: readonly { readonly host: string; readonly port: number }[];
  readonly loadbalance: boolean;
  readonly compressionLevel: number;
  readonly workers: number;
  readonly pipelining: number;
  /** Most events in a window. */
  readonly bulkMaxSize: number;
  readonly timeoutMs: number;
  readonly backoffInitMs: number;
  readonly backoffMaxMs: number;
  readonly tls: TlsSettings | undefined;
}

export interface TlsSettings {
  readonly certificateAuthorities: readonly string[];
  readonly certificate: string | undefined;
  readonly key: string | undefined;
  readonly keyPassphrase: string | undefined;
  readonly verificationMode: "full" | "certificate" | "none";
}

export interface ShipperConfig {
  readonly name: string | undefined;
  readonly inputs: readonly ShipperInput[];
  readonly output: LogstashOutput;
  readonly dataFolder: string | undefined;
}

/** Reads a shipper's configuration; everything wrong goes to `found`, and the result is to be used only when there are no errors. */
export function readShipperConfig(source: SourceText, found: DiagnosticCollector): ShipperConfig {
  return new ConfigReader(source, found).config();
}

class Settings {
  readonly #values = new Map<string, { value: unknown; span: Span }>();

  put(name: string, value: unknown, span: Span): void {
    this.#values.set(name, { value, span });
  }

  get<T>(name: string, fallback: T): T {
    return (this.#values.get(name)?.value as T | undefined) ?? fallback;
  }

  span(name: string): Span | undefined {
    return this.#values.get(name)?.span;
  }

  has(name: string): boolean {
    return this.#values.has(name);
  }
}

class ConfigReader {
  readonly #source: SourceText;
  readonly #found: DiagnosticCollector;

  constructor(source: SourceText, found: DiagnosticCollector) {
    this.#source = source;
    this.#found = found;
  }

  config(): ShipperConfig {
    const root = parseYaml(this.#source, this.#found);
    const settings = flatten(this.#source, root, isWhole);
    const top = this.#read(
      settings.filter(({ name }) => !this.#isInputs(name)),
      TOP_SETTINGS,
    );
    const inputs = settings
      .filter(({ name }) => this.#isInputs(name))
      .flatMap(({ node }) => elements(node).flatMap((item, i) => this.#input(item, i, top)));
    if (inputs.length === 0 && this.#found.errors === 0) {
      this.#found.error("SHIP004", "there is no enabled input", undefined, {
        help: "filebeat.inputs: [{ type: filestream, id: my-logs, paths: [/var/log/*.log] }]",
      });
    }
    const ids = new Set<string>();
    for (const { id } of inputs) {
      if (ids.has(id))
        this.#found.error("SHIP003", `two inputs have the id ${JSON.stringify(id)}`, undefined, {
          help: "give each input an id of its own",
        });
      ids.add(id);
    }
    return {
      name: top.get("name", undefined),
      inputs,
      output: this.#logstash(top),
      dataFolder: top.get("path.data", undefined),
    };
  }

  #isInputs(name: string): boolean {
    return name === "filebeat.inputs" || name === "inputs";
  }

  /** Checks names and kinds of settings. */
  #read(settings: readonly YamlSetting[], schema: Readonly<Record<string, SettingKind>>): Settings {
    const values = new Settings();
    for (const { name, key, span, node } of settings) {
      const kind = Object.hasOwn(schema, name) ? schema[name] : undefined;
      if (kind === undefined) {
        this.#unknown(name, key, Object.keys(schema));
        continue;
      }
      const value = plain(node, (variable) => {
        this.#found.error("CONF007", `the environment variable ${variable} is not set`, span, {
          help: `set it, or give a default: \${${variable}:default}`,
        });
      });
      if (value === null) continue;
      const read = readKind(kind, value);
      if (read === undefined) this.#found.error("SHIP003", `${name} must be ${KIND_EXAMPLES[kind]}`, span);
      else values.put(name, read, span);
    }
    return values;
  }

  #unknown(name: string, key: Span, known: readonly string[]): void {
    const idle = WITHOUT_EFFECT.find(([prefix]) => name === prefix || name.startsWith(prefix));
    if (idle !== undefined) {
      this.#found.warning("SHIP005", `the setting "${name}" has no effect`, key, { help: idle[1] });
      return;
    }
    const meant = suggest(name, known);
    this.#found.error(
      "SHIP002",
      `unknown setting "${name}"`,
      key,
      meant === undefined ? {} : { help: `did you mean "${meant}"?` },
    );
  }

  #input(item: Node, index: number, top: Settings): ShipperInput[] {
    const at = spanOf(this.#source, item);
    if (!isMap(item)) {
      this.#found.error("SHIP003", "an input is a list entry with names and values", at);
      return [];
    }
    const settings = this.#read(flatten(this.#source, item, isWhole), INPUT_SETTINGS);
    const type = settings.get<string>("type", "filestream");
    if (!settings.get("enabled", true)) return [];
    if (type !== "filestream" && type !== "log") {
      this.#found.error("SHIP003", `there is no input of type "${type}"`, settings.span("type"), {
        help: "filestream (or log) reads files",
      });
      return [];
    }
    const paths = settings.get<string[]>("paths", []);
    if (paths.length === 0) this.#found.error("SHIP004", "an input needs paths", { ...at, end: at.start + 1 });
    for (const path of paths) {
      if (!path.startsWith("/"))
        this.#found.error("SHIP003", `${JSON.stringify(path)} is not an absolute path`, settings.span("paths"));
    }
    return [
      {
        id: settings.get("id", `${type}-${index + 1}`),
        paths,
        excludeFiles: this.#regexps(
          settings,
          type === "log" ? "exclude_files" : "prospector.scanner.exclude_files",
        ).concat(type === "log" ? [] : this.#regexps(settings, "exclude_files")),
        includeLines: this.#regexps(settings, "include_lines"),
        excludeLines: this.#regexps(settings, "exclude_lines"),
        encoding: settings.get("encoding", "utf-8").replace(/^plain$/, "utf-8"),
        ignoreOlderMs: settings.get("ignore_older", 0),
        closeInactiveMs: settings.get("close.on_state_change.inactive", settings.get("close_inactive", 5 * 60_000)),
        closeRemoved: settings.get("close.on_state_change.removed", settings.get("close_removed", true)),
        closeRenamed: settings.get("close.on_state_change.renamed", settings.get("close_renamed", false)),
        harvesterLimit: settings.get("harvester_limit", 0),
        messageMaxBytes: settings.get("message_max_bytes", settings.get("max_bytes", 10 * 1024 * 1024)),
        scanMs: settings.get("prospector.scanner.check_interval", settings.get("scan_frequency", 10_000)),
        multiline: this.#multiline(item, settings),
        fields: { ...top.get<ObjectValue>("fields", {}), ...settings.get<ObjectValue>("fields", {}) },
        fieldsUnderRoot: settings.get("fields_under_root", top.get("fields_under_root", false)),
        tags: [...top.get<string[]>("tags", []), ...settings.get<string[]>("tags", [])],
      },
    ];
  }

  #regexps(settings: Settings, name: string): RegExp[] {
    return settings.get<string[]>(name, []).flatMap((pattern) => this.#regexp(pattern, settings.span(name)) ?? []);
  }

  #regexp(pattern: string, span: Span | undefined): RegExp | undefined {
    try {
      return compileRegexp(pattern);
    } catch (error) {
      this.#found.error("CONF008", `this is not a regular expression: ${(error as Error).message}`, span);
      return undefined;
    }
  }

  /** `parsers: [{ multiline: … }]` of filestream, or `multiline.*` of the older log input. */
  #multiline(item: Node, own: Settings): MultilineOptions | undefined {
    const list = isMap(item) ? (item.get("parsers", true) as Node | undefined) : undefined;
    let settings = own.has("multiline.pattern") || own.has("multiline.type") ? own : undefined;
    for (const parser of elements(list ?? null)) {
      const flat = flatten(this.#source, parser, isWhole);
      if (flat.length === 0 || flat.some(({ name }) => !name.startsWith("multiline."))) {
        const name = flat[0]?.name.split(".")[0] ?? "this";
        this.#found.error("SHIP002", `the parser "${name}" is not supported`, spanOf(this.#source, parser), {
          help: "multiline is",
        });
        continue;
      }
      settings = this.#read(flat, INPUT_SETTINGS);
    }
    if (settings === undefined) return undefined;
    const type = settings.get<string>("multiline.type", "pattern");
    const match = settings.get<string>("multiline.match", "after");
    if (!["pattern", "count", "while_pattern"].includes(type))
      this.#found.error(
        "SHIP003",
        "multiline.type is pattern, count or while_pattern",
        settings.span("multiline.type"),
      );
    if (match !== "after" && match !== "before")
      this.#found.error("SHIP003", "multiline.match is after or before", settings.span("multiline.match"));
    const pattern = settings.has("multiline.pattern")
      ? this.#regexp(settings.get("multiline.pattern", ""), settings.span("multiline.pattern"))
      : undefined;
    if (type !== "count" && pattern === undefined)
      this.#found.error("SHIP004", "multiline needs a pattern", spanOf(this.#source, item));
    const flush = settings.has("multiline.flush_pattern")
      ? this.#regexp(settings.get("multiline.flush_pattern", ""), settings.span("multiline.flush_pattern"))
      : undefined;
    return {
      type: type as MultilineOptions["type"],
      ...(pattern === undefined ? {} : { pattern }),
      negate: settings.get("multiline.negate", false),
      match: match as "after" | "before",
      ...(flush === undefined ? {} : { flushPattern: flush }),
      countLines: settings.get("multiline.count_lines", 1),
      maxLines: settings.get("multiline.max_lines", 500),
      timeoutMs: settings.get("multiline.timeout", 5000),
      skipNewline: settings.get("multiline.skip_newline", false),
    };
  }

  #logstash(top: Settings): LogstashOutput {
    const hosts = top.get<string[]>("output.logstash.hosts", []);
    if (hosts.length === 0)
      this.#found.error("SHIP004", "there is no output", undefined, {
        help: 'output.logstash: { hosts: ["127.0.0.1:5044"] }',
      });
    const setting = <T>(name: string, fallback: T): T => top.get(`output.logstash.${name}`, fallback);
    const level = setting("compression_level", 3);
    if (!(Number.isInteger(level) && level >= 0 && level <= 9))
      this.#found.error("SHIP003", "compression_level is 0 to 9", top.span("output.logstash.compression_level"));
    const mode = setting<string>("ssl.verification_mode", "full");
    if (!["full", "strict", "certificate", "none"].includes(mode))
      this.#found.error(
        "SHIP003",
        "verification_mode is full, certificate or none",
        top.span("output.logstash.ssl.verification_mode"),
      );
    const secured = ["certificate_authorities", "certificate", "key"].some((name) =>
      top.has(`output.logstash.ssl.${name}`),
    );
    return {
      hosts: hosts.flatMap((host) => this.#host(host, top.span("output.logstash.hosts"))),
      loadbalance: setting("loadbalance", false),
      compressionLevel: level,
      workers: setting("workers", setting("worker", 1)),
      pipelining: Math.max(1, setting("pipelining", 2)),
      bulkMaxSize: Math.max(1, setting("bulk_max_size", 2048)),
      timeoutMs: setting("timeout", 30_000),
      backoffInitMs: setting("backoff.init", 1000),
      backoffMaxMs: setting("backoff.max", 60_000),
      tls: setting("ssl.enabled", secured)
        ? {
            certificateAuthorities: setting("ssl.certificate_authorities", []),
            certificate: setting("ssl.certificate", undefined),
            key: setting("ssl.key", undefined),
            keyPassphrase: setting("ssl.key_passphrase", undefined),
            verificationMode: (mode === "strict" ? "full" : mode) as TlsSettings["verificationMode"],
          }
        : undefined,
    };
  }

  #host(text: string, span: Span | undefined): { host: string; port: number }[] {
    const match = /^(?:\w+:\/\/)?(\[[^\]]+\]|[^:/]+)(?::(\d{1,5}))?$/.exec(text.trim());
    if (match === null) {
      this.#found.error("SHIP003", `${JSON.stringify(text)} is not host:port`, span);
      return [];
    }
    return [{ host: (match[1] as string).replace(/^\[|\]$/g, ""), port: Number(match[2] ?? 5044) }];
  }
}
