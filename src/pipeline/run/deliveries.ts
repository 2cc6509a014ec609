import type { Deliverer, DeliveryOutcome, EncodedEvents } from "../../plugin/definitions.ts";
import type { OutputFigures, PluginPlace } from "../../telemetry/figures.ts";
import { emptyOutputEntry, type OutputEntry } from "../../telemetry/ledger.ts";
import type { PartOfBatch } from "./held-part.ts";
import type { IsolatedOutcome, IsolatedOutput } from "./isolated-output.ts";

/** One output of a running pipeline. */
export interface RunningOutput {
  readonly id: string;
  readonly deliverer: Deliverer;
}

/** What an output's deliveries came to since the start. */
interface DeliveryCounts {
  readonly counts: OutputEntry;
  underWay: number;
  milliseconds: number;
  waitingSince: number | undefined;
}

/** Hands encoded events to outputs. With `ordered`, an output gets its next batch when it has finished the one before. */
export class Deliveries {
  readonly #outputs: readonly RunningOutput[];
  readonly #ordered: boolean;
  readonly #abort = new AbortController();
  readonly #tails: Promise<unknown>[];
  readonly #counts: readonly DeliveryCounts[];
  readonly #isolated = new Map<number, IsolatedOutput>();

  constructor(outputs: readonly RunningOutput[], ordered: boolean) {
    this.#outputs = outputs;
    this.#ordered = ordered;
    this.#tails = outputs.map(() => Promise.resolve());
    this.#counts = outputs.map(() => ({
      counts: emptyOutputEntry(),
      underWay: 0,
      milliseconds: 0,
      waitingSince: undefined,
    }));
  }

  idOf(output: number): string {
    return (this.#outputs[output] as RunningOutput).id;
  }

  /** Lets an output hold up nobody but itself, unless `open` gives nothing. */
  async isolate(
    output: number,
    open: (deliver: (events: EncodedEvents) => Promise<DeliveryOutcome>) => Promise<IsolatedOutput | undefined>,
  ): Promise<void> {
    const isolated = await open((events) => this.#deliver(output, events));
    if (isolated !== undefined) this.#isolated.set(output, isolated);
  }

  /** Outputs with queues of their own. */
  get isolated(): readonly IsolatedOutput[] {
    return [...this.#isolated.values()];
  }

  deliver(output: number, of: PartOfBatch): Promise<IsolatedOutcome> {
    return this.#isolated.get(output)?.deliver(of) ?? this.#deliver(output, of.events);
  }

  /** Of an output by its number, since the start. */
  figuresOf(output: number): Omit<OutputFigures, keyof PluginPlace> {
    const { counts, ...more } = this.#counts[output] as DeliveryCounts;
    const { deliverer } = this.#outputs[output] as RunningOutput;
    return {
      ...more,
      counts: { ...counts },
      held: this.#isolated.get(output)?.held ?? 0,
      sender: deliverer.figures?.(),
      trouble: deliverer.trouble?.(),
    };
  }

  async #deliver(output: number, events: EncodedEvents): Promise<DeliveryOutcome> {
    const own = this.#counts[output] as DeliveryCounts;
    const began = Date.now();
    own.underWay++;
    own.waitingSince ??= began;
    try {
      const outcome = await this.#hand(output, events);
      for (const key of ["delivered", "existing", "conflicts", "failureStore"] as const)
        own.counts[key] += outcome[key];
      own.counts.deadLettered += outcome.rejected.length;
      return outcome;
    } finally {
      const now = Date.now();
      own.underWay--;
      own.milliseconds += now - began;
      own.waitingSince = own.underWay === 0 ? undefined : now;
    }
  }

  #hand(output: number, events: EncodedEvents): Promise<DeliveryOutcome> {
    const { deliverer } = this.#outputs[output] as RunningOutput;
    const signal = this.#abort.signal;
    if (!this.#ordered) return deliverer.deliver(events, signal);
    const result = (this.#tails[output] as Promise<unknown>).then(() => deliverer.deliver(events, signal));
    this.#tails[output] = result.catch(() => undefined);
    return result;
  }

  /** Ends deliveries that wait for their destination; their batches stay unacknowledged. */
  abort(): void {
    this.#abort.abort(new Error("the pipeline stops"));
  }

  async close(): Promise<void> {
    await Promise.all(this.isolated.map((output) => output.close()));
    await Promise.all(this.#outputs.map((output) => output.deliverer.close()));
  }
}
