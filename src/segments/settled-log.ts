import { join } from "node:path";
import type { LetterScope } from "./dead-letter.ts";
import { realSegmentFileSystem, type SegmentFileSystem } from "./filesystem.ts";
import { type LogPlace, readSegments, segmentBytes } from "./log-reader.ts";
import { SegmentLog } from "./segment-log.ts";

/** How a letter came to its end. */
export type SettledHow = "delivered" | "filtered" | "purged" | "consumed";

/** What became of a letter: it is settled, or it failed again for reasons of its own. */
export interface LetterMark {
  /** `letterKey` of the letter. */
  readonly key: string;
  /** The end of the letters when it was made: when those up to there are gone, nobody asks for it any more. */
  readonly upTo: LogPlace;
  /** Epoch milliseconds. */
  readonly time: number;
  /** undefined: it failed again. */
  readonly how?: SettledHow | undefined;
  /** Replays that failed, this one included. */
  readonly attempts?: number | undefined;
  /** What still stands for the letter after it failed again. */
  readonly scopes?: readonly LetterScope[] | undefined;
}

/** The folder of the marks: beside the segments of the letters. */
export function settledFolder(lettersFolder: string): string {
  return join(lettersFolder, "settled");
}

/**
 * Marks by key; the last one of a letter holds. It holds for a letter of the same event that comes later, too: only a record that had not been
 * acknowledged comes again under its identity.
 */
export type Marks = ReadonlyMap<string, LetterMark>;

/** Reads the marks beside their writer. */
export async function readMarks(lettersFolder: string, files?: SegmentFileSystem): Promise<Marks> {
  return (await readAll(lettersFolder, files)).marks;
}

/** The marks, and the last note. */
async function readAll(lettersFolder: string, files?: SegmentFileSystem): Promise<{ marks: Marks; note: unknown }> {
  const marks = new Map<string, LetterMark>();
  let note: unknown;
  for await (const { payload } of readSegments(settledFolder(lettersFolder), files === undefined ? {} : { files })) {
    for (const line of payload.toString("utf8").split("\n")) {
      const mark = JSON.parse(line) as LetterMark | { readonly note: unknown };
      if ("note" in mark) note = mark.note;
      else marks.set(mark.key, mark);
    }
  }
  return { marks, note };
}

/** Bytes of the marks; another number says that there are new ones. */
export function marksBytes(lettersFolder: string, files?: SegmentFileSystem): Promise<number> {
  return segmentBytes(settledFolder(lettersFolder), files);
}

/** Marks rewritten at once, so that a record stays small. */
const TOGETHER = 1000;

/** Writes marks. One writer at a time: whoever holds the lock on the folder. */
export class SettledLog {
  readonly #log: SegmentLog;
  #note: unknown;

  private constructor(log: SegmentLog, note: unknown) {
    this.#log = log;
    this.#note = note;
  }

  /** What was written with the last marks that had a note. */
  get note(): unknown {
    return this.#note;
  }

  /** Opens it, and forgets the marks of letters that are gone when they are the greater part. */
  static async open(
    lettersFolder: string,
    oldestSegment: number,
    files: SegmentFileSystem = realSegmentFileSystem,
  ): Promise<SettledLog> {
    const folder = settledFolder(lettersFolder);
    const log = await SegmentLog.open({ folder, segmentBytes: 4 << 20, totalBytes: Number.POSITIVE_INFINITY, files });
    const known = await readAll(lettersFolder, files);
    const settled = new SettledLog(log, known.note);
    const marks = [...known.marks.values()];
    const needed = marks.filter(({ upTo }) => upTo.segment >= oldestSegment);
    if (marks.length > TOGETHER && needed.length * 2 < marks.length) await settled.#rewrite(needed);
    return settled;
  }

  /** Resolves when the marks, and the note that stands for all so far, are on disk; all of that is there after a crash or nothing. */
  async add(marks: readonly LetterMark[], note?: unknown): Promise<void> {
    if (note !== undefined) this.#note = note;
    const lines: unknown[] = note === undefined ? [...marks] : [...marks, { note }];
    if (lines.length === 0) return;
    await this.#log.append(Buffer.from(lines.map((line) => JSON.stringify(line)).join("\n")));
    await this.#log.sync();
  }

  close(): Promise<void> {
    return this.#log.close();
  }

  async #rewrite(marks: readonly LetterMark[]): Promise<void> {
    await this.#log.roll();
    const first = this.#log.head.segment;
    for (let at = 0; at < marks.length; at += TOGETHER) await this.add(marks.slice(at, at + TOGETHER));
    if (this.#note !== undefined) await this.add([], this.#note);
    await this.#log.dropBefore(first);
  }
}
