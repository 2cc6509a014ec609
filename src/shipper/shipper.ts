import { readFile } from "node:fs/promises";
import { hostname } from "node:os";
import { join } from "node:path";
import type { ObjectValue, Value } from "../event/value.ts";
import type { LumberjackTls } from "../lumberjack/network.ts";
import type { SourceFields } from "../tail/options.ts";
import { defaultEnvironment } from "../tail/real-environment.ts";
import { readRegistryExtra } from "../tail/registry.ts";
import { Tail } from "../tail/tail.ts";
import { Ledger, type LedgerSnapshot } from "../telemetry/ledger.ts";
import type { Logger } from "../telemetry/logger.ts";
import type { ShipperConfig, ShipperInput, TlsSettings } from "./config.ts";
import { EventEncoder } from "./event-encoder.ts";
import { LogstashOutput } from "./outputs/logstash-output.ts";
import type { WindowSender } from "./outputs/window-sender.ts";
import { ShipSink } from "./ship-sink.ts";

/** The ECS version that the shipper's fields follow. */
const ECS_VERSION = "8.17.0";

export interface ShipperOptions {
  readonly config: ShipperConfig;
  /** Folder of the registry. */
  readonly dataFolder: string;
  readonly shutdownTimeoutMs: number;
  readonly version: string;
}

/** Files to a Lumberjack receiver. */
export class Shipper {
  readonly #options: ShipperOptions;
  readonly #log: Logger;
  readonly #ledger = new Ledger();
  #tail: Tail | undefined;
  #sender: WindowSender | undefined;

  constructor(options: ShipperOptions, log: Logger) {
    this.#options = options;
    this.#log = log;
  }

  ledger(): LedgerSnapshot {
    return this.#ledger.snapshot();
  }

  async start(): Promise<void> {
    const { config, dataFolder, version } = this.#options;
    const { inputs, output } = config;
    const registryFolder = join(dataFolder, "registry");
    const environment = defaultEnvironment(this.#log);
    this.#ledger.restore((await readRegistryExtra(registryFolder, environment)) as LedgerSnapshot | undefined);
    const tls = output.tls === undefined ? undefined : await readTls(output.tls);
    this.#sender = new LogstashOutput({
      hosts: output.hosts,
      mode: output.loadbalance ? "loadbalance" : "failover",
      workers: output.workers,
      pipelining: output.pipelining,
      compressionLevel: output.compressionLevel,
      timeoutMs: output.timeoutMs,
      backoffInitMs: output.backoffInitMs,
      backoffMaxMs: output.backoffMaxMs,
      ...(tls === undefined ? {} : { tls }),
      log: this.#log,
    });
    const filters = inputs.map(({ includeLines, excludeLines }) =>
      includeLines.length + excludeLines.length === 0 ? undefined : { include: includeLines, exclude: excludeLines },
    );
    const encoder = new EventEncoder(baseFields(config), filters, version);
    const sink = new ShipSink(encoder, this.#sender, this.#ledger, output.bulkMaxSize, Date.now);
    const limits = inputs.map(({ harvesterLimit }) => harvesterLimit).filter((limit) => limit > 0);
    this.#tail = new Tail(
      {
        inputs: inputs.map((input, number) => ({
          number,
          name: input.id,
          paths: input.paths,
          exclude: input.excludeFiles,
          ignoreOlderMs: input.ignoreOlderMs,
          closeInactiveMs: input.closeInactiveMs,
          closeRemoved: input.closeRemoved,
          closeRenamed: input.closeRenamed,
          messageMaxBytes: input.messageMaxBytes,
          encoding: input.encoding,
          describe: ({ path }): SourceFields => [["[log][file][path]", path], ...inputFields(input)],
          ...(input.multiline === undefined ? {} : { multiline: input.multiline }),
        })),
        registryFolder,
        scanMs: Math.min(...inputs.map(({ scanMs }) => scanMs)),
        ...(limits.length > 0 ? { harvesterLimit: Math.min(...limits) } : {}),
        extra: () => this.#ledger.snapshot(),
      },
      sink,
      environment,
    );
    await this.#tail.start();
  }

  /** Stops reading, waits for acknowledgements; what has none by then is read again at the next start. */
  async stop(): Promise<void> {
    await this.#tail?.stop({ drain: true, timeoutMs: this.#options.shutdownTimeoutMs });
    await this.#sender?.close();
  }
}

/** Fields of every event. */
function baseFields(config: ShipperConfig): ObjectValue {
  const name = config.name ?? hostname();
  return { host: { name }, agent: { name, type: "filebeat" }, ecs: { version: ECS_VERSION } };
}

/** Top-level fields that an input adds to its events; values are complete objects. */
function inputFields(input: ShipperInput): (readonly [string, Value])[] {
  const fields: (readonly [string, Value])[] = [["input", { type: "filestream" }]];
  if (input.tags.length > 0) fields.push(["tags", input.tags]);
  if (Object.keys(input.fields).length === 0) return fields;
  if (!input.fieldsUnderRoot) fields.push(["fields", input.fields]);
  else for (const [name, value] of Object.entries(input.fields)) fields.push([name, value as Value]);
  return fields;
}

async function readTls(settings: TlsSettings): Promise<LumberjackTls> {
  const ca = await Promise.all(settings.certificateAuthorities.map((file) => readFile(file)));
  return {
    ...(ca.length > 0 ? { ca } : {}),
    ...(settings.certificate === undefined ? {} : { cert: await readFile(settings.certificate) }),
    ...(settings.key === undefined ? {} : { key: await readFile(settings.key) }),
    ...(settings.keyPassphrase === undefined ? {} : { passphrase: settings.keyPassphrase }),
    rejectUnauthorized: settings.verificationMode !== "none",
    ...(settings.verificationMode === "certificate" ? { checkServerIdentity: () => undefined } : {}),
  };
}
