import { LumberjackSender, type LumberjackSenderOptions } from "../../lumberjack/sender.ts";
import type { LogstashOutput as LogstashConfig } from "../config/config.ts";
import type { OutputEnvironment } from "./output-environment.ts";
import { readTlsFiles } from "./tls-files.ts";
import type { EncodedWindow, WindowOutcome, WindowSender } from "./window-sender.ts";

/** Windows to Lumberjack receivers: Logstash, Antler's pipeline. */
export class LogstashOutput implements WindowSender {
  readonly name = "logstash";
  readonly #sender: LumberjackSender;

  constructor(options: LumberjackSenderOptions) {
    this.#sender = new LumberjackSender(options);
  }

  get capacity(): number {
    return this.#sender.capacity;
  }

  get trouble(): string | undefined {
    return this.#sender.trouble;
  }

  async send(window: EncodedWindow): Promise<WindowOutcome> {
    await this.#sender.send(window);
    return { delivered: window.count, existing: 0, deadLettered: 0 };
  }

  async close(): Promise<void> {
    this.#sender.close();
  }
}

/** @throws TlsFileError */
export async function openLogstash(config: LogstashConfig, environment: OutputEnvironment): Promise<LogstashOutput> {
  const tls = config.tls === undefined ? undefined : await readTlsFiles(config.tls);
  return new LogstashOutput({
    hosts: config.hosts,
    mode: config.loadbalance ? "loadbalance" : "failover",
    workers: config.workers,
    pipelining: config.pipelining,
    compressionLevel: config.compressionLevel,
    timeoutMs: config.timeoutMs,
    backoffInitMs: config.backoffInitMs,
    backoffMaxMs: config.backoffMaxMs,
    ttlMs: config.ttlMs,
    slowStart: config.slowStart,
    ...(tls === undefined ? {} : { tls }),
    random: environment.random,
    clock: environment.clock,
    log: environment.log,
  });
}
