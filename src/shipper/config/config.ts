import type { ObjectValue } from "../../event/value.ts";
import type { MultilineOptions } from "../../tail/options.ts";
import type { EventStep } from "../events/event.ts";

/** A processor as configured: made once, when the configuration is read. */
export interface Processor {
  readonly name: string;
  readonly run: EventStep;
  /**
   * Names of fields that it looks at, needs or changes; undefined: any, or it has state. One that has to do with nothing that differs between the events of
   * a source (`message`, `log.offset`, `@timestamp`, …) is run once for a source and not for each event.
   */
  readonly reads: readonly string[] | undefined;
}

/** A parser of filestream, in the order of the configuration. */
export type ParserConfig =
  | { readonly kind: "multiline"; readonly options: MultilineOptions }
  | {
      readonly kind: "ndjson";
      /** undefined: under the key `json`; "": at the top. */
      readonly target: string | undefined;
      readonly overwriteKeys: boolean;
      readonly expandKeys: boolean;
      readonly addErrorKey: boolean;
      readonly messageKey: string | undefined;
      readonly documentId: string | undefined;
      readonly ignoreDecodingError: boolean;
    }
  | {
      readonly kind: "container";
      readonly stream: "all" | "stdout" | "stderr";
      readonly format: "auto" | "docker" | "cri";
    }
  | {
      readonly kind: "syslog";
      readonly format: "auto" | "rfc3164" | "rfc5424";
      readonly timezone: string;
      readonly logErrors: boolean;
      readonly addErrorKey: boolean;
    }
  | { readonly kind: "include_message"; readonly patterns: readonly RegExp[] };

/** What every input has. Top-level `fields` and `tags` are merged in. */
export interface CommonInput {
  readonly id: string;
  /** `filestream`, `log`, `container`, `journald`, `syslog`, `tcp`, `udp`, `stdin`, `system`. Goes into `input.type`. */
  readonly type: string;
  readonly fields: ObjectValue;
  readonly fieldsUnderRoot: boolean;
  readonly tags: readonly string[];
  /** `type`, `dataset`, `namespace` of the data stream, where given. */
  readonly dataStream: Readonly<Record<string, string>> | undefined;
  /** Elasticsearch ingest pipeline. */
  readonly pipeline: string | undefined;
  /** May hold `%{[field]}` and `%{+yyyy.MM.dd}`. */
  readonly index: string | undefined;
  readonly processors: readonly Processor[];
  readonly includeLines: readonly RegExp[];
  readonly excludeLines: readonly RegExp[];
  readonly parsers: readonly ParserConfig[];
}

/** `filestream`, `log`, `container`: files. Times in milliseconds; 0 is off where Filebeat's 0 or -1 is. */
export interface FileInput extends CommonInput {
  readonly kind: "file";
  readonly paths: readonly string[];
  readonly excludeFiles: readonly RegExp[];
  readonly includeFiles: readonly RegExp[];
  readonly symlinks: boolean;
  readonly recursiveGlob: boolean;
  readonly encoding: string;
  readonly compression: "none" | "gzip" | "auto";
  readonly ignoreOlderMs: number;
  /** Files not written to since then are not begun. */
  readonly ignoreInactive: "since_first_start" | "since_last_start" | undefined;
  /** Where files begin that are there at the first start. */
  readonly readFrom: "beginning" | "end";
  readonly closeInactiveMs: number;
  readonly closeRemoved: boolean;
  readonly closeRenamed: boolean;
  readonly closeOnEof: boolean;
  readonly closeAfterMs: number;
  readonly cleanInactiveMs: number;
  readonly cleanRemoved: boolean;
  readonly harvesterLimit: number;
  readonly bufferBytes: number;
  readonly messageMaxBytes: number;
  readonly scanMs: number;
  readonly backoffInitMs: number;
  readonly backoffMaxMs: number;
}

export interface JournaldInput extends CommonInput {
  readonly kind: "journald";
  readonly paths: readonly string[];
  readonly seek: "head" | "tail" | "since";
  readonly sinceMs: number;
  readonly units: readonly string[];
  readonly identifiers: readonly string[];
  readonly transports: readonly string[];
  readonly facilities: readonly number[];
  readonly matches: readonly string[];
}

/** `syslog`, `tcp`, `udp`: `raw` ones are not parsed as syslog. */
export interface ListenInput extends CommonInput {
  readonly kind: "listen";
  readonly protocol: "tcp" | "udp";
  readonly host: string;
  readonly port: number;
  readonly raw: boolean;
  /** How messages are told apart on a connection: by line feeds, or as RFC 6587 has it, by line feeds or by a count of bytes. */
  readonly framing: "delimiter" | "rfc6587";
  readonly format: "auto" | "rfc3164" | "rfc5424";
  readonly timezone: string;
  readonly maxMessageBytes: number;
  readonly maxConnections: number;
  readonly timeoutMs: number;
  readonly receiveBufferBytes: number | undefined;
  /** Server side, for tcp. */
  readonly tls: TlsSettings | undefined;
}

