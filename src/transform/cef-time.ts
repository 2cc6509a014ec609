import { Timestamp } from "../event/timestamp.ts";
import { DAY_MILLIS, dayNumber, monthLength } from "../language/date/civil.ts";
import { monthNames } from "../language/date/names.ts";
import { type TimeZone, timeZone } from "../language/date/zone.ts";

/** What helps to read times that do not say everything. */
export interface CefTimeSettings {
  /** BCP 47, for names of months. */
  readonly locale: string;
  /** For texts without a zone, where the event names none. */
  readonly zone: TimeZone;
  /** Epoch milliseconds, for texts without a year. */
  readonly now: () => number;
}

/** Milliseconds since 1970, perhaps with a fraction. */
const EPOCH = /^([1-9]\d*)(?:\.(\d+))?$/;
/** `MMM dd[ yyyy] HH:mm:ss[.fraction][ zone]`. */
const DATE = /^(\S+) (\d\d) (?:(\d{4}) )?([01]\d|2[0-3]):([0-5]\d):([0-5]\d)(?:\.(\d{3}|\d{6}|\d{9}))?(?: (\S+))?$/;
/** How far a text without a year may lie in the future, days. */
const CLOCK_SLACK_DAYS = 2;

const ABBREVIATIONS: Readonly<Record<string, string>> = {
  EST: "America/New_York",
  EDT: "America/New_York",
  CST: "America/Chicago",
  CDT: "America/Chicago",
  MST: "America/Denver",
  MDT: "America/Denver",
  PST: "America/Los_Angeles",
  PDT: "America/Los_Angeles",
  CET: "Europe/Paris",
  CEST: "Europe/Paris",
};

/**
 * A time as CEF writes it. `deviceZone`: the zone that the event names. Undefined for what is none.
 * Source: Logstash, "Cef codec plugin", timestamps and ECS compatibility.
 */
export function parseCefTime(
  text: string,
  deviceZone: string | undefined,
  settings: CefTimeSettings,
): Timestamp | undefined {
  const epoch = EPOCH.exec(text);
  if (epoch !== null) {
    const millis = Number(epoch[1]);
    return millis > 8.64e15 ? undefined : new Timestamp(millis, Number((epoch[2] ?? "").slice(0, 6).padEnd(6, "0")));
  }
  const match = DATE.exec(text);
  if (match === null) return undefined;
  const [, name = "", day, year, hour, minute, second, fraction = "", zoneName] = match;
  const month = monthNames(settings.locale).find(([known]) => known.toLowerCase() === name.toLowerCase())?.[1];
  const zone = zoneOf(zoneName ?? deviceZone, settings.zone);
  if (month === undefined || zone === undefined) return undefined;
  const nanos = Number(fraction.padEnd(9, "0"));
  const inDay = ((Number(hour) * 60 + Number(minute)) * 60 + Number(second)) * 1000 + Math.floor(nanos / 1e6);
  const inYear = (of: number): number | undefined =>
    Number(day) < 1 || Number(day) > monthLength(of, month)
      ? undefined
      : zone.toUtc(dayNumber(of, month, Number(day)) * DAY_MILLIS + inDay);
  const millis = year === undefined ? recent(inYear, settings.now(), zone) : inYear(Number(year));
  return millis === undefined ? undefined : new Timestamp(millis, nanos % 1e6);
}

function zoneOf(name: string | undefined, otherwise: TimeZone): TimeZone | undefined {
  if (name === undefined || name === "") return otherwise;
  try {
    return timeZone(ABBREVIATIONS[name] ?? name);
  } catch {
    return undefined;
  }
}

/** In this year; in the last one where that would lie more than two days ahead, in the next where that is no further ahead. */
function recent(inYear: (year: number) => number | undefined, now: number, zone: TimeZone): number | undefined {
  const year = new Date(now + zone.offset(now)).getUTCFullYear();
  const latest = now + CLOCK_SLACK_DAYS * DAY_MILLIS;
  for (const candidate of [year + 1, year]) {
    const millis = inYear(candidate);
    if (millis !== undefined && millis <= latest) return millis;
  }
  return inYear(year - 1) ?? inYear(year);
}
