import { join } from "node:path";
import type { RecordSink } from "../../event/record-batch.ts";
import type { Clock } from "../../lumberjack/clock.ts";
import type { TailCounter } from "../../tail/environment.ts";
import type { TailFileStatus } from "../../tail/tail.ts";
import { emptyEntry, type LedgerSnapshot } from "../../telemetry/ledger.ts";
import type { LogFile } from "../../telemetry/log-file.ts";
import type { Logger } from "../../telemetry/logger.ts";
import type { ShipperConfig } from "../config/config.ts";
import type { WindowSender } from "../outputs/window-sender.ts";
import { DiskGuard, type FreeSpace } from "./disk-guard.ts";
import type { ShipDiskFigures, ShipFileFigures, ShipInputFigures, ShipperFigures } from "./figures.ts";
import { FileHistory } from "./file-history.ts";
import { freeSpace } from "./free-space.ts";
import { stateDocument } from "./state-document.ts";
import { StateLog } from "./state-log.ts";
import { TallySender } from "./tally-sender.ts";
import { TallySink } from "./tally-sink.ts";

/** Time between looks at files and states, in milliseconds; longer with many files, for each costs a little. */
const LOOK_MS = 2000;
const LOOK_MANY_MS = 10_000;
const MANY_FILES = 2000;

/** The spool, as far as it is looked at and held. */
export interface WatchedSpool {
  readonly held: { readonly events: number; readonly bytes: number };
  /** With a reason: nothing is written until it is called without one. */
  holdWriting(reason: string | undefined): void;
}

export interface ShipperWatchOptions {
  readonly config: ShipperConfig;
  readonly dataFolder: string;
  readonly log: Logger;
  /** The own log's files, where there are any: no line goes there while the disk is full. */
  readonly logFile: LogFile | undefined;
  readonly clock: Clock;
  /** Epoch milliseconds. */
  readonly now: () => number;
  readonly freeSpace?: (folder: string) => Promise<FreeSpace>;
  /** Gets changes of state that are to go through the output, as ECS documents. */
  readonly state?: (document: object) => void;
}

/** What is looked at once everything is open. */
export interface Watched {
  readonly files: () => readonly TailFileStatus[];
  readonly ledger: () => LedgerSnapshot;
  readonly spool: WatchedSpool | undefined;
}

/**
 * Watches the shipper: counts what goes through `sink` and `sender`, looks at files, spool and disks now and then, says changes of state in the own
 * log, and gives all figures. When a disk is nearly full it stops what the shipper writes there, except the registry.
 */
export class ShipperWatch {
  readonly #options: ShipperWatchOptions;
  readonly #states: StateLog;
  readonly #history = new FileHistory();
  readonly #tail: Partial<Record<TailCounter, number>> = {};
  readonly #guard: DiskGuard;
  readonly #spoolFolder: string;
  readonly #logFolder: string | undefined;
  #registryFailing = false;
  #sink: TallySink | undefined;
  #sender: TallySender | undefined;
  #watched: Watched | undefined;
  #phase: ShipperFigures["phase"] = "starting";
  #cancel: (() => void) | undefined;

  constructor(options: ShipperWatchOptions) {
    this.#options = options;
    this.#states = new StateLog(options.log);
    const { config, dataFolder, clock } = options;
    const { spool, logging } = config;
    this.#spoolFolder = spool?.path ?? join(dataFolder, "spool");
    this.#logFolder = logging.files === undefined ? undefined : (logging.files.path ?? join(dataFolder, "logs"));
    const folders = new Set([dataFolder]);
    if (spool !== undefined) folders.add(this.#spoolFolder);
    if (this.#logFolder !== undefined) folders.add(this.#logFolder);
    this.#guard = new DiskGuard({
      folders: [...folders],
      minFreeBytes: config.diskGuard.minFreeBytes,
      clock,
      freeSpace: options.freeSpace ?? freeSpace,
      changed: (disks) => this.#diskChanged(disks),
    });
  }

  /** One of the disks that the shipper writes to has little room. */
  get diskFull(): boolean {
    return this.#guard.disks.some(({ full }) => full);
  }

  /** For the tail's environment. */
  readonly count: (counter: TailCounter, by?: number) => void = (counter, by = 1) => {
    this.#tail[counter] = (this.#tail[counter] ?? 0) + by;
    if (counter === "registry_failures") this.#registryFailing = true;
    else if (counter === "registry_writes") this.#registryFailing = false;
  };

