import { createHash } from "node:crypto";

/** Events that a letter stands for: an event, or a whole record, and for which output. */
export interface LetterScope {
  /** Split path of the event, 16 hex digits; undefined: whatever becomes of the record. */
  readonly split?: string | undefined;
  /** Events that this one had made before it failed, per plugin id: they have ends of their own and do not belong to the letter. */
  readonly children?: Readonly<Record<string, number>> | undefined;
  /** The output that rejected it; undefined: it has reached none. */
  readonly output?: string | undefined;
  /** Where it failed: decode, filter, encode, reject. */
  readonly stage: string;
  /** Short reason for counting, such as Elasticsearch's error type. */
  readonly code: string;
  readonly reason: string;
}

/** Where a record came from, as far as its identity does not say it. */
export interface LetterOrigin {
  /** Pipeline and input: `main/file#1`. */
  readonly input: string;
  readonly unit?: "byte" | "record" | undefined;
  readonly flags: number;
  /** When it was read, epoch milliseconds. */
  readonly readAt: number;
  /** Fields that every event of its source gets. */
  readonly fields: readonly (readonly [string, unknown])[];
}

/** An event that could not be delivered, with everything needed to understand it and to try again. */
export interface DeadLetter extends LetterScope {
  /** Epoch milliseconds. */
  readonly time: number;
  readonly pipeline: string;
  /** Identity of the record (event/identity.ts). */
  readonly id: string;
  /** undefined in letters of earlier versions. */
  readonly origin?: LetterOrigin | undefined;
  /** The record as it entered the pipeline. */
  readonly raw: Uint8Array;
  /** What was to be written when it failed, or the event as JSON; empty where there was none. */
  readonly event: Uint8Array;
}

/** A letter's record in the segment log: a JSON head with the lengths of the two byte parts, a line feed, the parts. */
export function encodeLetter(letter: DeadLetter): Buffer {
  const { raw, event, ...head } = letter;
  const line = Buffer.from(`${JSON.stringify({ ...head, raw: raw.length, event: event.length })}\n`);
  return Buffer.concat([line, raw, event]);
}

export function decodeLetter(payload: Buffer): DeadLetter {
  const line = payload.indexOf(10);
  const head = JSON.parse(payload.toString("utf8", 0, line)) as Omit<DeadLetter, "raw" | "event"> & {
    raw: number;
    event: number;
  };
  const raw = payload.subarray(line + 1, line + 1 + head.raw);
  return { ...head, raw, event: payload.subarray(line + 1 + head.raw, line + 1 + head.raw + head.event) };
}

/**
 * What makes a letter the same one when a record that was read again after a crash fails again: the event, and the output. The first 16 bytes
 * of a SHA-256, base64url. A letter without an identity is only the same as itself.
 */
export function letterKey(letter: Pick<DeadLetter, "id" | "split" | "output" | "time" | "reason">): string {
  const { id, split, output, time, reason } = letter;
  const event = id === "" ? `${time}/${reason}` : `${id}/${split ?? ""}`;
  return createHash("sha256")
    .update(`${event}/${output ?? ""}`)
    .digest()
    .toString("base64url", 0, 16);
}
