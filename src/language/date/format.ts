import type { Timestamp } from "../../event/timestamp.ts";
import { DAY_MILLIS } from "./civil.ts";
import { javaPart } from "./format-java.ts";
import { jodaPart } from "./format-joda.ts";
import { quotedText } from "./pattern.ts";

/** Writes one run of pattern letters; `date` is the time with UTC's fields. */
export type FormatPart = (date: Date, time: Timestamp) => string;

/** Whose letters a pattern uses. */
export type FormatDialect = "joda" | "java";

/**
 * Compiles a date pattern for writing timestamps in UTC and English, as Logstash's sprintf does. Letters without a meaning stay as they are.
 * Sources: Joda-Time DateTimeFormat; java.time.format.DateTimeFormatter.
 */
export function compileDateFormat(pattern: string, dialect: FormatDialect): (time: Timestamp) => string {
  const partOf = dialect === "java" ? javaPart : jodaPart;
  const parts: (string | FormatPart)[] = [];
  let letters = "";
  for (let i = 0; i < pattern.length; ) {
    const c = pattern[i] as string;
    if (c === "'") {
      const quoted = quotedText(pattern, i);
      parts.push(quoted.text);
      i = quoted.end;
      continue;
    }
    let count = 1;
    while (pattern[i + count] === c) count++;
    letters += c;
    parts.push(partOf(c, count) ?? c.repeat(count));
    i += count;
  }
  const write = (time: Timestamp): string => {
    const date = new Date(time.epochMs);
    let text = "";
    for (const part of parts) text += typeof part === "string" ? part : part(date, time);
    return text;
  };
  const span = steadyMillis(letters);
  if (span === 0) return write;
  let last = Number.NaN;
  let text = "";
  return (time) => {
    const now = Math.floor(time.epochMs / span);
    if (now !== last) {
      text = write(time);
      last = now;
    }
    return text;
  };
}

/** For how long a pattern with these letters gives the same text, in milliseconds. */
function steadyMillis(letters: string): number {
  if (/[SAnN]/.test(letters)) return 0;
  if (letters.includes("s")) return 1000;
  if (letters.includes("m")) return 60_000;
  return /[HkhKaB]/.test(letters) ? 3_600_000 : DAY_MILLIS;
}
