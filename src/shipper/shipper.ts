import { randomBytes } from "node:crypto";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { BufferPool } from "../event/buffer-pool.ts";
import type { RecordSink, Source } from "../event/record-batch.ts";
import { systemClock } from "../lumberjack/clock.ts";
import { BatchFiller } from "../sources/batch-filler.ts";
import { withReserve } from "../tail/disk-reserve.ts";
import { defaultEnvironment } from "../tail/real-environment.ts";
import { readRegistryExtra } from "../tail/registry.ts";
import type { Tail } from "../tail/tail.ts";
import { Ledger, type LedgerSnapshot, sumOf } from "../telemetry/ledger.ts";
import type { LogFile } from "../telemetry/log-file.ts";
import type { Logger } from "../telemetry/logger.ts";
import type { FileInput, InputConfig, ShipperConfig } from "./config/config.ts";
import { baseFields } from "./events/base-fields.ts";
import { EventEncoder } from "./events/event-encoder.ts";
import { openTail, type Starts } from "./inputs/file-inputs.ts";
import { eventsOfInputs, inputFolder, openInput } from "./inputs/open-input.ts";
import type { ShipperInputRun } from "./inputs/shipper-input.ts";
import type { WindowSender } from "./outputs/window-sender.ts";
import { SHIPPER_POOL, ShipSink } from "./ship-sink.ts";
import { openSender } from "./spool/open-sender.ts";
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
  /** Epoch milliseconds: at a first start, files begin with lines that are not older, after their rotated siblings. */
  readonly since?: number;
  /** Called when nobody takes what is written any more: the console's reader has gone. */
  readonly ended: () => void;
  /** The own log's files: they are not written while the disk is full. */
  readonly logFile?: LogFile | undefined;
}

/** Inputs to one output. */
export class Shipper {
  readonly #options: ShipperOptions;
  readonly #log: Logger;
  /** Of files; it lies in their registry. */
  readonly #ledger = new Ledger();
  /** Of the other inputs, by their number; each lies with the input's position. */
  readonly #ledgers = new Map<number, Ledger>();
  readonly #watch: ShipperWatch;
  readonly #inputs: ShipperInputRun[] = [];
  #tail: Tail | undefined;
  #sender: WindowSender | undefined;
  /** Changes of state on their way through the output. */
  #states: ((document: object) => void) | undefined;
  #drainMs: number;

  constructor(options: ShipperOptions, log: Logger) {
    this.#options = options;
    this.#log = log;
    this.#drainMs = options.shutdownTimeoutMs;
    const { config, dataFolder, logFile } = options;
    const state = (document: object): void => this.#states?.(document);
    this.#watch = new ShipperWatch({ config, dataFolder, log, logFile, clock: systemClock, now: Date.now, state });
  }

