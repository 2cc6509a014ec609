import { Timestamp } from "../event/timestamp.ts";
import type { DateOptions, DateReader } from "./date/pattern.ts";
import { compileDateReader } from "./date/special.ts";

/** Without a year; days below ten with a blank, a zero, or nothing before them. */
const BSD_PATTERNS = ["MMM dd HH:mm:ss", "MMM  d HH:mm:ss", "MMM d HH:mm:ss"];
const FRACTION = /^(.*:\d\d:\d\d)[.,:](\d+)$/;

/** Reads the times of syslog lines: RFC 3164's, with a fraction too, and ISO 8601. @throws RangeError for an unknown zone */
export function syslogTimeReader(options: DateOptions): DateReader {
  const bsd = BSD_PATTERNS.map((pattern) => compileDateReader(pattern, options));
  const iso = compileDateReader("ISO8601", options);
  const whole: DateReader = (text) => {
    for (const read of bsd) {
      const found = read(text);
      if (found !== undefined) return found;
    }
    return undefined;
  };
  return (text) => {
    if (text.charCodeAt(4) === 45) return iso(text);
    const match = FRACTION.exec(text);
    if (match === null) return whole(text);
    const second = whole(match[1] as string);
    if (second === undefined) return undefined;
    const nanos = Number((match[2] as string).slice(0, 9).padEnd(9, "0"));
    return new Timestamp(second.epochMs + Math.floor(nanos / 1e6), nanos % 1e6);
  };
}
