import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { RecordSink } from "../../../src/event/record-batch.ts";
import type { TailCounter, TailEnvironment } from "../../../src/tail/environment.ts";
import type { TailInputOptions, TailOptions } from "../../../src/tail/options.ts";
import { defaultEnvironment } from "../../../src/tail/real-environment.ts";
import { Tail } from "../../../src/tail/tail.ts";

/** Folders below the system's temporary one, and tails that run on them with short times. */
export class TailBed {
  readonly folder: string = mkdtempSync(join(tmpdir(), "antler-tail-"));
  readonly logs: string = join(this.folder, "logs");
  readonly registry: string = join(this.folder, "data");
  readonly counters: Map<TailCounter, number> = new Map();
  readonly messages: string[] = [];
  readonly #tails: Tail[] = [];

  constructor() {
    mkdirSync(this.logs);
  }

  path(name: string): string {
    return join(this.logs, name);
  }

  counter(name: TailCounter): number {
    return this.counters.get(name) ?? 0;
  }

  environment(): TailEnvironment {
    const note = (message: string): void => void this.messages.push(message);
    return {
      ...defaultEnvironment({ info: note, warn: note, error: note }, (counter, by = 1) => {
        this.counters.set(counter, this.counter(counter) + by);
      }),
    };
  }

  tail(
    sink: RecordSink,
    input: Partial<TailInputOptions> = {},
    options: Partial<TailOptions> = {},
    environment: TailEnvironment = this.environment(),
  ): Tail {
    const tail = new Tail(
      {
        inputs: [{ number: 0, name: "test", paths: [join(this.logs, "*.log*")], ...input }],
        registryFolder: this.registry,
        bufferSize: 8192,
        lingerMs: 5,
        scanMs: 60,
        pollMs: 20,
        pollMaxMs: 40,
        flushMs: 20,
        ...options,
      },
      sink,
      environment,
    );
    this.#tails.push(tail);
    return tail;
  }

  async started(...given: Parameters<TailBed["tail"]>): Promise<Tail> {
    const tail = this.tail(...given);
    await tail.start();
    return tail;
  }

  async remove(): Promise<void> {
    await Promise.all(this.#tails.map((tail) => tail.stop({ drain: false, timeoutMs: 1000 })));
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** Waits until `done` holds; the test's own time limit is the bound. */
export async function until(done: () => boolean): Promise<void> {
  while (!done()) await new Promise((resolve) => setTimeout(resolve, 5));
}

/** Time for a tail to do what it should not do. */
export function aWhile(ms = 250): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
