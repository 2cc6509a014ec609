import type { Value } from "./value.ts";

/**
 * Where records come from: constant for all records of one file generation, connection or generator.
 * Plain data, so that it crosses to a worker by structured clone.
 */
export interface Source {
  /** Number of the input (its place in the compiled pipeline) whose codec decodes the records. */
  readonly input: number;
  /** Random 96-bit id of the file (12 bytes); of a connection or a run where there is no file. */
  readonly fileId: Uint8Array;
  /** Generation of the file: grows at every truncation or rewrite; below 2^24. */
  readonly generation: number;
  /**
   * What offsets count, where a record that is read again has the same file id and offset: bytes of a file, or records. undefined: a record
   * read again is another one.
   */
  readonly unit?: "byte" | "record";
  /** Fields that every event of this source gets: field reference and value. */
  readonly fields: readonly (readonly [string, Value])[];
}

/** Columns of the record table, one Int32 each. */
export const RECORD_START = 0;
export const RECORD_LENGTH = 1;
export const RECORD_SOURCE = 2;
/** Start offset in the source, 48 bits: the low 24 bits, then the high 24 bits. */
export const RECORD_OFFSET_LOW = 3;
export const RECORD_OFFSET_HIGH = 4;
/** Bytes that the record takes in the source, line ends included. */
export const RECORD_RAW_LENGTH = 5;
/** CRC-32 of those raw bytes, as int32. */
export const RECORD_CRC = 6;
export const RECORD_FLAGS = 7;
export const RECORD_WORDS = 8;

/** Flags of a record, for `log.flags`. */
export const FLAG_TRUNCATED = 1;
export const FLAG_MULTILINE = 2;
export const FLAG_INVALID_ENCODING = 4;

/**
 * The unit of work: the bytes of up to `capacity` records and a table that says where each is and where it came from.
 * Both lie in shared memory, so a worker sees them without a copy and a dead worker does not take them along.
 */
export class RecordBatch {
  readonly data: SharedArrayBuffer;
  readonly tableData: SharedArrayBuffer;
  readonly bytes: Buffer;
  readonly table: Int32Array;
  readonly capacity: number;
  readonly sources: Source[] = [];
  count = 0;
  used = 0;
  /** When the first record was read, epoch milliseconds: `@timestamp` of events that carry no other. */
  readAt = 0;

  constructor(data: SharedArrayBuffer, table: SharedArrayBuffer) {
    this.data = data;
    this.tableData = table;
    this.bytes = Buffer.from(data);
    this.table = new Int32Array(table);
    this.capacity = Math.floor(this.table.length / RECORD_WORDS);
  }

  /** A batch with memory of its own: `bytes` of data, a table for `records`. */
  static allocate(bytes: number, records: number): RecordBatch {
    return new RecordBatch(new SharedArrayBuffer(bytes), new SharedArrayBuffer(records * RECORD_WORDS * 4));
  }

  /** Whether one more record of `length` bytes fits. */
  fits(length: number): boolean {
    return this.count < this.capacity && this.used + length <= this.bytes.length;
  }

  /** Index of `source` in `sources`, added if it is not the last one used. */
  sourceIndex(source: Source): number {
    const last = this.sources.length - 1;
    if (last >= 0 && this.sources[last] === source) return last;
    const found = this.sources.indexOf(source);
    if (found >= 0) return found;
    this.sources.push(source);
    return this.sources.length - 1;
  }

  /**
   * Appends the record `from[start..end)`. The caller has asked `fits(end - start)`.
   * `offset` and `rawLength` say where it lies in its source, `crc` is the CRC-32 of its raw bytes.
   */
  append(
    source: number,
    from: Uint8Array,
    start: number,
    end: number,
    offset: number,
    rawLength: number,
    crc: number,
    flags: number,
  ): void {
    const length = end - start;
    const at = this.used;
    this.bytes.set(start === 0 && end === from.length ? from : from.subarray(start, end), at);
    this.used = at + length;
    this.describe(at, length, source, offset, rawLength, crc, flags);
  }

  /** Enters a record whose bytes are in place already (`bytes[at..at+length)`); the caller keeps `used` right. */
  describe(
    at: number,
    length: number,
    source: number,
    offset: number,
    rawLength: number,
    crc: number,
    flags: number,
  ): void {
    const table = this.table;
    const row = this.count * RECORD_WORDS;
    table[row + RECORD_START] = at;
    table[row + RECORD_LENGTH] = length;
    table[row + RECORD_SOURCE] = source;
    table[row + RECORD_OFFSET_LOW] = offset % 0x1000000;
    table[row + RECORD_OFFSET_HIGH] = Math.floor(offset / 0x1000000);
    table[row + RECORD_RAW_LENGTH] = rawLength;
    table[row + RECORD_CRC] = crc | 0;
    table[row + RECORD_FLAGS] = flags;
    this.count++;
  }

  /** Start offset of record `i` in its source, in bytes. */
  offsetOf(i: number): number {
    const row = i * RECORD_WORDS;
    return (
      (this.table[row + RECORD_OFFSET_HIGH] as number) * 0x1000000 + (this.table[row + RECORD_OFFSET_LOW] as number)
    );
  }

  /** The bytes of record `i`, a view. */
  recordBytes(i: number): Buffer {
    const row = i * RECORD_WORDS;
    const start = this.table[row + RECORD_START] as number;
    return this.bytes.subarray(start, start + (this.table[row + RECORD_LENGTH] as number));
  }

  /** Empties the batch for its next use. */
  clear(): void {
    this.count = 0;
    this.used = 0;
    this.readAt = 0;
    this.sources.length = 0;
  }
}

/** Where readers put records, and where back-pressure comes from. */
export interface RecordSink {
  /** A free, empty batch; waits while all are in use. With `bytes` and `records`, one that holds so much. */
  acquire(bytes?: number, records?: number): Promise<RecordBatch>;
  /**
   * Hands a filled batch on. `acknowledged` is called once, synchronously with the ledger's entry, when every event of it has reached
   * its end; the sink takes the batch back then. It is not called if the process stops first.
   */
  submit(batch: RecordBatch, acknowledged: () => void): void;
  /** Gives an unused batch back. */
  release(batch: RecordBatch): void;
}
