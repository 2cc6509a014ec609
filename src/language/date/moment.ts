import { Timestamp } from "../../event/timestamp.ts";
import { DAY_MILLIS, dayNumber, firstMonday, isLeapYear, monthLength } from "./civil.ts";
import * as F from "./fields.ts";
import { type TimeZone, timeZone } from "./zone.ts";

/** JavaScript's dates end there; a day less, so that every zone has room. */
export const LAST_MILLIS: number = 8.64e15 - DAY_MILLIS;

/** Makes a time of what a pattern has read. */
export class MomentMaker {
  readonly #zone: TimeZone;
  readonly #now: () => number;
  /** The day of the last look at the clock, and its year and month. */
  #today = Number.NaN;
  #year = 0;
  #month = 0;

  /** `zone` is for texts that name none, `now` (epoch milliseconds) for those without a year. */
  constructor(zone: TimeZone, now: () => number) {
    this.#zone = zone;
    this.#now = now;
  }

  /** Undefined for a day that the month or year does not have, or a zone that there is not. */
  make(fields: F.DateFields): Timestamp | undefined {
    const { values } = fields;
    const day = this.#day(values);
    if (day === undefined) return undefined;
    const half = values[F.HALF] as number;
    const read = values[F.HOUR] as number;
    const hour = Number.isNaN(half) ? read : (read % 12) + half;
    const second = (hour * 60 + (values[F.MINUTE] as number)) * 60 + (values[F.SECOND] as number);
    return this.timeOf(day, second, values[F.NANOS] as number, values[F.OFFSET] as number, fields.zone);
  }

  /** The time of a day's number and a second of it; `offset` is NaN where `zoneName` or the reader's own zone counts. */
  timeOf(
    day: number,
    second: number,
    nanos: number,
    offset: number,
    zoneName: string | undefined,
  ): Timestamp | undefined {
    const millis = nanos === 0 ? 0 : Math.floor(nanos / 1e6);
    const local = day * DAY_MILLIS + second * 1000 + millis;
    const below = nanos - millis * 1e6;
    if (Math.abs(local) > LAST_MILLIS) return undefined;
    if (!Number.isNaN(offset)) return new Timestamp(local - offset, below);
    const zone = zoneName === undefined ? this.#zone : zoneOrNone(zoneName);
    return zone === undefined ? undefined : new Timestamp(zone.toUtc(local), below);
  }

  /** The day's number; without a year (NaN) the year is guessed. Undefined for a day that there is not. */
  dayOf(given: number, month: number, day: number): number | undefined {
    const hasYear = !Number.isNaN(given);
    const year = hasYear ? given : this.#guessYear(month);
    if (day <= 28) return dayNumber(year, month, day);
    const last = monthLength(year, month);
    if (day <= last) return dayNumber(year, month, day);
    // Without a year the text is one of a leap year, until the year has been guessed.
    return !hasYear && month === 2 && day === 29 ? dayNumber(year, month, last) : undefined;
  }

  #day(values: Float64Array): number | undefined {
    const given = values[F.YEAR] as number;
    const signed = values[F.ERA] === 1 ? 1 - given : given;
    const month = values[F.MONTH] as number;
    const week = values[F.WEEK] as number;
    const dayOfYear = values[F.DAY_OF_YEAR] as number;
    if (Number.isNaN(week) && Number.isNaN(dayOfYear)) return this.dayOf(signed, month, values[F.DAY] as number);
    const year = Number.isNaN(signed) ? this.#guessYear(month) : signed;
    if (!Number.isNaN(week)) return weekDay(year, week, values[F.WEEKDAY] as number);
    return dayOfYear > (isLeapYear(year) ? 366 : 365) ? undefined : dayNumber(year, 1, dayOfYear);
  }

  /** This year, but December read in January is last year's and January read in December next year's. */
  #guessYear(month: number): number {
    const now = this.#now();
    const today = Math.floor(now / DAY_MILLIS);
    if (today !== this.#today) {
      const date = new Date(now);
      this.#year = date.getUTCFullYear();
      this.#month = date.getUTCMonth() + 1;
      this.#today = today;
    }
    if (this.#month === 12 && month === 1) return this.#year + 1;
    return this.#month === 1 && month === 12 ? this.#year - 1 : this.#year;
  }
}

function weekDay(year: number, week: number, weekday: number): number | undefined {
  const monday = firstMonday(year) + (week - 1) * 7;
  if (monday >= firstMonday(year + 1)) return undefined;
  return monday + (Number.isNaN(weekday) ? 1 : weekday) - 1;
}

function zoneOrNone(name: string): TimeZone | undefined {
  try {
    return timeZone(name);
  } catch {
    return undefined;
  }
}
