import { identityString } from "../../event/identity.ts";
import {
  RECORD_CRC,
  RECORD_RAW_LENGTH,
  RECORD_SOURCE,
  RECORD_WORDS,
  type RecordBatch,
  type Source,
} from "../../event/record-batch.ts";
import type { DeadLetterStore } from "../../segments/dead-letter-store.ts";
import type { DeadLetterSink } from "./dispatcher.ts";

/** Keeps dead letters on disk: each with the record as it entered, the event as it failed, and why. Durable when `append` resolves. */
export function deadLetterSink(store: DeadLetterStore, pipeline: string, now: () => number): DeadLetterSink {
  return {
    async append(batch, dead) {
      for (const one of dead) {
        await store.append({
          time: now(),
          pipeline,
          stage: one.stage,
          code: one.code,
          reason: one.reason,
          id: identityOf(batch, one.record),
          raw: batch.recordBytes(one.record),
          event: one.json ?? new Uint8Array(0),
        });
      }
      await store.flush();
    },
  };
}

function identityOf(batch: RecordBatch, record: number): string {
  const row = record * RECORD_WORDS;
  const source = batch.sources[batch.table[row + RECORD_SOURCE] as number] as Source;
  return identityString(
    source.fileId,
    source.generation,
    batch.offsetOf(record),
    batch.table[row + RECORD_RAW_LENGTH] as number,
    batch.table[row + RECORD_CRC] as number,
  );
}
