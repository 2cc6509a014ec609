import { EVENT_HEAD_BYTES, SHORT_FRAME_BYTES } from "../../lumberjack/frames.ts";
import type { EncodedWindow } from "../outputs/window-sender.ts";

/**
 * A window in the spool, as a record of a segment (segments/format.ts): the marker; the number of the window's first event and the number of the
 * first event behind the window before it (f64); the count of events (u32); for each event where it starts, where it ends and where its metadata
 * begins (three lists of i32); the window's bytes, which these count from. All little-endian. Events are numbered from 0 since the spool was made;
 * a number may be left out, never used twice.
 */
export const SPOOL_MARKER: Buffer = Buffer.from("ANTLSPL\x01", "latin1");
const HEAD_BYTES = SPOOL_MARKER.length + 8 + 8 + 4;
const GAP_BYTES = EVENT_HEAD_BYTES + SHORT_FRAME_BYTES;
const TABLES = 3;

export interface SpoolRecord {
  readonly first: number;
  /** Where the numbers of the window before it end: what is missing between that and what was read last was lost. */
  readonly previous: number;
  readonly window: EncodedWindow;
}

/** The parts of a record's payload. */
export function encodeSpoolRecord({ first, previous, window }: SpoolRecord): Uint8Array[] {
  const { bytes, starts, ends, metadata, count } = window;
  const base = (starts[0] as number) - GAP_BYTES;
  const head = Buffer.allocUnsafe(HEAD_BYTES + TABLES * 4 * count);
  let at = SPOOL_MARKER.copy(head, 0);
  at = head.writeDoubleLE(first, at);
  at = head.writeDoubleLE(previous, at);
  at = head.writeUInt32LE(count, at);
  for (const table of [starts, ends, metadata]) {
    for (let i = 0; i < count; i++) at = head.writeInt32LE((table[i] as number) - base, at);
  }
  return [head, bytes.subarray(base, ends[count - 1])];
}

/** Copies a record's payload; undefined when it is none. */
export function decodeSpoolRecord(payload: Buffer): SpoolRecord | undefined {
  if (payload.length < HEAD_BYTES || !payload.subarray(0, SPOOL_MARKER.length).equals(SPOOL_MARKER)) return undefined;
  const first = payload.readDoubleLE(SPOOL_MARKER.length);
  const previous = payload.readDoubleLE(SPOOL_MARKER.length + 8);
  const count = payload.readUInt32LE(HEAD_BYTES - 4);
  const from = HEAD_BYTES + TABLES * 4 * count;
  if (count === 0 || from > payload.length) return undefined;
  const tables = Array.from({ length: TABLES }, (_none, t) =>
    Int32Array.from({ length: count }, (_one, i) => payload.readInt32LE(HEAD_BYTES + (t * count + i) * 4)),
  );
  const [starts, ends, metadata] = tables as [Int32Array, Int32Array, Int32Array];
  const bytes = Buffer.from(payload.subarray(from));
  if (ends[count - 1] !== bytes.length) return undefined;
  return { first, previous, window: { bytes, starts, ends, metadata, count, gaps: true } };
}
