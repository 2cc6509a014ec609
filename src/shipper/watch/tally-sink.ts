import {
  RECORD_RAW_LENGTH,
  RECORD_SOURCE,
  RECORD_WORDS,
  type RecordBatch,
  type RecordSink,
} from "../../event/record-batch.ts";
import type { Amount } from "./figures.ts";

interface InputTally {
  read: { events: number; bytes: number };
  acknowledged: { events: number; bytes: number };
}

/** A sink that counts, by the input's number, what goes into another and what is acknowledged. */
export class TallySink implements RecordSink {
  readonly #inner: RecordSink;
  readonly #inputs: InputTally[] = [];

  constructor(inner: RecordSink) {
    this.#inner = inner;
  }

  of(input: number): { readonly read: Amount; readonly acknowledged: Amount } {
    this.#inputs[input] ??= { read: { events: 0, bytes: 0 }, acknowledged: { events: 0, bytes: 0 } };
    return this.#inputs[input];
  }

  acquire(bytes?: number): Promise<RecordBatch> {
    return this.#inner.acquire(bytes);
  }

  release(batch: RecordBatch): void {
    this.#inner.release(batch);
  }

  submit(batch: RecordBatch, acknowledged: () => void): void {
    const { table, count, sources } = batch;
    const events = new Float64Array(sources.length);
    const bytes = new Float64Array(sources.length);
    for (let row = 0; row < count * RECORD_WORDS; ) {
      const source = table[row + RECORD_SOURCE] as number;
      const from = row;
      let sum = 0;
      // Records of one source lie together.
      for (; row < count * RECORD_WORDS && table[row + RECORD_SOURCE] === source; row += RECORD_WORDS)
        sum += table[row + RECORD_RAW_LENGTH] as number;
      events[source] = (events[source] as number) + (row - from) / RECORD_WORDS;
      bytes[source] = (bytes[source] as number) + sum;
    }
    const inputs = sources.map(({ input }) => input);
    this.#add("read", inputs, events, bytes);
    this.#inner.submit(batch, () => {
      this.#add("acknowledged", inputs, events, bytes);
      acknowledged();
    });
  }

  #add(name: keyof InputTally, inputs: readonly number[], events: Float64Array, bytes: Float64Array): void {
    inputs.forEach((input, i) => {
      this.of(input);
      const sum = (this.#inputs[input] as InputTally)[name];
      sum.events += events[i] as number;
      sum.bytes += bytes[i] as number;
    });
  }
}
