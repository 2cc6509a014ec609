import {
  RECORD_LENGTH,
  RECORD_SOURCE,
  RECORD_START,
  RECORD_WORDS,
  type RecordBatch,
  type Source,
} from "../../event/record-batch.ts";

/**
 * A batch as the payload of one segment record: the marker `AQB1`, the length of the head (u32, little-endian), the head as JSON, the
 * record table (32 bytes a record, as in `RecordBatch`, little-endian), the bytes of the records.
 */
export const BATCH_MARKER: Buffer = Buffer.from("AQB1", "latin1");
const PREFIX_BYTES = BATCH_MARKER.length + 4;
const ROW_BYTES = RECORD_WORDS * 4;

/** What is constant for a batch. */
export interface BatchHead {
  /** Name of the input, since numbers change with the configuration. */
  readonly input: string;
  /** Epoch milliseconds. */
  readonly readAt: number;
  readonly count: number;
  /** Bytes of all records. */
  readonly used: number;
  readonly sources: readonly StoredSource[];
}

interface StoredSource extends Omit<Source, "input" | "fileId"> {
  /** Base64. */
  readonly fileId: string;
}

/** The payload's parts; table and bytes are views of the batch. */
export function encodeBatch(batch: RecordBatch, input: string): readonly Uint8Array[] {
  const { readAt, count, used } = batch;
  const sources = batch.sources.map(({ input: _number, fileId, ...source }) => ({
    ...source,
    fileId: Buffer.from(fileId).toString("base64"),
  }));
  const head: BatchHead = { input, readAt, count, used, sources };
  const json = JSON.stringify(head);
  const bytes = Buffer.byteLength(json);
  const beginning = Buffer.allocUnsafe(PREFIX_BYTES + bytes);
  BATCH_MARKER.copy(beginning);
  beginning.writeUInt32LE(bytes, BATCH_MARKER.length);
  beginning.write(json, PREFIX_BYTES);
  const table = new Uint8Array(batch.tableData, 0, count * ROW_BYTES);
  return [beginning, table, batch.bytes.subarray(0, used)];
}

/** The head of a payload. @throws RangeError for what is no batch of this version */
export function decodeHead(payload: Buffer): { readonly head: BatchHead; readonly end: number } {
  const length = payload.length < PREFIX_BYTES ? -1 : payload.readUInt32LE(BATCH_MARKER.length);
  const end = PREFIX_BYTES + length;
  if (length < 0 || end > payload.length || !payload.subarray(0, BATCH_MARKER.length).equals(BATCH_MARKER))
    throw new RangeError("it is no batch of a queue");
  const head = JSON.parse(payload.toString("utf8", PREFIX_BYTES, end)) as BatchHead;
  if (end + head.count * ROW_BYTES + head.used !== payload.length) throw new RangeError("the batch has another length");
  return { head, end };
}

/**
 * Fills an empty batch of sufficient size from a payload; `input` is the number that the input has now.
 * @throws RangeError where the table does not fit the bytes
 */
export function decodeBatch(payload: Buffer, batch: RecordBatch, input: number): void {
  const { head, end } = decodeHead(payload);
  const rows = head.count * ROW_BYTES;
  new Uint8Array(batch.tableData).set(payload.subarray(end, end + rows));
  batch.bytes.set(payload.subarray(end + rows));
  for (let i = 0; i < head.count; i++) checkRow(batch.table, i * RECORD_WORDS, head);
  for (const { fileId, ...source } of head.sources)
    batch.sources.push({ ...source, input, fileId: new Uint8Array(Buffer.from(fileId, "base64")) });
  batch.count = head.count;
  batch.used = head.used;
  batch.readAt = head.readAt;
}

function checkRow(table: Int32Array, row: number, { used, sources }: BatchHead): void {
  const start = table[row + RECORD_START] as number;
  const length = table[row + RECORD_LENGTH] as number;
  const source = table[row + RECORD_SOURCE] as number;
  if (start < 0 || length < 0 || start + length > used || source < 0 || source >= sources.length)
    throw new RangeError("a record lies outside of its batch");
}
