import type { Event } from "../../event/event.ts";
import { NO_SPLIT } from "../../event/identity.ts";
import {
  RECORD_FLAGS,
  RECORD_LENGTH,
  RECORD_OFFSET_HIGH,
  RECORD_OFFSET_LOW,
  RECORD_SOURCE,
  RECORD_START,
  RECORD_WORDS,
} from "../../event/record-batch.ts";
import { splitOf } from "../../event/split-path.ts";
import type { Timestamp } from "../../event/timestamp.ts";
import type { ChunkRun } from "./program.ts";
import { FINAL_TICK, type PreparedSource, startEvent, TICK_INPUT } from "./worker-program.ts";

/** A chunk ends at so many bytes of records. */
const CHUNK_BYTES = 256 * 1024;

/** What chunks of one item are decoded from. */
export interface ChunkInput {
  readonly bytes: Buffer;
  readonly table: Int32Array;
  readonly sources: readonly PreparedSource[];
  readonly timestamp: Timestamp;
}

/** Where the chunk that begins at record `from` ends: after `most` records, or enough bytes. */
export function chunkEnd(table: Int32Array, from: number, to: number, most: number): number {
  const last = Math.min(to, from + most);
  let size = 0;
  for (let i = from; i < last; i++) {
    size += table[i * RECORD_WORDS + RECORD_LENGTH] as number;
    if (size > CHUNK_BYTES && i > from) return i;
  }
  return last;
}

/** The events of records, by the stage that they enter. */
export type Entries = readonly (Event[] | undefined)[];

/** Makes the events of records `from` to `to`; records that their codec throws on are in `run.failed`. */
export function decodeChunk(of: ChunkInput, from: number, to: number, run: ChunkRun): Entries {
  const entries: Event[][] = [];
  const { table } = of;
  for (let i = from; i < to; i++) {
    const row = i * RECORD_WORDS;
    const prepared = of.sources[table[row + RECORD_SOURCE] as number] as PreparedSource;
    if (prepared.source.input === TICK_INPUT) {
      const final = (table[row + RECORD_FLAGS] as number) === FINAL_TICK;
      run.tick = { parent: startEvent(prepared, i, of.timestamp), final };
      continue;
    }
    const events = entries[prepared.stage] ?? [];
    entries[prepared.stage] = events;
    const start = table[row + RECORD_START] as number;
    const event = startEvent(prepared, i, of.timestamp);
    events.push(event);
    let extra = 0;
    const more = (): Event => {
      extra++;
      const another = startEvent(prepared, i, of.timestamp, splitOf(NO_SPLIT, "codec", extra));
      events.push(another);
      return another;
    };
    const record = {
      bytes: of.bytes,
      start,
      end: start + (table[row + RECORD_LENGTH] as number),
      offset: (table[row + RECORD_OFFSET_HIGH] as number) * 0x1000000 + (table[row + RECORD_OFFSET_LOW] as number),
      flags: table[row + RECORD_FLAGS] as number,
    };
    try {
      prepared.decoder.decode(record, event, more);
      if (prepared.decorate !== undefined)
        for (let k = events.length - 1 - extra; k < events.length; k++) prepared.decorate(events[k] as Event);
    } catch (error) {
      event.cancelled = true;
      run.failed.push({ event, code: "decode_error", reason: error instanceof Error ? error.message : String(error) });
    }
    if (extra > 0) event.children = new Map([["codec", extra]]);
  }
  return entries;
}

/** The events of one chunk after the filters, and where each goes. */
export interface FilteredChunk {
  readonly run: ChunkRun;
  readonly events: readonly Event[];
  /** For each event the outputs that take it. */
  readonly targets: readonly (readonly number[])[];
  readonly read: number;
}
