import { Timestamp } from "../../event/timestamp.ts";
import { iso8601 } from "./iso8601.ts";
import { LAST_MILLIS } from "./moment.ts";
import { compileJodaPattern, type DateOptions, type DateReader } from "./pattern.ts";

/** Logstash takes no later second (2038-01-19), which tells seconds from milliseconds. */
const LAST_SECOND = 2 ** 31 - 1;
const SECONDS = /^(-?)(\d{1,12})(?:[.,](\d+))?$/;

/** Seconds since 1970 with a fraction, read as digits so that no nanosecond is lost to rounding. */
function unix(text: string): Timestamp | undefined {
  const match = SECONDS.exec(text.trim()) ?? SECONDS.exec(plainNumber(text));
  if (match === null) return undefined;
  const seconds = Number(match[2]);
  if (seconds > LAST_SECOND) return undefined;
  const nanos = match[3] === undefined ? 0 : Number(match[3].slice(0, 9).padEnd(9, "0"));
  const total = seconds * 1000 + Math.floor(nanos / 1e6);
  const below = nanos % 1e6;
  if (match[1] !== "-") return new Timestamp(total, below);
  return below === 0 ? new Timestamp(0 - total) : new Timestamp(-total - 1, 1e6 - below);
}

/** `1.5E9` and the like as plain digits. */
function plainNumber(text: string): string {
  const value = Number(text);
  return text.trim() !== "" && Number.isFinite(value) ? String(value) : "";
}

function unixMs(text: string): Timestamp | undefined {
  return /^-?\d{1,15}$/.test(text.trim()) ? new Timestamp(Number(text)) : undefined;
}

/** TAI64N: `@`, 16 hex digits of seconds from 2^62, 8 of nanoseconds. Source: cr.yp.to, TAI64; ten seconds ahead of UTC as Logstash takes it. */
function tai64n(text: string): Timestamp | undefined {
  const match = /^@?([0-9a-f]{16})([0-9a-f]{8})$/i.exec(text);
  if (match === null) return undefined;
  const seconds = Number(BigInt(`0x${match[1]}`) - 2n ** 62n) - 10;
  const nanos = Number.parseInt(match[2] as string, 16);
  if (nanos >= 1e9 || Math.abs(seconds * 1000) > LAST_MILLIS) return undefined;
  return new Timestamp(seconds * 1000 + Math.floor(nanos / 1e6), nanos % 1e6);
}

/** Entries of the date filter's `match` that also read numbers; all others read texts only. */
export function readsNumbers(pattern: string): boolean {
  return pattern === "UNIX" || pattern === "UNIX_MS";
}

/** Compiles one entry of the date filter's `match`: a keyword or a Joda pattern. @throws Error for a bad pattern */
export function compileDateReader(pattern: string, options: DateOptions): DateReader {
  switch (pattern) {
    case "ISO8601":
      return iso8601(options.timezone);
    case "UNIX":
      return unix;
    case "UNIX_MS":
      return unixMs;
    case "TAI64N":
      return tai64n;
    default:
      return compileJodaPattern(pattern, options);
  }
}
