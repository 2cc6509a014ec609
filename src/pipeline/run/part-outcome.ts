import { NO_SPLIT, type SplitPath } from "../../event/identity.ts";
import type { DeliveryOutcome } from "../../plugin/definitions.ts";
import type { OutputEntry } from "../../telemetry/ledger.ts";
import type { DeadEvent, OutputPart } from "./messages.ts";

/** What dead letters of a part are made from. */
export type RejectedPart = Pick<OutputPart, "ends" | "records" | "splits" | "children"> & {
  /** Number of each event within its item; undefined: its place in the part. */
  readonly events?: Int32Array;
};

/** The events of a part that its output `id` has rejected, as dead letters. */
export function rejectedEvents(part: RejectedPart, bytes: Buffer, outcome: DeliveryOutcome, id: string): DeadEvent[] {
  return outcome.rejected.map(({ index, code, reason }) => ({
    record: part.records[index] as number,
    event: part.events?.[index] ?? index,
    stage: "reject",
    code,
    reason: `${id}: ${reason}`,
    json: new Uint8Array(bytes.subarray(index === 0 ? 0 : (part.ends[index - 1] as number), part.ends[index])),
    split: splitAt(part.splits, index),
    children: part.children?.get(index),
    output: id,
  }));
}

/** An outcome as the ledger has it. */
export function outputEntry({ delivered, existing, conflicts, failureStore, rejected }: DeliveryOutcome): OutputEntry {
  return { delivered, existing, conflicts, failureStore, deadLettered: rejected.length };
}

function splitAt(splits: Int32Array | undefined, index: number): SplitPath {
  if (splits === undefined) return NO_SPLIT;
  return { high: splits[index * 2] as number, low: splits[index * 2 + 1] as number };
}
