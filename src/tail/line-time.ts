import { compileDateReader } from "../language/date/special.ts";
import { syslogTimeReader } from "../language/syslog-time.ts";

/** Gives the time of a line in epoch milliseconds; undefined when it has none that is recognised. */
export type LineTime = (line: string) => number | undefined;

/** Only the beginning of a line is looked at. */
const LOOKED_AT = 512;
const DAY_MS = 24 * 3600 * 1000;

const ISO = /^[^\dA-Za-z]{0,3}(?:<\d{1,3}>1 )?(\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:[.,]\d+)?(?:Z|[+-]\d\d:?\d\d)?)/;
const SLASHED = /^\[?(\d{4}\/\d\d\/\d\d \d\d:\d\d:\d\d)/;
const BSD = /^(?:<\d{1,3}>)?([A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d(?:\.\d+)?) /;
const ACCESS = /\[(\d\d\/[A-Z][a-z]{2}\/\d{4}:\d\d:\d\d:\d\d [+-]\d{4})\]/;
const APACHE_ERROR = /^\[(?:[A-Z][a-z]{2} )([A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d)(?:\.\d+)? (\d{4})\]/;
const AUDIT = /\baudit\((\d{9,10}\.\d{3}):\d+\)/;
const JSON_KEY =
  /"(?:@timestamp|timestamp|time|ts|t|datetime|date|eventTime|asctime)"\s*:\s*(?:"([^"]{10,40})"|(\d{9,19}(?:\.\d+)?))/;
const INNER_ISO = /(?:^|[\s[(=])(\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:[.,]\d+)?(?:Z|[+-]\d\d:?\d\d)?)/;

/**
 * Reads the times of common formats: ISO 8601, syslog (RFC 3164 and 5424), the access and error logs of Apache and nginx, audit records, JSON
 * with a time under one of the usual keys (text, or seconds to nanoseconds since 1970). `timezone` is for times that name none, `now` (epoch
 * milliseconds) for those without a year, which lie in the past.
 */
export function lineTimeReader(timezone: string, now: () => number): LineTime {
  const options = { timezone, locale: "en", now };
  const iso = compileDateReader("ISO8601", options);
  const bsd = syslogTimeReader(options);
  const slashed = compileDateReader("yyyy/MM/dd HH:mm:ss", options);
  const access = compileDateReader("dd/MMM/yyyy:HH:mm:ss Z", options);
  const apacheError = compileDateReader("MMM d HH:mm:ss yyyy", options);
  const readers: [RegExp, (match: RegExpExecArray) => number | undefined][] = [
    [ISO, (match) => iso(match[1] as string)?.epochMs],
    [BSD, (match) => inPast(bsd(match[1] as string)?.epochMs, now())],
    [SLASHED, (match) => slashed(match[1] as string)?.epochMs],
    [ACCESS, (match) => access(match[1] as string)?.epochMs],
    [APACHE_ERROR, (match) => apacheError(`${match[1]} ${match[2]}`.replace(/ {2}/, " "))?.epochMs],
    [AUDIT, (match) => Math.floor(Number(match[1]) * 1000)],
    [JSON_KEY, (match) => (match[1] === undefined ? sinceEpoch(match[2] as string) : iso(match[1])?.epochMs)],
    [INNER_ISO, (match) => iso(match[1] as string)?.epochMs],
  ];
  return (line) => {
    const text = line.length > LOOKED_AT ? line.slice(0, LOOKED_AT) : line;
    for (let i = 0; i < readers.length; i++) {
      const [expression, read] = readers[i] as (typeof readers)[number];
      const match = expression.exec(text);
      const time = match === null ? undefined : read(match);
      if (time === undefined) continue;
      // Lines of one log look alike.
      if (i > 0) readers.unshift(...readers.splice(i, 1));
      return time;
    }
    return undefined;
  };
}

/** Without a year, this one is taken; a log is not of the future. */
function inPast(time: number | undefined, now: number): number | undefined {
  if (time === undefined || time <= now + DAY_MS) return time;
  const date = new Date(time);
  date.setUTCFullYear(date.getUTCFullYear() - 1);
  return date.getTime();
}

/** Seconds, milliseconds, microseconds or nanoseconds, by their size. */
function sinceEpoch(digits: string): number {
  const value = Number(digits);
  if (value < 1e11) return Math.floor(value * 1000);
  if (value < 1e14) return Math.floor(value);
  return Math.floor(value / (value < 1e17 ? 1e3 : 1e6));
}
