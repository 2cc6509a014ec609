import { Timestamp } from "../../event/timestamp.ts";
import { DAY_MILLIS, dayNumber, firstMonday, isLeapYear, monthLength } from "./civil.ts";
import { LAST_MILLIS } from "./moment.ts";
import { timeZone } from "./zone.ts";
import { twoDigits } from "./zone-elements.ts";

/** Everything that `quickly` leaves: years of other lengths, days of the year, weeks, parts left out or of one digit. */
const TEXT =
  /^([+-]?\d{4,9})(?:-W(\d\d?)(?:-([1-7]))?|-(\d{3})|-(\d\d?)(?:-(\d\d?))?)?(?:[T ](\d\d?)(?::(\d\d?)(?::(\d\d?)(?:[.,](\d+))?)?)?\s?(Z|[+-](?:[01]\d|2[0-3])(?::?[0-5]\d)?)?)?$/i;

/** ISO 8601 with a T or a blank, a point or a comma; without an offset in `zoneName`. Source: Joda-Time, ISODateTimeFormat.dateTimeParser. */
export function iso8601(zoneName: string): (text: string) => Timestamp | undefined {
  const zone = timeZone(zoneName);
  const toUtc = (local: number, offset: number | undefined): number =>
    offset === undefined ? zone.toUtc(local) : local - offset;
  return (text) => quickly(text, toUtc) ?? carefully(text, toUtc);
}

type ToUtc = (local: number, offset: number | undefined) => number;

/** `YYYY-MM-DDThh:mm:ss`, perhaps a fraction, perhaps an offset. Undefined for anything else. */
function quickly(text: string, toUtc: ToUtc): Timestamp | undefined {
  const century = twoDigits(text, 0);
  const yearOfCentury = twoDigits(text, 2);
  const month = twoDigits(text, 5);
  const day = twoDigits(text, 8);
  const between = text.charCodeAt(10);
  if (text.charCodeAt(4) !== 45 || text.charCodeAt(7) !== 45 || (between !== 84 && between !== 32)) return undefined;
  const hour = twoDigits(text, 11);
  const minute = twoDigits(text, 14);
  const second = twoDigits(text, 17);
  if (text.charCodeAt(13) !== 58 || text.charCodeAt(16) !== 58) return undefined;
  if (century < 0 || yearOfCentury < 0 || hour < 0 || hour > 23 || minute < 0 || minute > 59) return undefined;
  const year = century * 100 + yearOfCentury;
  if (second < 0 || second > 59 || month < 1 || month > 12 || day < 1 || day > monthLength(year, month))
    return undefined;
  let at = 19;
  let nanos = 0;
  const sign = text.charCodeAt(at);
  if (sign === 46 || sign === 44) {
    let unit = 1e8;
    for (at++; ; at++) {
      const digit = text.charCodeAt(at) - 48;
      if (!(digit >= 0 && digit <= 9)) break;
      nanos += digit * unit;
      unit = unit === 1 ? 0 : unit / 10;
    }
    if (at === 20) return undefined;
  }
  const offset = offsetAt(text, at);
  if (Number.isNaN(offset)) return undefined;
  const local = dayNumber(year, month, day) * DAY_MILLIS + ((hour * 60 + minute) * 60 + second) * 1000;
  return new Timestamp(toUtc(local, offset) + Math.floor(nanos / 1e6), nanos % 1e6);
}

/** The offset that ends the text; undefined: the text ends here; NaN: something else follows. */
function offsetAt(text: string, at: number): number | undefined {
  if (at === text.length) return undefined;
  const c = text.charCodeAt(at);
  if (c === 90) return at + 1 === text.length ? 0 : Number.NaN;
  const hours = twoDigits(text, at + 1);
  const minutes = text.charCodeAt(at + 3) === 58 ? twoDigits(text, at + 4) : twoDigits(text, at + 3);
  const end = text.charCodeAt(at + 3) === 58 ? at + 6 : at + 5;
  if ((c !== 43 && c !== 45) || hours < 0 || hours > 23 || minutes < 0 || minutes > 59 || end !== text.length)
    return Number.NaN;
  const offset = (hours * 60 + minutes) * 60_000;
  return c === 45 ? -offset : offset;
}

function carefully(text: string, toUtc: ToUtc): Timestamp | undefined {
  const match = TEXT.exec(text);
  if (match === null) return undefined;
  const day = dayOf(match);
  const [hour, minute, second] = [match[7], match[8], match[9]].map((part) => Number(part ?? 0)) as [
    number,
    number,
    number,
  ];
  if (day === undefined || hour > 23 || minute > 59 || second > 59) return undefined;
  const nanos = Number((match[10] ?? "").slice(0, 9).padEnd(9, "0"));
  const local = day * DAY_MILLIS + ((hour * 60 + minute) * 60 + second) * 1000;
  if (Math.abs(local) > LAST_MILLIS) return undefined;
  const offset = match[11] === undefined ? undefined : timeZone(match[11].toUpperCase()).offset(0);
  return new Timestamp(toUtc(local, offset) + Math.floor(nanos / 1e6), nanos % 1e6);
}

function dayOf(match: RegExpExecArray): number | undefined {
  const year = Number(match[1]);
  if (match[2] !== undefined) {
    const monday = firstMonday(year) + (Number(match[2]) - 1) * 7;
    if (match[2] === "00" || match[2] === "0" || monday >= firstMonday(year + 1)) return undefined;
    return monday + Number(match[3] ?? 1) - 1;
  }
  if (match[4] !== undefined) {
    const dayOfYear = Number(match[4]);
    if (dayOfYear < 1 || dayOfYear > (isLeapYear(year) ? 366 : 365)) return undefined;
    return dayNumber(year, 1, dayOfYear);
  }
  const month = Number(match[5] ?? 1);
  const day = Number(match[6] ?? 1);
  if (month < 1 || month > 12 || day < 1 || day > monthLength(year, month)) return undefined;
  return dayNumber(year, month, day);
}
