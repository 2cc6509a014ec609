import type { RecordBatch, Source } from "../event/record-batch.ts";

/** Bytes of a file as read: `bytes[0]` lies at `offset` of the file. Up to 1 KiB before the new bytes is read again with them. */
export interface Chunk {
  readonly bytes: Buffer;
  readonly offset: number;
}

/** A record that was put together outside the batch: decoded, of several lines, or longer than a chunk. */
export interface FramedRecord {
  /** UTF-8 text. */
  readonly bytes: Uint8Array;
  /** Where it lies in the file, line end included. */
  readonly start: number;
  readonly end: number;
  readonly crc: number;
  readonly flags: number;
  /** CRC-32 of the last KiB of the file before `end`. */
  readonly tail: number;
}

/** Makes records of a file's bytes, in order. */
export interface Framer {
  /** Records put together; the harvester empties it after every call. */
  readonly records: FramedRecord[];
  /** After `frame`: bytes that the next record needs in a batch, 0 if all complete lines are framed. */
  wanted: number;
  /** After `frame`: index behind the last record that it put into the batch. */
  emitted: number;
  /** Whether it holds the beginning of a line: every further byte must go to `frame` or `hold`. */
  readonly inLine: boolean;
  /** Whether it holds lines of an event that a further line may belong to. */
  readonly inEvent: boolean;
  /** Frames the complete lines of `chunk.bytes[from..to)`, into `batch` or `records`. Gives the index behind the last byte used. */
  frame(batch: RecordBatch, source: Source, chunk: Chunk, from: number, to: number): number;
  /** Takes `chunk.bytes[from..to)`, which holds no line end though the chunk is full: part of a long line. Gives the index behind what it took. */
  hold(chunk: Chunk, from: number, to: number): number;
  /** An event ends here: `chunk.bytes[from..to)`, which holds no line end, is the last of it. */
  finish(chunk: Chunk, from: number, to: number): void;
}

/** A record ends here though its line does not: raw lengths are 31 bits. */
export const RECORD_RAW_LIMIT: number = 1024 * 1024 * 1024;
