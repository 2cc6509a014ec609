/** Offsets of time zones, from the system's data through Intl. */

const MINUTE = 60_000;
/** Offsets change on quarter hours at the finest. */
const BUCKET = 15 * MINUTE;
const CACHE_LIMIT = 5_000;

/** Milliseconds that local time is ahead of UTC at a moment. */
export type ZoneOffset = (utcMs: number) => number;

const zones = new Map<string, ZoneOffset>();

/** The zone of a name (`Europe/Berlin`, `EST`, `+02:00`, `UTC`). @throws RangeError for a name that there is not */
export function zoneOffset(name: string): ZoneOffset {
  let zone = zones.get(name);
  if (zone === undefined) {
    zone = makeZone(name);
    zones.set(name, zone);
  }
  return zone;
}

function makeZone(name: string): ZoneOffset {
  if (name === "UTC" || name === "GMT" || name === "Z" || name === "Etc/UTC") return () => 0;
  const fixed = /^(?:UTC|GMT)?([+-])(\d{1,2}):?(\d{2})?$/.exec(name);
  if (fixed !== null) {
    const minutes = Number(fixed[2]) * 60 + Number(fixed[3] ?? 0);
    const offset = (fixed[1] === "-" ? -minutes : minutes) * MINUTE;
    return () => offset;
  }
  const format = new Intl.DateTimeFormat("en-US", {
    timeZone: name,
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
  let lastBucket = Number.NaN;
  let last = 0;
  return (utcMs) => {
    const bucket = Math.floor(utcMs / BUCKET);
    if (bucket === lastBucket) return last;
    let offset = cache.get(bucket);
    if (offset === undefined) {
      offset = readOffset(format, bucket * BUCKET);
      if (cache.size >= CACHE_LIMIT) cache.clear();
      cache.set(bucket, offset);
    }
    lastBucket = bucket;
    last = offset;
    return offset;
  };
}

function readOffset(format: Intl.DateTimeFormat, utcMs: number): number {
  const parts: Record<string, string> = {};
  for (const { type, value } of format.formatToParts(utcMs)) parts[type] = value;
  const value = (name: string): number => Number(parts[name]);
  const year = parts["era"] === "BC" ? 1 - value("year") : value("year");
  return Date.UTC(year, value("month") - 1, value("day"), value("hour"), value("minute"), value("second")) - utcMs;
}

/** The moment that a local time means; of two (when clocks go back) the earlier one. */
export function localToUtc(localMs: number, zone: ZoneOffset): number {
  const before = zone(localMs - 24 * 60 * MINUTE);
  const first = localMs - before;
  if (zone(first) === before) return first;
  return localMs - zone(localMs - zone(first));
}
