import type { BulkPart } from "./bulk-part.ts";

/** An operation that creates a document under an id. */
export interface Creation {
  /** Among the operations of the part. */
  readonly place: number;
  readonly index: string;
  readonly id: string;
  readonly routing: string | undefined;
}

const NEWLINE = 0x0a;

interface Target {
  readonly _index?: string;
  readonly _id?: string;
  readonly routing?: string;
}

/** Name that the first operation of a part writes to. */
export function firstIndex(part: BulkPart): string | undefined {
  return part.indexes.length === 0 ? undefined : targetAt(part, 0)[1]?._index;
}

/** The operations that create a document under an id, by reading their action lines. Source: Elasticsearch, "Bulk API". */
export function creations(part: BulkPart): Creation[] {
  const found: Creation[] = [];
  for (let place = 0; place < part.indexes.length; place++) {
    const [verb, { _index, _id, routing } = {}] = targetAt(part, place);
    if (verb === "create" && _index !== undefined && _id !== undefined)
      found.push({ place, index: _index, id: _id, routing });
  }
  return found;
}

/** Nothing for a line that is no action; Elasticsearch says so then. */
function targetAt(part: BulkPart, place: number): [string?, Target?] {
  const start = place === 0 ? 0 : (part.ends[place - 1] as number);
  const end = part.bytes.indexOf(NEWLINE, start);
  try {
    const action = JSON.parse(part.bytes.toString("utf8", start, end < 0 ? undefined : end)) as Record<string, Target>;
    return (Object.entries(action)[0] ?? []) as [string?, Target?];
  } catch {
    return [];
  }
}
