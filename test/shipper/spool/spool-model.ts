import { setImmediate as turn } from "node:timers/promises";
import type { EncodedWindow, WindowOutcome, WindowSender } from "../../../src/shipper/outputs/window-sender.ts";
import { Spool } from "../../../src/shipper/spool/spool.ts";
import { ManualClock } from "../../lumberjack/support.ts";
import { DiskProcess, type MemoryDisk } from "../../pipeline/queue/memory-disk.ts";
import { textsOf } from "../windows.ts";

/** What arrives, by the event's text. */
export type Arrivals = Map<string, number>;

interface Open {
  readonly window: EncodedWindow;
  readonly texts: readonly string[];
  readonly resolve: (outcome: WindowOutcome) => void;
  readonly reject: (reason: Error) => void;
}

/** A destination that takes windows when the test says so. */
export class ModelSender implements WindowSender {
  readonly name = "logstash";
  readonly capacity = 2;
  trouble: string | undefined;
  readonly open: Open[] = [];
  readonly #arrivals: Arrivals;

  constructor(arrivals: Arrivals) {
    this.#arrivals = arrivals;
  }

  send(window: EncodedWindow): Promise<WindowOutcome> {
    return new Promise((resolve, reject) => {
      this.open.push({ window, texts: textsOf(window), resolve, reject });
    });
  }

  /** Window `at` arrives; with `silent` the sender does not hear of it yet. */
  deliver(at = 0, silent = false): void {
    const one = this.open[at];
    if (one === undefined) return;
    if (textsOf(one.window).join() !== one.texts.join())
      throw new Error("the bytes of a window changed while it was sent");
    for (const text of one.texts) this.#arrivals.set(text, (this.#arrivals.get(text) ?? 0) + 1);
    if (silent) return;
    this.open.splice(at, 1);
    one.resolve({ delivered: one.window.count, existing: 0, deadLettered: 0 });
  }

  close(): Promise<void> {
    for (const { reject } of this.open.splice(0)) reject(new Error("closed"));
    return Promise.resolve();
  }
}

export interface Process {
  readonly disk: DiskProcess;
  readonly clock: ManualClock;
  readonly sender: ModelSender;
  readonly messages: string[];
  readonly spool: Promise<Spool>;
}

/** A process that begins with what is on the disk. */
export function start(disk: MemoryDisk, arrivals: Arrivals, maxBytes = 100_000, segmentBytes = 2000): Process {
  const process = new DiskProcess(disk);
  const clock = new ManualClock();
  const sender = new ModelSender(arrivals);
  const messages: string[] = [];
  const note = (message: string, details?: object): void =>
    void messages.push(details === undefined ? message : `${message} ${JSON.stringify(details)}`);
  const spool = Spool.open(sender, {
    folder: "/spool",
    maxBytes,
    segmentBytes,
    log: { info: note, warn: note, error: note },
    clock,
    segments: process.segments,
    checkpoints: process.checkpoints,
  });
  return { disk: process, clock, sender, messages, spool };
}

/** Lets the disk do everything that waits, and what follows from it. */
export async function settle({ disk }: Process): Promise<void> {
  for (let idle = 0; idle < 4; ) {
    await turn();
    idle = disk.step() ? 0 : idle + 1;
  }
}

/** Lets so much time pass, in steps. */
export async function pass(process: Process, milliseconds: number): Promise<void> {
  for (let left = milliseconds; left > 0; left -= 250) {
    process.clock.advance(Math.min(250, left));
    await settle(process);
  }
}
