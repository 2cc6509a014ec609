import { identityString, splitText } from "../../event/identity.ts";
import {
  RECORD_CRC,
  RECORD_FLAGS,
  RECORD_RAW_LENGTH,
  RECORD_SOURCE,
  RECORD_WORDS,
  type RecordBatch,
  type Source,
} from "../../event/record-batch.ts";
import type { DeadLetter, LetterOrigin, LetterScope } from "../../segments/dead-letter.ts";
import type { ResolvedGroup } from "../compile/resolve-group.ts";
import type { DeadLetterSink } from "./dispatcher.ts";
import type { DeadEvent } from "./messages.ts";
import { TICK_INPUT } from "./worker-program.ts";

/** The "input" of events that a filter made by time: no record can make them again. */
export const MADE_BY_TIME = "(time)";

/** Takes letters; they are durable when `flush` resolves. */
export interface LetterTarget {
  append(letter: DeadLetter): Promise<void>;
  flush(): Promise<void>;
}

/** An input by its number: the pipeline that it is in, and its id there. */
export interface InputName {
  readonly pipeline: string;
  readonly input: string;
}

/** The inputs of pipelines that run together, by their numbers. */
export function inputNames({ pipelines }: ResolvedGroup): InputName[] {
  const names: InputName[] = [];
  for (const { definition, inputs } of pipelines)
    for (const { number, id } of inputs) names[number] = { pipeline: definition.id, input: id };
  return names;
}

/** Keeps dead letters on disk: each with the record as it entered, the event as it failed, and why. Durable when `append` resolves. */
export function deadLetterSink(
  target: LetterTarget,
  pipeline: string,
  now: () => number,
  inputs: readonly InputName[] = [],
): DeadLetterSink {
  return {
    async append(batch, dead) {
      for (const one of dead) {
        const source = sourceOf(batch, one.record);
        const from = inputs[source.input];
        const input =
          source.input === TICK_INPUT ? MADE_BY_TIME : from === undefined ? "" : `${from.pipeline}/${from.input}`;
        await target.append({
          time: now(),
          pipeline: from?.pipeline ?? pipeline,
          ...scopeOf(one),
          id: identityOf(batch, one.record),
          origin: originOf(batch, one.record, input),
          raw: batch.recordBytes(one.record),
          event: one.json ?? new Uint8Array(0),
        });
      }
      await target.flush();
    },
  };
}

/** What a failed event stands for. */
export function scopeOf({ stage, code, reason, split, children, output }: DeadEvent): LetterScope {
  return { stage, code, reason, split: split === undefined ? undefined : splitText(split), children, output };
}

function sourceOf(batch: RecordBatch, record: number): Source {
  return batch.sources[batch.table[record * RECORD_WORDS + RECORD_SOURCE] as number] as Source;
}

function originOf(batch: RecordBatch, record: number, input: string): LetterOrigin {
  const { unit, fields } = sourceOf(batch, record);
  const flags = batch.table[record * RECORD_WORDS + RECORD_FLAGS] as number;
  return { input, unit, flags, readAt: batch.readAt, fields };
}

function identityOf(batch: RecordBatch, record: number): string {
  const row = record * RECORD_WORDS;
  const source = sourceOf(batch, record);
  return identityString(
    source.fileId,
    source.generation,
    batch.offsetOf(record),
    batch.table[row + RECORD_RAW_LENGTH] as number,
    batch.table[row + RECORD_CRC] as number,
  );
}
