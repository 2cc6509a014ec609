import { createHash } from "node:crypto";
import { FILE_ID_BYTES } from "../event/identity.ts";
import { isCursor, type JournalPlace } from "./journal-cursor.ts";

/** How far a journal was read, as it is stored. */
export interface JournalPositionSnapshot {
  readonly cursor: string | undefined;
  /** Number of the last entry of each sequence; those read last at the end. */
  readonly numbers: readonly (readonly [sequence: string, number: number])[];
}

/** Sequences remembered: a host has one, journals of other machines and older ones have their own. */
const SEQUENCES = 256;

/** Where an entry lies: offsets are the sequence's numbers, an entry begins behind the one read before it. */
export interface JournalOffsets {
  readonly offset: number;
  /** At least 1. */
  readonly length: number;
}

/**
 * Counts along a journal. An entry gets the numbers from the entry before it (of its sequence) to its own, so that the entries of a
 * selection lie side by side; reading again behind a stored position gives the same numbers, since journals are append-only.
 */
export class JournalPosition {
  #cursor: string | undefined;
  readonly #numbers: Map<string, number>;

  constructor(from?: JournalPositionSnapshot) {
    this.#cursor = from?.cursor;
    this.#numbers = new Map(from?.numbers);
  }

  get cursor(): string | undefined {
    return this.#cursor;
  }

  /** Moves behind an entry. `place` undefined: its cursor has no numbers, or it has no cursor; then it is counted. */
  advance(cursor: string | undefined, place: JournalPlace | undefined): JournalOffsets {
    if (cursor !== undefined) this.#cursor = cursor;
    const sequence = place?.sequence ?? "";
    const before = this.#numbers.get(sequence);
    const number = place?.number ?? (before ?? 0) + 1;
    // The one read last comes last, and goes last.
    this.#numbers.delete(sequence);
    this.#numbers.set(sequence, number);
    if (this.#numbers.size > SEQUENCES) this.#numbers.delete(this.#numbers.keys().next().value as string);
    // Numbers that go back (a journal that was put back, clocks of several machines) stand for themselves.
    const offset = before === undefined || before >= number ? number : before + 1;
    return { offset, length: number + 1 - offset };
  }

  snapshot(): JournalPositionSnapshot {
    return { cursor: this.#cursor, numbers: [...this.#numbers] };
  }
}

/** The id that a sequence's entries have as if they were in a file: from the input's own random id, so that two inputs stay apart. */
export function sequenceFileId(inputId: Uint8Array, sequence: string): Uint8Array {
  const hash = createHash("sha256").update(inputId).update(sequence).digest();
  return new Uint8Array(hash.subarray(0, FILE_ID_BYTES));
}

/** Checks a stored position; undefined when it is none. */
export function readPosition(stored: unknown): JournalPositionSnapshot | undefined {
  if (typeof stored !== "object" || stored === null) return undefined;
  const { cursor, numbers } = stored as { cursor?: unknown; numbers?: unknown };
  if (cursor !== undefined && !(typeof cursor === "string" && isCursor(cursor))) return undefined;
  if (!Array.isArray(numbers)) return undefined;
  const valid = numbers.every(
    (pair: unknown) =>
      Array.isArray(pair) && typeof pair[0] === "string" && Number.isSafeInteger(pair[1]) && (pair[1] as number) >= 0,
  );
  return valid ? { cursor, numbers: numbers as [string, number][] } : undefined;
}
