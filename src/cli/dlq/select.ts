import { parseKql } from "../../language/kql/parser.ts";
import { LETTER_TEXTS, type Letters, letterDocument, type OpenLetter } from "../../pipeline/dead-letters/letters.ts";
import { documentMatcher } from "../../store/kql-document.ts";
import { parseTime } from "../search/time-option.ts";
import { UsageError } from "./find-letters.ts";

export interface SelectOptions {
  readonly filter?: string;
  readonly olderThan?: string;
}

/** Which letters a command is for. @throws KqlSyntaxError, UsageError */
export function selector(options: SelectOptions, now: number): (open: OpenLetter) => boolean {
  const query = options.filter === undefined ? undefined : parseKql(options.filter, "--filter");
  const matches = query === undefined ? undefined : documentMatcher(query, { now, texts: LETTER_TEXTS });
  const before = options.olderThan === undefined ? undefined : parseTime(options.olderThan, now);
  if (options.olderThan !== undefined && before === undefined)
    throw new UsageError(`--older-than ${options.olderThan} is no time: 7d, 12h, or 2026-11-23T10:00`);
  return (open) =>
    (before === undefined || open.letter.time < before) && (matches === undefined || matches(letterDocument(open)));
}

export async function* selected(letters: Letters, which: (open: OpenLetter) => boolean): AsyncGenerator<OpenLetter> {
  for await (const open of letters.open()) if (which(open)) yield open;
}