  /** To be put before the shipper's sink. */
  sink(inner: RecordSink): RecordSink {
    this.#sink = new TallySink(inner);
    return this.#sink;
  }

  /** To be put before the output, behind the spool. */
  sender(inner: WindowSender): WindowSender {
    this.#sender = new TallySender(inner, this.#options.now);
    return this.#sender;
  }

  /** Everything runs. Resolves after the first look. */
  async start(watched: Watched): Promise<void> {
    this.#watched = watched;
    this.#phase = "running";
    this.#states.inputs(this.#options.config.inputs);
    await this.#guard.start();
    this.#look();
  }

  stopping(): void {
    this.#phase = "stopping";
    this.#cancel?.();
    this.#guard.stop();
  }

  /** @throws before `sender` was called */
  figures(): ShipperFigures {
    const now = this.#options.now();
    if (this.#watched !== undefined) this.#states.files(this.#history.look(this.#watched.files(), now));
    return this.#figures(this.#history.figures(now));
  }

  #look(): void {
    const now = this.#options.now();
    const files = this.#watched?.files() ?? [];
    this.#states.files(this.#history.look(files, now));
    this.#states.figures(this.#figures(this.#history.figures(now)));
    const wait = files.length > MANY_FILES ? LOOK_MANY_MS : LOOK_MS;
    if (this.#phase === "running") this.#cancel = this.#options.clock.after(wait, () => this.#look());
  }

  #figures(files: readonly ShipFileFigures[]): ShipperFigures {
    const { config, logFile } = this.#options;
    const held = this.#watched?.spool?.held;
    const spool =
      held === undefined || config.spool === undefined ? undefined : { ...held, maxBytes: config.spool.maxBytes };
    if (this.#sender === undefined) throw new Error("the watch has no output yet");
    return {
      phase: this.#phase,
      inputs: this.#inputs(files),
      files,
      output: this.#sender.figures(),
      spool,
      disks: this.#guard.disks,
      tail: { ...this.#tail },
      registryFailing: this.#registryFailing,
      logLinesLost: logFile?.lost ?? 0,
      ledger: this.#watched?.ledger() ?? { totals: emptyEntry(), outputs: {} },
    };
  }

  #inputs(files: readonly ShipFileFigures[]): ShipInputFigures[] {
    const none = { files: 0, open: 0, bytesBehind: 0, secondsBehind: 0 };
    const sums = new Map(this.#options.config.inputs.map(({ id }) => [id, { ...none }]));
    for (const { input, open, past, bytesBehind, secondsBehind } of files) {
      const sum = sums.get(input);
      if (sum === undefined) continue;
      sum.files++;
      if (open) sum.open++;
      // What is gone from its place and closed cannot be read any more.
      if (past && !open) continue;
      sum.bytesBehind += bytesBehind;
      sum.secondsBehind = Math.max(sum.secondsBehind, secondsBehind);
    }
    const nothing = { events: 0, bytes: 0 };
    return this.#options.config.inputs.map(({ id, type }, number) => {
      const { read, acknowledged } = this.#sink?.of(number) ?? { read: nothing, acknowledged: nothing };
      return { id, type, read: { ...read }, acknowledged: { ...acknowledged }, ...(sums.get(id) ?? none) };
    });
  }

  /** Folders of one filesystem. */
  #diskChanged(disks: readonly ShipDiskFigures[]): void {
    const { log, logFile, now, state } = this.#options;
    const { freeBytes, floorBytes, full } = disks[0] as ShipDiskFigures;
    const folders = disks.map(({ folder }) => folder);
    const where = folders.join(", ");
    const action = full ? "disk-full" : "disk-free";
    const message = full
      ? `the disk of ${where} is nearly full: reading and sending go on; the spool and the log's files there are not written until there is room`
      : `the disk of ${where} has room again`;
    const details = { folders, freeBytes, floorBytes };
    // Said while the log's files can still be written, and once they can be again.
    if (full) log.warn(message, { "event.action": action, ...details });
    if (folders.includes(this.#spoolFolder))
      this.#watched?.spool?.holdWriting(full ? "the disk is nearly full" : undefined);
    if (this.#logFolder !== undefined && folders.includes(this.#logFolder)) logFile?.pause(full);
    if (!full) log.info(message, { "event.action": action, ...details });
    state?.(stateDocument({ action, message, alert: full, details }, now()));
  }
}
