import {
  RECORD_RAW_LENGTH,
  RECORD_SOURCE,
  RECORD_WORDS,
  type RecordBatch,
  type Source,
} from "../../event/record-batch.ts";
import type { Origins, SourceRange } from "../../plugin/definitions.ts";

/** Origins of the events of an item, from its batch's table; made when an output asks. */
export class RecordOrigins implements Origins {
  readonly #batch: RecordBatch;
  readonly #from: number;
  readonly #to: number;
  readonly #records: Int32Array;

  /** The item is records `from` to `to` (excluded) of the batch; `records` are those of its events. */
  constructor(batch: RecordBatch, from: number, to: number, records: Int32Array) {
    this.#batch = batch;
    this.#from = from;
    this.#to = to;
    this.#records = records;
  }

  /** Records of one source lie in its order, so each source has one range; sources without lasting offsets have none. */
  get ranges(): readonly SourceRange[] {
    const { table, sources } = this.#batch;
    const ranges: ({ source: Source; start: number; end: number } | undefined)[] = [];
    for (let i = this.#from; i < this.#to; i++) {
      const row = i * RECORD_WORDS;
      const number = table[row + RECORD_SOURCE] as number;
      const source = sources[number] as Source;
      if (source.unit === undefined) continue;
      const start = this.#batch.offsetOf(i);
      const end = this.#endOf(i);
      const range = ranges[number];
      if (range === undefined) ranges[number] = { source, start, end };
      else {
        range.start = Math.min(range.start, start);
        range.end = Math.max(range.end, end);
      }
    }
    return ranges.filter((range) => range !== undefined);
  }

  sourceOf(i: number): Source {
    const row = (this.#records[i] as number) * RECORD_WORDS;
    return this.#batch.sources[this.#batch.table[row + RECORD_SOURCE] as number] as Source;
  }

  startOf(i: number): number {
    return this.#batch.offsetOf(this.#records[i] as number);
  }

  endOf(i: number): number {
    return this.#endOf(this.#records[i] as number);
  }

  #endOf(record: number): number {
    const row = record * RECORD_WORDS;
    const { table, sources } = this.#batch;
    const bytes = sources[table[row + RECORD_SOURCE] as number]?.unit === "byte";
    return this.#batch.offsetOf(record) + (bytes ? (table[row + RECORD_RAW_LENGTH] as number) : 1);
  }
}
