import { PassThrough } from "node:stream";
import { systemClock } from "../../../src/lumberjack/clock.ts";
import type {
  ElasticsearchOutput as ElasticsearchConfig,
  LogstashOutput as LogstashConfig,
  TlsSettings,
} from "../../../src/shipper/config/config.ts";
import type { OutputEnvironment } from "../../../src/shipper/outputs/output-environment.ts";

export interface TestEnvironment extends OutputEnvironment {
  readonly messages: string[];
}

/** An environment that keeps what is said. */
export function testEnvironment(dataFolder: string, more: Partial<OutputEnvironment> = {}): TestEnvironment {
  const messages: string[] = [];
  const note = (message: string, details?: object): void =>
    void messages.push(details === undefined ? message : `${message} ${JSON.stringify(details)}`);
  return {
    log: { info: note, warn: note, error: note },
    clock: systemClock,
    now: () => Date.parse("2026-11-23T12:00:00Z"),
    random: () => 0.5,
    dataFolder,
    stdout: new PassThrough(),
    ended: () => undefined,
    ...more,
    messages,
  };
}

export function elasticConfig(hosts: readonly string[], more: Partial<ElasticsearchConfig> = {}): ElasticsearchConfig {
  return {
    kind: "elasticsearch",
    hosts,
    username: undefined,
    password: undefined,
    apiKey: undefined,
    compressionLevel: 1,
    bulkMaxSize: 1600,
    maxInFlight: 3,
    timeoutMs: 30_000,
    backoffInitMs: 50,
    backoffMaxMs: 1000,
    index: undefined,
    pipeline: undefined,
    headers: {},
    tls: undefined,
    ...more,
  };
}

export function logstashConfig(hosts: LogstashConfig["hosts"], more: Partial<LogstashConfig> = {}): LogstashConfig {
  return {
    kind: "logstash",
    hosts,
    loadbalance: false,
    compressionLevel: 3,
    workers: 1,
    pipelining: 2,
    bulkMaxSize: 2048,
    slowStart: false,
    timeoutMs: 30_000,
    backoffInitMs: 20,
    backoffMaxMs: 200,
    ttlMs: 0,
    index: "filebeat",
    tls: undefined,
    ...more,
  };
}

export function tlsSettings(more: Partial<TlsSettings> = {}): TlsSettings {
  return {
    certificateAuthorities: [],
    certificate: undefined,
    key: undefined,
    keyPassphrase: undefined,
    verificationMode: "full",
    minVersion: undefined,
    maxVersion: undefined,
    clientAuthentication: "none",
    ...more,
  };
}
