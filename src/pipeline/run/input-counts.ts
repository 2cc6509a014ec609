import type { RecordBatch } from "../../event/record-batch.ts";
import { emptyEntry, type LedgerEntry } from "../../telemetry/ledger.ts";

/** What the batches of one input came to since the start. */
export interface InputCounts {
  readonly counts: LedgerEntry;
  recordsInFlight: number;
}

/** Counts since the start, by the number of the input; one addition a batch. */
export class BatchesByInput {
  readonly #inputs = new Map<number, InputCounts>();
  /** Events that ran into the time limit, by plugin. */
  readonly timeLimits: Record<string, number> = {};

  of(input: number): InputCounts {
    let counts = this.#inputs.get(input);
    if (counts === undefined) {
      counts = { counts: emptyEntry(), recordsInFlight: 0 };
      this.#inputs.set(input, counts);
    }
    return counts;
  }

  /** undefined: nothing came from it. */
  known(input: number): InputCounts | undefined {
    return this.#inputs.get(input);
  }

  submitted(batch: RecordBatch): void {
    this.#of(batch).recordsInFlight += batch.count;
  }

  /** Before the batch is given back. */
  ended(batch: RecordBatch, totals: Readonly<LedgerEntry>): void {
    const input = this.#of(batch);
    input.recordsInFlight -= batch.count;
    for (const key of Object.keys(totals) as (keyof LedgerEntry)[]) input.counts[key] += totals[key];
  }

  timedOut(plugin: string, count: number): void {
    this.timeLimits[plugin] = (this.timeLimits[plugin] ?? 0) + count;
  }

  /** A batch is filled by one input. */
  #of(batch: RecordBatch): InputCounts {
    return this.of(batch.sources[0]?.input ?? 0);
  }
}
