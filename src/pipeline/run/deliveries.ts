import type { Deliverer, DeliveryOutcome, EncodedEvents } from "../../plugin/definitions.ts";
import type { PartOfBatch } from "./held-part.ts";
import type { IsolatedOutcome, IsolatedOutput } from "./isolated-output.ts";

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
  readonly #isolated = new Map<number, IsolatedOutput>();

  constructor(outputs: readonly RunningOutput[], ordered: boolean) {
    this.#outputs = outputs;
    this.#ordered = ordered;
    this.#tails = outputs.map(() => Promise.resolve());
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

  #deliver(output: number, events: EncodedEvents): Promise<DeliveryOutcome> {
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