  ledger(): LedgerSnapshot {
    return sumOf([this.#ledger, ...this.#ledgers.values()].map((ledger) => ledger.snapshot()));
  }

  /** What it counts, for metrics, health and the status line. @throws before it is started */
  figures(): ShipperFigures {
    return this.#watch.figures();
  }

  /** Resolves when all inputs have come to their end; never while there are files or others that go on. */
  get ended(): Promise<void> {
    const goesOn = this.#tail !== undefined || this.#inputs.length === 0;
    const inputs = this.#inputs.map(({ ended }) => ended);
    return goesOn ? new Promise(() => undefined) : Promise.all(inputs).then(() => undefined);
  }

  async start(): Promise<void> {
    const { config, dataFolder, version, ended } = this.#options;
    const { inputs, output } = config;
    const log = this.#log;
    const registryFolder = join(dataFolder, "registry");
    const world = defaultEnvironment(log, this.#watch.count);
    const environment = { ...world, fs: withReserve(world.fs, join(registryFolder, "reserve")) };
    this.#ledger.restore((await readRegistryExtra(registryFolder, environment)) as LedgerSnapshot | undefined);
    const opened = await openSender(
      config,
      {
        log,
        clock: systemClock,
        now: Date.now,
        random: Math.random,
        dataFolder,
        stdout: process.stdout,
        ended: () => {
          // What is not written by now never will be.
          this.#drainMs = 0;
          ended();
        },
      },
      (direct) => this.#watch.sender(direct),
    );
    this.#sender = opened.sender;
    const beat = output.kind === "logstash" ? output.index : "filebeat";
    const encoder = new EventEncoder(baseFields(config.name), await eventsOfInputs(config, Date.now), version, beat);
    const sink = this.#watch.sink(this.#sinkOf(inputs, encoder, opened.sender));
    this.#states = stateSource(sink, inputs.length);
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
          since: this.#options.since,
          releaseDeletedAfterMs: config.diskGuard.releaseDeletedAfterMs,
          diskFull: () => this.#watch.diskFull,
          extra: () => this.#ledger.snapshot(),
        },
        sink,
        environment,
      );
      await this.#tail.start();
    }
    for (const [number, input] of inputs.entries()) {
      if (input.kind === "file") continue;
      const run = await openInput(input, {
        number,
        sink,
        ledger: this.#ledgers.get(number) as Ledger,
        log,
        folder: inputFolder(dataFolder, input.id),
        now: Date.now,
        random: Math.random,
        randomBytes,
        stdin: process.stdin,
      });
      this.#inputs.push(run);
    }
    await this.#watch.start({
      files: () => this.#tail?.status() ?? [],
      ledger: () => this.ledger(),
      spool: opened.spool,
    });
  }

  /** One pool of batches for all; what is acknowledged goes into the ledger that lies with the input's position. */
  #sinkOf(inputs: readonly InputConfig[], encoder: EventEncoder, sender: WindowSender): RecordSink {
    const { output } = this.#options.config;
    const windowEvents = "bulkMaxSize" in output ? output.bulkMaxSize : WINDOW_EVENTS;
    const pool = new BufferPool(SHIPPER_POOL);
    const sinkWith = (ledger: Ledger): ShipSink => new ShipSink(encoder, sender, ledger, windowEvents, Date.now, pool);
    const files = sinkWith(this.#ledger);
    const own = inputs.map((input, number) => {
      if (input.kind === "file") return files;
      const ledger = new Ledger();
      this.#ledgers.set(number, ledger);
      return sinkWith(ledger);
    });
    // The last is for what the shipper says of itself.
    own.push(sinkWith(new Ledger()));
    return {
      acquire: (bytes, records) => pool.acquire(bytes, records),
      release: (batch) => pool.release(batch),
      submit: (batch, acknowledged) => own[(batch.sources[0] as Source).input]?.submit(batch, acknowledged),
    };
  }

  /** Resolves when everything that is there now has been read and acknowledged. */
  async drained(): Promise<void> {
    await Promise.all([this.#tail?.drained(), ...this.#inputs.map(({ ended }) => ended)]);
  }

  /** What has not been read and acknowledged, and why. */
  missing(): ReturnType<Tail["missing"]> {
    return this.#tail?.missing() ?? [];
  }

  /** Stops reading, waits for acknowledgements; what has none by then is read again at the next start. */
  async stop(): Promise<void> {
    this.#watch.stopping();
    const timeoutMs = this.#drainMs;
    await Promise.all([
      this.#tail?.stop({ drain: timeoutMs > 0, timeoutMs }),
      ...this.#inputs.map((input) => input.stop(timeoutMs)),
    ]);
    await this.#sender?.close();
  }
}

/** Notes the first start in a file of the data folder. */
async function noteStart(folder: string, now: number): Promise<Starts> {
  const path = join(folder, "first-start");
  const known = Number(await readFile(path, "utf8").catch(() => ""));
  if (known > 0) return { first: known, last: now };
  await writeFile(path, String(now), { mode: 0o600 }).catch(() => undefined);
  return { first: now, last: now };
}

/** Takes documents about the shipper itself, as input `number`. */
function stateSource(sink: RecordSink, number: number): (document: object) => void {
  const filler = new BatchFiller(sink, Date.now);
  const source: Source = { input: number, fileId: randomBytes(12), generation: 0, fields: [] };
  let offset = 0;
  return (document) => {
    const record = Buffer.from(JSON.stringify(document));
    filler.add(source, record, 0, record.length, offset++, 0)?.catch(() => undefined);
  };
}
