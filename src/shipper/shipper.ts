import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { systemClock } from "../lumberjack/clock.ts";
import { defaultEnvironment } from "../tail/real-environment.ts";
import { readRegistryExtra } from "../tail/registry.ts";
import type { Tail } from "../tail/tail.ts";
import { Ledger, type LedgerSnapshot } from "../telemetry/ledger.ts";
import type { LogFile } from "../telemetry/log-file.ts";
import type { Logger } from "../telemetry/logger.ts";
import type { FileInput, ShipperConfig } from "./config/config.ts";
import { baseFields } from "./events/base-fields.ts";
import { EventEncoder } from "./events/event-encoder.ts";
import { compileInputEvents } from "./events/input-events.ts";
import { openTail, type Starts } from "./inputs/file-inputs.ts";
import { openOutput } from "./outputs/open-output.ts";
import type { WindowSender } from "./outputs/window-sender.ts";
import { ShipSink } from "./ship-sink.ts";
import { Spool } from "./spool/spool.ts";
import type { ShipperFigures } from "./watch/figures.ts";
import { ShipperWatch } from "./watch/shipper-watch.ts";

/** Most events in a window of outputs that do not say. */
const WINDOW_EVENTS = 2048;

export interface ShipperOptions {
  readonly config: ShipperConfig;
  /** Folder of the registry, the spool and the dead letters. */
  readonly dataFolder: string;
  readonly shutdownTimeoutMs: number;
  readonly version: string;
  /** Called when nobody takes what is written any more: the console's reader has gone. */
  readonly ended: () => void;
  /** The own log's files: they are not written while the disk is full. */
  readonly logFile?: LogFile | undefined;
}

/** Notes the first start in a file of the data folder. */
async function noteStart(folder: string, now: number): Promise<Starts> {
  const path = join(folder, "first-start");
  const known = Number(await readFile(path, "utf8").catch(() => ""));
  if (known > 0) return { first: known, last: now };
  await writeFile(path, String(now), { mode: 0o600 }).catch(() => undefined);
  return { first: now, last: now };
}

/** Inputs to one output. */
export class Shipper {
  readonly #options: ShipperOptions;
  readonly #log: Logger;
  readonly #ledger = new Ledger();
  readonly #watch: ShipperWatch;
  #tail: Tail | undefined;
  #sender: WindowSender | undefined;

  constructor(options: ShipperOptions, log: Logger) {
    this.#options = options;
    this.#log = log;
    const { config, dataFolder, logFile } = options;
    this.#watch = new ShipperWatch({ config, dataFolder, log, logFile, clock: systemClock, now: Date.now });
  }

  ledger(): LedgerSnapshot {
    return this.#ledger.snapshot();
  }

  /** What it counts, for metrics, health and the status line. @throws before it is started */
  figures(): ShipperFigures {
    return this.#watch.figures();
  }

  async start(): Promise<void> {
    const { config, dataFolder, version, ended } = this.#options;
    const { inputs, output } = config;
    const registryFolder = join(dataFolder, "registry");
    const environment = defaultEnvironment(this.#log, this.#watch.count);
    this.#ledger.restore((await readRegistryExtra(registryFolder, environment)) as LedgerSnapshot | undefined);
    const direct = await openOutput(output, {
      log: this.#log,
      clock: systemClock,
      now: Date.now,
      random: Math.random,
      dataFolder,
      stdout: process.stdout,
      ended,
    });
    const counted = this.#watch.sender(direct);
    this.#sender = counted;
    let spool: Spool | undefined;
    if (config.spool !== undefined) {
      const { path, maxBytes, segmentBytes } = config.spool;
      const folder = path ?? join(dataFolder, "spool");
      spool = await Spool.open(counted, { folder, maxBytes, segmentBytes, log: this.#log });
      this.#sender = spool;
    }
    const beat = output.kind === "logstash" ? output.index : "filebeat";
    const events = inputs.map((input) => compileInputEvents(input, config.processors, Date.now));
    const encoder = new EventEncoder(baseFields(config.name), events, version, beat);
    const windowEvents = "bulkMaxSize" in output ? output.bulkMaxSize : WINDOW_EVENTS;
    const sink = this.#watch.sink(new ShipSink(encoder, this.#sender, this.#ledger, windowEvents, Date.now));
    const files = inputs.flatMap((input, number): [number, FileInput][] =>
      input.kind === "file" ? [[number, input]] : [],
    );
    if (files.length > 0) {
      this.#tail = openTail(
        {
          inputs: files,
          registryFolder,
          starts: await noteStart(dataFolder, Date.now()),
          flushMs: config.registryFlushMs,
          lingerMs: config.lingerMs,
          extra: () => this.#ledger.snapshot(),
        },
        sink,
        environment,
      );
    }
    await this.#tail?.start();
    await this.#watch.start({ files: () => this.#tail?.status() ?? [], ledger: () => this.#ledger.snapshot(), spool });
  }

  /** Resolves when everything that is there now has been read and acknowledged. */
  async drained(): Promise<void> {
    await this.#tail?.drained();
  }

  /** What has not been read and acknowledged, and why. */
  missing(): ReturnType<Tail["missing"]> {
    return this.#tail?.missing() ?? [];
  }

  /** Stops reading, waits for acknowledgements; what has none by then is read again at the next start. */
  async stop(): Promise<void> {
    this.#watch.stopping();
    await this.#tail?.stop({ drain: true, timeoutMs: this.#options.shutdownTimeoutMs });
    await this.#sender?.close();
  }
}
