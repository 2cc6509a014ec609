import { isTree, type ObjectValue } from "../../event/value.ts";
import { type DeadLetter, decodeLetter, type LetterScope, letterKey } from "../../segments/dead-letter.ts";
import { comparePlaces, type LogPlace, logEnd, readSegments } from "../../segments/log-reader.ts";
import { type Marks, readMarks } from "../../segments/settled-log.ts";

/** A letter that has not come to its end. */
export interface OpenLetter {
  /** Its name in commands: segment and place, `3-1048`. */
  readonly name: string;
  readonly place: LogPlace;
  readonly key: string;
  readonly letter: DeadLetter;
  /** Replays that failed. */
  readonly attempts: number;
  /** What still stands for it: after a replay that failed, why that one did. */
  readonly scopes: readonly LetterScope[];
}

/** The letters of a folder at one moment, read beside their owner. */
export class Letters {
  readonly folder: string;
  /** Letters up to here are meant. */
  readonly end: LogPlace;
  readonly marks: Marks;
  /** Records that were damaged and left out, after a reading. */
  damaged = 0;

  private constructor(folder: string, end: LogPlace, marks: Marks) {
    this.folder = folder;
    this.end = end;
    this.marks = marks;
  }

  static async open(folder: string): Promise<Letters> {
    // The end first: what is marked later is no letter of this moment.
    const end = await logEnd(folder);
    return new Letters(folder, end, await readMarks(folder));
  }

  /** Letters without an end, the oldest first. One that was written again after a crash comes once. */
  async *open(): AsyncGenerator<OpenLetter> {
    this.damaged = 0;
    const seen = new Set<string>();
    const damaged = (): void => {
      this.damaged++;
    };
    for await (const { payload, segment, offset } of readSegments(this.folder, { damaged })) {
      const place = { segment, offset };
      if (comparePlaces(place, this.end) >= 0) return;
      const letter = decodeLetter(payload);
      const key = letterKey(letter);
      const mark = this.marks.get(key);
      if (mark?.how !== undefined || seen.has(key)) continue;
      seen.add(key);
      yield {
        name: `${segment}-${offset}`,
        place,
        key,
        letter,
        attempts: mark?.attempts ?? 0,
        scopes: mark?.scopes ?? [scopeOf(letter)],
      };
    }
  }
}

function scopeOf({ stage, code, reason, split, children, output }: DeadLetter): LetterScope {
  return { stage, code, reason, split, children, output };
}

/** What is wrong with a letter now. */
export function currentScope({ scopes }: OpenLetter): LetterScope {
  return scopes[0] as LetterScope;
}

/** Why a letter failed, without the name of the output, which reasons of outputs begin with. */
export function bareReason(open: OpenLetter): string {
  const { reason, output } = currentScope(open);
  return output !== undefined && reason.startsWith(`${output}: `) ? reason.slice(output.length + 2) : reason;
}

/** The event of a letter as it failed, with `@metadata` where that is known; undefined where there was no event. */
export function failedEvent({ event }: DeadLetter): ObjectValue | undefined {
  if (event.length === 0) return undefined;
  const text = Buffer.from(event.buffer, event.byteOffset, event.byteLength).toString("utf8");
  const whole = objectOf(text);
  if (whole !== undefined) return whole;
  // A bulk operation: a line that says what to do, and one with the document.
  const lines = text.trimEnd().split("\n");
  const action = objectOf(lines[0] as string);
  const document = objectOf(lines[1] ?? "");
  if (lines.length > 2 || action === undefined || document === undefined) return { message: text };
  const inner = document["doc"];
  return "update" in action && typeof inner === "object" ? (inner as ObjectValue) : document;
}

/** The `_id` that an elasticsearch output wrote for the event; undefined where it was another output, or gave none. */
export function writtenId({ event, output }: DeadLetter): string | undefined {
  if (output === undefined) return undefined;
  const text = Buffer.from(event.buffer, event.byteOffset, event.byteLength);
  const end = text.indexOf(10);
  const action = end < 0 ? undefined : objectOf(text.toString("utf8", 0, end));
  const operation = action?.["create"] ?? action?.["index"] ?? action?.["update"];
  const id = isTree(operation) ? operation["_id"] : undefined;
  return typeof id === "string" ? id : undefined;
}

function objectOf(text: string): ObjectValue | undefined {
  try {
    const value = JSON.parse(text) as unknown;
    return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as ObjectValue) : undefined;
  } catch {
    return undefined;
  }
}

/** Fields of a letter that are searched by their words. */
export const LETTER_TEXTS: ReadonlySet<string> = new Set(["reason", "raw"]);

/**
 * A letter as a document for queries: the fields of its event, those again below `event_as_failed` (for names that the letter has itself), and
 * `name code reason stage pipeline input output attempts time id raw`.
 */
export function letterDocument(open: OpenLetter): ObjectValue {
  const { letter, name, attempts } = open;
  const event = failedEvent(letter) ?? {};
  const { code, reason, stage, output } = currentScope(open);
  return {
    ...event,
    event_as_failed: event,
    name,
    code,
    reason,
    stage,
    pipeline: letter.pipeline,
    input: letter.origin?.input ?? null,
    output: output ?? null,
    attempts,
    time: new Date(letter.time).toISOString(),
    id: letter.id,
    raw: Buffer.from(letter.raw).toString("utf8"),
  };
}
