import {
  RECORD_CRC,
  RECORD_FLAGS,
  RECORD_RAW_LENGTH,
  RECORD_SOURCE,
  RECORD_WORDS,
  RecordBatch,
  type RecordSink,
  type Source,
} from "../../../src/event/record-batch.ts";

export interface Collected {
  readonly text: string;
  readonly id: string;
  readonly generation: number;
  readonly offset: number;
  readonly rawLength: number;
  readonly crc: number;
  readonly flags: number;
  readonly source: Source;
}

export interface SinkOptions {
  readonly bytes?: number;
  readonly records?: number;
  /** Acknowledge at once (default), or keep for `acknowledge`. */
  readonly automatic?: boolean;
}

/** A sink that keeps what it gets. Memory comes back with the acknowledgement. */
export class CollectingSink implements RecordSink {
  readonly records: Collected[] = [];
  readonly unacknowledged: (() => void)[] = [];
  batches = 0;
  largestBatch = 0;
  automatic: boolean;
  readonly #bytes: number;
  readonly #capacity: number;
  #free: RecordBatch[] = [];

  constructor({ bytes = 65536, records = 512, automatic = true }: SinkOptions = {}) {
    this.#bytes = bytes;
    this.#capacity = records;
    this.automatic = automatic;
  }

  async acquire(bytes = 0): Promise<RecordBatch> {
    this.largestBatch = Math.max(this.largestBatch, bytes);
    if (bytes > this.#bytes) return RecordBatch.allocate(bytes, this.#capacity);
    const batch = this.#free.pop() ?? RecordBatch.allocate(this.#bytes, this.#capacity);
    batch.clear();
    return batch;
  }

  submit(batch: RecordBatch, acknowledged: () => void): void {
    this.batches++;
    for (let i = 0; i < batch.count; i++) {
      const row = i * RECORD_WORDS;
      const source = batch.sources[batch.table[row + RECORD_SOURCE] as number] as Source;
      this.records.push({
        text: batch.recordBytes(i).toString(),
        id: Buffer.from(source.fileId).toString("hex"),
        generation: source.generation,
        offset: batch.offsetOf(i),
        rawLength: batch.table[row + RECORD_RAW_LENGTH] as number,
        crc: (batch.table[row + RECORD_CRC] as number) >>> 0,
        flags: batch.table[row + RECORD_FLAGS] as number,
        source,
      });
    }
    const done = (): void => {
      this.#free.push(batch);
      acknowledged();
    };
    if (this.automatic) done();
    else this.unacknowledged.push(done);
  }

  release(batch: RecordBatch): void {
    this.#free.push(batch);
  }

  texts(): string[] {
    return this.records.map((record) => record.text);
  }
}
