import { DAY_MILLIS } from "./civil.ts";

/** Offsets of time zones, from the system's data through Intl. */

const MINUTE = 60_000;
/** Offsets change on quarter hours at the finest. */
const BUCKET = 15 * MINUTE;
/** So many buckets and days of a zone, and so many zones, are kept. */
const CACHE_LIMIT = 5_000;
const ZONE_LIMIT = 500;

/** Milliseconds that local time is ahead of UTC at a moment. */
type Offset = (utcMs: number) => number;

/** A time zone. */
export interface TimeZone {
  /** Milliseconds that local time is ahead of UTC at a moment. */
  readonly offset: Offset;
  /** The moment of a local time; of two (when clocks go back) the earlier, and of none as if clocks had not gone forward. */
  readonly toUtc: (localMs: number) => number;
}

/** By name; null: there is no such zone. Names come from texts too, so the map has a limit. */
const zones = new Map<string, TimeZone | null>();

/** The zone of a name (`Europe/Berlin`, `EST`, `+02:00`, `UTC`). @throws RangeError for a name that there is not */
export function timeZone(name: string): TimeZone {
  let zone = zones.get(name);
  if (zone === undefined) {
    try {
      zone = makeZone(name);
    } catch {
      zone = null;
    }
    if (zones.size >= ZONE_LIMIT) zones.clear();
    zones.set(name, zone);
  }
  if (zone === null) throw new RangeError(`there is no time zone "${name}"`);
  return zone;
}

function makeZone(name: string): TimeZone {
  if (name === "UTC" || name === "GMT" || name === "Z" || name === "Etc/UTC") return fixedZone(0);
  const fixed = /^(?:UTC|GMT)?([+-])(\d{1,2}):?(\d{2})?$/.exec(name);
  if (fixed === null) return namedZone(name);
  const minutes = Number(fixed[2]) * 60 + Number(fixed[3] ?? 0);
  if (minutes >= 24 * 60) throw new RangeError(name);
  return fixedZone((fixed[1] === "-" ? -minutes : minutes) * MINUTE);
}

function fixedZone(offset: number): TimeZone {
  return { offset: () => offset, toUtc: (localMs) => localMs - offset };
}

function namedZone(name: string): TimeZone {
  const offset = cachedOffset(name);
  /** Offsets of the local days around which it does not change; NaN for the others. */
  const days = new Map<number, number>();
  let lastDay = Number.NaN;
  let last = Number.NaN;
  return {
    offset,
    toUtc(localMs) {
      const day = Math.floor(localMs / DAY_MILLIS);
      if (day !== lastDay) {
        let found = days.get(day);
        if (found === undefined) {
          found = steadyOffset(day * DAY_MILLIS, offset);
          if (days.size >= CACHE_LIMIT) days.clear();
          days.set(day, found);
        }
        last = found;
        lastDay = day;
      }
      return Number.isNaN(last) ? localToUtc(localMs, offset) : localMs - last;
    },
  };
}

/** The offset from a day before `dayMs` to two days behind it, if it is the same every twelve hours. */
function steadyOffset(dayMs: number, offset: Offset): number {
  const first = offset(dayMs - DAY_MILLIS);
  for (let step = -1; step <= 4; step++) if (offset(dayMs + (step * DAY_MILLIS) / 2) !== first) return Number.NaN;
  return first;
}

function localToUtc(localMs: number, offset: Offset): number {
  const before = offset(localMs - DAY_MILLIS);
  const first = localMs - before;
  if (offset(first) === before) return first;
  return localMs - offset(localMs - offset(first));
}

function cachedOffset(timeZoneName: string): Offset {
  const format = new Intl.DateTimeFormat("en-US", {
    timeZone: timeZoneName,
    hourCycle: "h23",
    year: "numeric",
    month: "numeric",
    day: "numeric",
    hour: "numeric",
    minute: "numeric",
    second: "numeric",
    era: "short",
  });
  const cache = new Map<number, number>();
  return (utcMs) => {
    const bucket = Math.floor(utcMs / BUCKET);
    let offset = cache.get(bucket);
    if (offset === undefined) {
      offset = readOffset(format, bucket * BUCKET);
      if (cache.size >= CACHE_LIMIT) cache.clear();
      cache.set(bucket, offset);
    }
    return offset;
  };
}

function readOffset(format: Intl.DateTimeFormat, utcMs: number): number {
  const parts: Record<string, string> = {};
  for (const { type, value } of format.formatToParts(utcMs)) parts[type] = value;
  const value = (name: string): number => Number(parts[name]);
  const year = parts["era"] === "BC" ? 1 - value("year") : value("year");
  const local = new Date(0);
  local.setUTCFullYear(year, value("month") - 1, value("day"));
  local.setUTCHours(value("hour"), value("minute"), value("second"));
  return local.getTime() - utcMs;
}
