import type { DateOptions, DateReader, Moment } from "./pattern.ts";
import { compileJodaPattern } from "./pattern.ts";
import { localToUtc, zoneOffset } from "./zone.ts";

const ISO =
  /^([+-]?\d{4,9})-(\d\d?)-(\d\d?)(?:[T ](\d\d?)(?::(\d\d?)(?::(\d\d?)(?:[.,](\d+))?)?)?\s?(Z|z|[+-]\d\d(?::?\d\d)?)?)?$/;

/** ISO 8601 with a T or a blank, a point or a comma; without a zone in the filter's. */
function iso8601(options: DateOptions): DateReader {
  const zone = zoneOffset(options.timezone);
  return (text) => {
    const match = ISO.exec(text);
    if (match === null) return undefined;
    const [, year, month, day, hour = "0", minute = "0", second = "0", fraction = "", offset] = match;
    if (Number(hour) > 23 || Number(minute) > 59 || Number(second) > 59) return undefined;
    const date = new Date(0);
    date.setUTCFullYear(Number(year), Number(month) - 1, Number(day));
    if (date.getUTCDate() !== Number(day) || date.getUTCMonth() !== Number(month) - 1) return undefined;
    const nanos = Number(fraction.slice(0, 9).padEnd(9, "0"));
    const local =
      date.getTime() + ((Number(hour) * 60 + Number(minute)) * 60 + Number(second)) * 1000 + Math.floor(nanos / 1e6);
    const epochMs = offset === undefined ? localToUtc(local, zone) : local - zoneOffset(offset.toUpperCase())(0);
    return { epochMs, nanos: nanos % 1e6 };
  };
}

/** Logstash takes no later second (2038-01-19), which tells seconds from milliseconds. */
const LAST_SECOND = 2 ** 31 - 1;

/** Seconds since 1970 with a fraction, read as digits so that no nanosecond is lost to rounding. */
function unix(text: string): Moment | undefined {
  const match =
    /^(-?)(\d{1,12})(?:[.,](\d+))?$/.exec(text.trim()) ?? /^(-?)(\d{1,12})(?:[.,](\d+))?$/.exec(plainNumber(text));
  if (match === null) return undefined;
  if (Number(match[2]) > LAST_SECOND) return undefined;
  const nanos = Number((match[3] ?? "").slice(0, 9).padEnd(9, "0"));
  const total = Number(match[2]) * 1000 + Math.floor(nanos / 1e6);
  return match[1] === "-" ? { epochMs: -total, nanos: 0 } : { epochMs: total, nanos: nanos % 1e6 };
}

/** `1.5E9` and the like as plain digits. */
function plainNumber(text: string): string {
  const value = Number(text);
  return text.trim() !== "" && Number.isFinite(value) ? String(value) : "";
}

function unixMs(text: string): Moment | undefined {
  return /^-?\d{1,15}$/.test(text.trim()) ? { epochMs: Number(text), nanos: 0 } : undefined;
}

/** TAI64N: `@`, 16 hex digits of seconds from 2^62, 8 of nanoseconds. Source: cr.yp.to, TAI64; ten seconds ahead of UTC as Logstash takes it. */
function tai64n(text: string): Moment | undefined {
  const match = /^@?([0-9a-f]{16})([0-9a-f]{8})$/i.exec(text);
  if (match === null) return undefined;
  const seconds = Number(BigInt(`0x${match[1]}`) - 2n ** 62n) - 10;
  const nanos = Number.parseInt(match[2] as string, 16);
  return { epochMs: seconds * 1000 + Math.floor(nanos / 1e6), nanos: nanos % 1e6 };
}

/** Entries of the date filter's `match` that also read numbers; all others read texts only. */
export function readsNumbers(pattern: string): boolean {
  return pattern === "UNIX" || pattern === "UNIX_MS";
}

/** Compiles one entry of the date filter's `match`: a keyword or a Joda pattern. @throws Error for a bad pattern */
export function compileDateReader(pattern: string, options: DateOptions): DateReader {
  switch (pattern) {
    case "ISO8601":
      return iso8601(options);
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
