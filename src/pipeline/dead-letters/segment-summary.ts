import { setImmediate as yieldToOthers } from "node:timers/promises";
import { decodeLetter, letterKey } from "../../segments/dead-letter.ts";
import { readSegment, segmentsOf } from "../../segments/log-reader.ts";
import type { Marks } from "../../segments/settled-log.ts";

/** What is in one segment of dead letters. */
export interface SegmentSummary {
  readonly segment: number;
  /** Letters without an end of their own yet, by code. */
  readonly open: Readonly<Record<string, number>>;
  /** When the youngest letter was written, epoch milliseconds. */
  readonly newest: number;
}

/** Letters looked at without a pause for others. */
const STRETCH = 500;

/** Summaries of all segments, the oldest first, one after the other. */
export async function* summaries(folder: string, marks: Marks): AsyncGenerator<SegmentSummary> {
  for (const segment of await segmentsOf(folder)) {
    const open: Record<string, number> = {};
    let newest = 0;
    let seen = 0;
    // What cannot be read is not settled: only age or want of room removes it, and counts it.
    const damaged = (): void => {
      open["damaged"] = (open["damaged"] ?? 0) + 1;
    };
    for await (const { payload } of readSegment(folder, segment, { damaged })) {
      const letter = decodeLetter(payload);
      newest = Math.max(newest, letter.time);
      if (marks.get(letterKey(letter))?.how === undefined) open[letter.code] = (open[letter.code] ?? 0) + 1;
      if (++seen % STRETCH === 0) await yieldToOthers();
    }
    yield { segment, open, newest };
  }
}

export function isSettled({ open }: SegmentSummary): boolean {
  return Object.keys(open).length === 0;
}
