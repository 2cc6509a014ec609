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
  const marks = new Map<string, LetterMark>();
  for await (const { payload } of readSegments(settledFolder(lettersFolder), files === undefined ? {} : { files })) {
    for (const line of payload.toString("utf8").split("\n")) {
      const mark = JSON.parse(line) as LetterMark;
      marks.set(mark.key, mark);
    }
  }
  return marks;
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

  constructor(log: SegmentLog) {
    this.#log = log;
  }

  /** Opens it, and forgets the marks of letters that are gone when they are the greater part. */
  static async open(
    lettersFolder: string,
    oldestSegment: number,
    files: SegmentFileSystem = realSegmentFileSystem,
  ): Promise<SettledLog> {
    const folder = settledFolder(lettersFolder);
    const log = await SegmentLog.open({ folder, segmentBytes: 4 << 20, totalBytes: Number.POSITIVE_INFINITY, files });
    const settled = new SettledLog(log);
    const marks = [...(await readMarks(lettersFolder, files)).values()];
    const needed = marks.filter(({ upTo }) => upTo.segment >= oldestSegment);
    if (marks.length > TOGETHER && needed.length * 2 < marks.length) await settled.#rewrite(needed);
    return settled;
  }

  /** Resolves when the marks are on disk; all of them are there after a crash or none. */
  async add(marks: readonly LetterMark[]): Promise<void> {
    if (marks.length === 0) return;
    await this.#log.append(Buffer.from(marks.map((mark) => JSON.stringify(mark)).join("\n")));
    await this.#log.sync();
  }

  close(): Promise<void> {
    return this.#log.close();
  }

  async #rewrite(marks: readonly LetterMark[]): Promise<void> {
    await this.#log.roll();
    const first = this.#log.head.segment;
    for (let at = 0; at < marks.length; at += TOGETHER) await this.add(marks.slice(at, at + TOGETHER));
    await this.#log.dropBefore(first);
  }
}