export interface StdinInput extends CommonInput {
  readonly kind: "stdin";
  readonly encoding: string;
  readonly messageMaxBytes: number;
}

/** Host metrics, by metricset: `cpu`, `load`, `memory`, `filesystem`, `diskio`, `network`, `process`. */
export interface SystemInput extends CommonInput {
  readonly kind: "system";
  readonly metricsets: readonly string[];
  readonly periodMs: number;
  /** Processes with the most CPU, and with the most memory, that are reported. */
  readonly topProcesses: number;
}

export type InputConfig = FileInput | JournaldInput | ListenInput | StdinInput | SystemInput;

export interface TlsSettings {
  readonly certificateAuthorities: readonly string[];
  readonly certificate: string | undefined;
  readonly key: string | undefined;
  readonly keyPassphrase: string | undefined;
  readonly verificationMode: "full" | "certificate" | "none";
  /** `TLSv1.2`; undefined: Node's. */
  readonly minVersion: string | undefined;
  readonly maxVersion: string | undefined;
  /** Server side: `none`, `optional`, `required`. */
  readonly clientAuthentication: "none" | "optional" | "required";
}

export interface LogstashOutput {
  readonly kind: "logstash";
  readonly hosts: readonly { readonly host: string; readonly port: number }[];
  readonly loadbalance: boolean;
  readonly compressionLevel: number;
  readonly workers: number;
  readonly pipelining: number;
  /** Most events in a window. */
  readonly bulkMaxSize: number;
  readonly slowStart: boolean;
  readonly timeoutMs: number;
  readonly backoffInitMs: number;
  readonly backoffMaxMs: number;
  /** Seconds after which a connection is opened anew; 0: never. */
  readonly ttlMs: number;
  /** `output.logstash.index`: `@metadata.beat`, `filebeat` by default. */
  readonly index: string;
  readonly tls: TlsSettings | undefined;
}

export interface ElasticsearchOutput {
  readonly kind: "elasticsearch";
  /** URLs with scheme, port and path. */
  readonly hosts: readonly string[];
  readonly username: string | undefined;
  readonly password: string | undefined;
  /** `id:key`. */
  readonly apiKey: string | undefined;
  readonly compressionLevel: number;
  readonly bulkMaxSize: number;
  readonly maxInFlight: number;
  readonly timeoutMs: number;
  readonly backoffInitMs: number;
  readonly backoffMaxMs: number;
  /** May hold `%{[field]}` and `%{+yyyy.MM.dd}`; undefined: data streams by `data_stream.*`, else `logs-generic-default`. */
  readonly index: string | undefined;
  readonly pipeline: string | undefined;
  readonly headers: Readonly<Record<string, string>>;
  readonly tls: TlsSettings | undefined;
}

export interface FileOutput {
  readonly kind: "file";
  readonly path: string;
  readonly filename: string;
  readonly rotateEveryBytes: number;
  readonly numberOfFiles: number;
  readonly permissions: number;
}

export interface ConsoleOutput {
  readonly kind: "console";
  readonly pretty: boolean;
}

export type OutputConfig = LogstashOutput | ElasticsearchOutput | FileOutput | ConsoleOutput;

/** `queue.disk`: the spool. */
export interface SpoolConfig {
  readonly path: string | undefined;
  readonly maxBytes: number;
  readonly segmentBytes: number;
}

export interface LoggingConfig {
  readonly level: "debug" | "info" | "warn" | "error";
  /** undefined: standard error. */
  readonly files:
    | {
        readonly path: string | undefined;
        readonly name: string;
        readonly rotateEveryBytes: number;
        readonly keep: number;
      }
    | undefined;
}

export interface ShipperConfig {
  readonly name: string | undefined;
  readonly inputs: readonly InputConfig[];
  /** Those of every input, after its own. */
  readonly processors: readonly Processor[];
  readonly output: OutputConfig;
  readonly spool: SpoolConfig | undefined;
  /** `queue.mem.flush.timeout`: how long a part-filled window waits. */
  readonly lingerMs: number;
  readonly logging: LoggingConfig;
  /** Metrics and health. */
  readonly http: { readonly enabled: boolean; readonly host: string; readonly from: number; readonly to: number };
  readonly dataFolder: string | undefined;
  /** Time between writes of the registry. */
  readonly registryFlushMs: number;
  readonly shutdownTimeoutMs: number | undefined;
  readonly diskGuard: { readonly minFreeBytes: number; readonly releaseDeletedAfterMs: number };
}
