import { Timestamp } from "../../event/timestamp.ts";
import { DAY_MILLIS, dayNumber, isLeapYear, monthLength } from "./civil.ts";
import { DAYS, MONTHS } from "./format-parts.ts";
import { type TimeZone, timeZone } from "./zone.ts";

/** Elements of a layout, the longer ones first. Source: Go, package time, "Constants". */
const ELEMENT =
  /January|Jan(?![a-z])|Monday|Mon(?![a-z])|MST|2006|[Z-]07:00:00|[Z-]070000|[Z-]07:00|[Z-]0700|[Z-]07|__2|002|_2(?!006)|0[1-6]|15|PM|pm|[.,]0+(?!\d)|[.,]9+(?!\d)|[1-5]/g;

type Part =
  | "year"
  | "shortYear"
  | "month"
  | "monthName"
  | "day"
  | "yearDay"
  | "hour"
  | "minute"
  | "second"
  | "half"
  | "zone"
  | "offset"
  | "fraction";

/** What an element takes; null: read and not used. */
const PATTERNS: Readonly<Record<string, readonly [part: Part | null, pattern: string]>> = {
  January: ["monthName", MONTHS.join("|")],
  Jan: ["monthName", MONTHS.map((name) => name.slice(0, 3)).join("|")],
  Monday: [null, DAYS.join("|")],
  Mon: [null, DAYS.map((name) => name.slice(0, 3)).join("|")],
  MST: ["zone", "[A-Z]{3,5}|GMT[+-]\\d{1,2}|[+-]\\d{2}(?:\\d{2})?"],
  "2006": ["year", "\\d{4}"],
  "06": ["shortYear", "\\d{2}"],
  "01": ["month", "\\d{2}"],
  "1": ["month", "\\d{1,2}"],
  "02": ["day", "\\d{2}"],
  "2": ["day", "\\d{1,2}"],
  _2: ["day", " ?\\d{1,2}"],
  __2: ["yearDay", "[ \\d]{2}\\d"],
  "002": ["yearDay", "\\d{3}"],
  "15": ["hour", "\\d{1,2}"],
  "03": ["hour", "\\d{2}"],
  "3": ["hour", "\\d{1,2}"],
  "04": ["minute", "\\d{2}"],
  "4": ["minute", "\\d{1,2}"],
  "05": ["second", "\\d{2}"],
  "5": ["second", "\\d{1,2}"],
  PM: ["half", "[AP]M"],
  pm: ["half", "[ap]m"],
};

/**
 * Compiles a layout of Go's package time for reading. Times without a zone are in `zoneName`, those without a year in the current one there
 * (`now`: epoch milliseconds). The function gives undefined for what does not fit.
 * @throws RangeError for a zone that there is not, or a layout without elements
 */
export function compileGoLayout(
  layout: string,
  zoneName: string,
  now: () => number,
): (text: string) => Timestamp | undefined {
  const own = timeZone(zoneName);
  const parts: Part[] = [];
  let source = "";
  let end = 0;
  for (const { 0: element, index } of layout.matchAll(ELEMENT)) {
    source += literal(layout.slice(end, index));
    end = index + element.length;
    const [part, pattern] = elementOf(element);
    source += part === null ? `(?:${pattern})` : `(${pattern})`;
    if (part !== null) parts.push(part);
    // Go takes a fraction behind the seconds, whether the layout has one or not.
    if (part === "second" && !/^[.,](?:0|9)/.test(layout.slice(end))) {
      source += "([.,]\\d+)?";
      parts.push("fraction");
    }
  }
  if (parts.length === 0)
    throw new RangeError(`"${layout}" has nothing of Go's reference time, 2006-01-02T15:04:05Z07:00`);
  const expression = new RegExp(`^${source}${literal(layout.slice(end))}$`, "i");
  return (text) => {
    const match = expression.exec(text);
    if (match === null) return undefined;
    const read: Partial<Record<Part, string>> = {};
    parts.forEach((part, i) => {
      const value = match[i + 1];
      if (value !== undefined) read[part] = value;
    });
    return momentOf(read, own, now);
  };
}

function elementOf(element: string): readonly [part: Part | null, pattern: string] {
  const known = PATTERNS[element];
  if (known !== undefined) return known;
  if (/^[.,]0/.test(element)) return ["fraction", `[.,]\\d{${element.length - 1}}`];
  if (/^[.,]9/.test(element)) return ["fraction", "(?:[.,]\\d+)?"];
  const digits = element.slice(1).replace(/07|0{2}/g, "\\d{2}");
  return ["offset", `${element.startsWith("Z") ? "Z|" : ""}[+-]${digits}`];
}

function literal(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\/-]/g, "\\$&").replace(/ +/g, " +");
}

function momentOf(read: Partial<Record<Part, string>>, own: TimeZone, now: () => number): Timestamp | undefined {
  const zone = zoneOf(read, own);
  const year = yearOf(read) ?? new Date(now() + zone.offset(now())).getUTCFullYear();
  const day = dayOf(read, year);
  const hour = hourOf(read);
  const minute = Number(read.minute ?? 0);
  const second = Number(read.second ?? 0);
  if (day === undefined || hour === undefined || minute > 59 || second > 59) return undefined;
  const nanos = Number((read.fraction ?? "").slice(1, 10).padEnd(9, "0"));
  const local = day * DAY_MILLIS + ((hour * 60 + minute) * 60 + second) * 1000;
  return new Timestamp(zone.toUtc(local) + Math.floor(nanos / 1e6), nanos % 1e6);
}

/** An offset, or a zone's name; names that are not known mean the configured zone. */
function zoneOf({ zone, offset }: Partial<Record<Part, string>>, own: TimeZone): TimeZone {
  const name = offset ?? zone;
  if (name === undefined) return own;
  const seconds = /^([+-]\d{2}):?(\d{2}):?\d{2}$/.exec(name);
  try {
    return timeZone(seconds === null ? name.toUpperCase() : `${seconds[1]}:${seconds[2]}`);
  } catch {
    return own;
  }
}

function yearOf({ year, shortYear }: Partial<Record<Part, string>>): number | undefined {
  if (year !== undefined) return Number(year);
  if (shortYear === undefined) return undefined;
  return Number(shortYear) + (Number(shortYear) >= 69 ? 1900 : 2000);
}

/** Days since 1970; undefined: there is no such day. */
function dayOf(read: Partial<Record<Part, string>>, year: number): number | undefined {
  if (read.yearDay !== undefined) {
    const number = Number(read.yearDay);
    return number < 1 || number > (isLeapYear(year) ? 366 : 365) ? undefined : dayNumber(year, 1, 1) + number - 1;
  }
  const name = read.monthName?.slice(0, 3).toLowerCase();
  const named = MONTHS.findIndex((month) => month.slice(0, 3).toLowerCase() === name) + 1;
  const month = name === undefined ? Number(read.month ?? 1) : named;
  const day = Number(read.day ?? 1);
  if (month < 1 || month > 12 || day < 1 || day > monthLength(year, month)) return undefined;
  return dayNumber(year, month, day);
}

function hourOf({ hour, half }: Partial<Record<Part, string>>): number | undefined {
  const number = Number(hour ?? 0);
  if (half === undefined) return number > 23 ? undefined : number;
  if (number > 12) return undefined;
  return (number % 12) + (half.toLowerCase() === "pm" ? 12 : 0);
}
