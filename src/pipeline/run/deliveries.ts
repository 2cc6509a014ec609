import type { Deliverer, DeliveryOutcome, EncodedEvents } from "../../plugin/definitions.ts";

/** One output of a running pipeline. */
export interface RunningOutput {
  readonly id: string;
  readonly deliverer: Deliverer;
}

/** Hands encoded events to outputs. With `ordered`, an output gets its next batch when it has finished the one before. */
export class Deliveries {
  readonly #outputs: readonly RunningOutput[];
  readonly #ordered: boolean;
  readonly #abort = new AbortController();
  readonly #tails: Promise<unknown>[];

  constructor(outputs: readonly RunningOutput[], ordered: boolean) {
    this.#outputs = outputs;
    this.#ordered = ordered;
    this.#tails = outputs.map(() => Promise.resolve());
  }

  idOf(output: number): string {
    return (this.#outputs[output] as RunningOutput).id;
  }

  deliver(output: number, events: EncodedEvents): Promise<DeliveryOutcome> {
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
    await Promise.all(this.#outputs.map((output) => output.deliverer.close()));
  }
}
