import {
  type DateFields,
  digits,
  type Element,
  names,
  newFields,
  offsetElement,
  resetFields,
  zoneNameElement,
} from "./fields.ts";
import { localToUtc, zoneOffset } from "./zone.ts";

export interface DateOptions {
  /** Zone of texts that name none. */
  readonly timezone: string;
  /** Language of the names of months and days, a BCP 47 tag. */
  readonly locale: string;
  /** For texts without a year. Epoch milliseconds. */
  readonly now: () => number;
}

const DAY = 86_400_000;

/** A moment; `nanos` are those below the millisecond. */
export interface Moment {
  readonly epochMs: number;
  readonly nanos: number;
}

/** Reads a text; undefined when it does not fit. */
export type DateReader = (text: string) => Moment | undefined;

/**
 * Compiles a pattern of Joda-Time's DateTimeFormat for reading, as Logstash's date filter takes it.
 * @throws Error for letters that Joda-Time does not know and for unknown zones
 */
export function compileJodaPattern(pattern: string, options: DateOptions): DateReader {
  const elements = compileElements(pattern, options);
  const zone = zoneOffset(options.timezone);
  const fields = newFields();
  let lastText: string | undefined;
  let last: Moment | undefined;
  return (text) => {
    // Lines of one second come together.
    if (text === lastText) return last;
    resetFields(fields);
    let at = 0;
    for (const element of elements) {
      at = element(text, at, fields);
      if (at < 0) return undefined;
    }
    if (at !== text.length) return undefined;
    const hadYear = !Number.isNaN(fields.year);
    const moment = momentOf(fields, zone, options.now);
    if (hadYear && moment !== undefined) {
      lastText = text;
      last = moment;
    }
    return moment;
  };
}

function momentOf(fields: DateFields, zone: (utc: number) => number, now: () => number): Moment | undefined {
  const year = Number.isNaN(fields.year) ? guessYear(fields.month, now()) : fields.year;
  let { hour } = fields;
  if (fields.half >= 0) hour = (hour % 12) + fields.half;
  const midnight = dayOf(fields, year);
  if (midnight === undefined) return undefined;
  const time = midnight + ((hour * 60 + fields.minute) * 60 + fields.second) * 1000 + Math.floor(fields.nanos / 1e6);
  let epochMs: number;
  if (!Number.isNaN(fields.offset)) epochMs = time - fields.offset;
  else if (fields.zone === undefined) epochMs = localToUtc(time, zone);
  else {
    try {
      epochMs = localToUtc(time, zoneOffset(fields.zone));
    } catch {
      return undefined;
    }
  }
  return { epochMs, nanos: fields.nanos % 1e6 };
}

/** The beginning of the day meant, as if in UTC; undefined for a day that the month or year does not have. */
function dayOf(fields: DateFields, year: number): number | undefined {
  if (!Number.isNaN(fields.week)) {
    const fourth = utc(year, 1, 4);
    const thursday = fourth + (fields.week * 7 - 3 - (new Date(fourth).getUTCDay() || 7)) * DAY;
    if (new Date(thursday).getUTCFullYear() !== year) return undefined;
    return thursday + ((Number.isNaN(fields.weekday) ? 1 : fields.weekday) - 4) * DAY;
  }
  if (!Number.isNaN(fields.dayOfYear)) {
    const day = utc(year, 1, 1) + (fields.dayOfYear - 1) * DAY;
    return new Date(day).getUTCFullYear() === year ? day : undefined;
  }
  const day = utc(year, fields.month, fields.day);
  return fields.day > 28 && new Date(day).getUTCDate() !== fields.day ? undefined : day;
}

/** Date.UTC without its special meaning of years below 100. */
function utc(year: number, month: number, day: number): number {
  const date = new Date(0);
  date.setUTCFullYear(year, month - 1, day);
  return date.getTime();
}

/** A date without a year is this year's, but December read in January is last year's and January read in December next year's. */
function guessYear(month: number, now: number): number {
  const today = new Date(now);
  const current = today.getUTCMonth() + 1;
  if (current === 12 && month === 1) return today.getUTCFullYear() + 1;
  if (current === 1 && month === 12) return today.getUTCFullYear() - 1;
  return today.getUTCFullYear();
}

function compileElements(pattern: string, options: DateOptions): Element[] {
  const elements: Element[] = [];
  for (let i = 0; i < pattern.length; ) {
    const c = pattern[i] as string;
    if (c === "'") {
      const end = pattern.indexOf("'", i + 1);
      const stop = end < 0 ? pattern.length : end;
      elements.push(literal(stop === i + 1 ? "'" : pattern.slice(i + 1, stop)));
      i = stop + 1;
    } else if (/[A-Za-z]/.test(c)) {
      let count = 1;
      while (pattern[i + count] === c) count++;
      elements.push(letterElement(c, count, /[A-Za-z]/.test(pattern[i + count] ?? ""), options));
      i += count;
    } else {
      elements.push(literal(c));
      i++;
    }
  }
  return elements;
}

function literal(expected: string): Element {
  return (text, at) => (text.startsWith(expected, at) ? at + expected.length : -1);
}

const within = (
  least: number,
  most: number,
  name: "month" | "day" | "minute" | "second" | "hour" | "week" | "weekday",
): ((fields: DateFields, value: number) => boolean) => {
  return (fields, value) => {
    if (value < least || value > most) return false;
    fields[name] = value;
    return true;
  };
};

const ignore = (): boolean => true;

/** What a run of `count` letters reads. `tight`: another letter follows at once, so that numbers must not take its digits. */
function letterElement(letter: string, count: number, tight: boolean, options: DateOptions): Element {
  switch (letter) {
    case "y":
    case "Y":
    case "x":
      return yearElement(count, tight, options.now);
    case "M":
    case "L":
      return count >= 3 ? monthNames(options.locale) : digits(2, within(1, 12, "month"));
    case "d":
      return digits(2, within(1, 31, "day"));
    case "D":
      return digits(3, (fields, value) => {
        fields.dayOfYear = value;
        return value >= 1 && value <= 366;
      });
    case "H":
      return digits(2, within(0, 23, "hour"));
    case "k":
      return digits(2, (fields, value) => {
        fields.hour = value % 24;
        return value >= 1 && value <= 24;
      });
    case "h":
      return digits(2, (fields, value) => {
        fields.hour = value % 12;
        return value >= 1 && value <= 12;
      });
    case "K":
      return digits(2, within(0, 11, "hour"));
    case "m":
      return digits(2, within(0, 59, "minute"));
    case "s":
      return digits(2, within(0, 59, "second"));
    case "S":
      return digits(Math.max(count, 1), (fields, value, read) => {
        fields.nanos = Math.floor(value * 10 ** (9 - read));
        return true;
      });
    case "a":
      return names(
        [
          ["AM", 0],
          ["PM", 12],
        ],
        (fields, value) => {
          fields.half = value;
        },
      );
    case "E":
      return dayNames(options.locale);
    case "e":
      return digits(1, within(1, 7, "weekday"));
    case "w":
      return digits(2, within(1, 53, "week"));
    case "C":
      return digits(2, ignore);
    case "G":
      return names(
        [
          ["AD", 0],
          ["BC", 1],
        ],
        () => undefined,
      );
    case "z":
      return zoneNameElement;
    case "Z":
      return count >= 3 ? zoneNameElement : offsetElement;
    default:
      throw new Error(`a date pattern has no letter "${letter}"`);
  }
}

/** Two letters: a year of 2000 give or take, from the pivot; else as many digits as there are. */
function yearElement(count: number, tight: boolean, now: () => number): Element {
  const most = tight ? Math.max(count, 2) : 9;
  return digits(
    most,
    (fields, value, read) => {
      fields.year = count === 2 && read <= 2 ? pivotYear(value, now()) : value;
      return true;
    },
    count > 2 && !tight,
  );
}

/** Joda-Time: a year from 80 years ago to 19 years ahead. */
function pivotYear(value: number, now: number): number {
  const current = new Date(now).getUTCFullYear();
  const year = Math.floor(current / 100) * 100 + value;
  if (year >= current + 20) return year - 100;
  return year < current - 80 ? year + 100 : year;
}

function localNames(
  locale: string,
  part: "month" | "weekday",
  count: number,
  day: (i: number) => number,
): [string, number][] {
  const list: [string, number][] = [];
  for (const language of new Set(["en", locale])) {
    for (const style of ["short", "long"] as const) {
      const format = new Intl.DateTimeFormat(language, { [part]: style, timeZone: "UTC" });
      for (let i = 0; i < count; i++) {
        const name = format.format(day(i));
        list.push([name, i + 1]);
        if (name.endsWith(".")) list.push([name.slice(0, -1), i + 1]);
      }
    }
  }
  if (part === "month") list.push(["Sep", 9]);
  return list;
}

const cache = new Map<string, Element>();

function cached(key: string, make: () => Element): Element {
  let element = cache.get(key);
  if (element === undefined) {
    element = make();
    cache.set(key, element);
  }
  return element;
}

function monthNames(locale: string): Element {
  return cached(`month/${locale}`, () =>
    names(
      localNames(locale, "month", 12, (i) => Date.UTC(2024, i, 1)),
      (fields, value) => {
        fields.month = value;
      },
    ),
  );
}

function dayNames(locale: string): Element {
  // 2024-01-01 was a Monday.
  return cached(`day/${locale}`, () =>
    names(
      localNames(locale, "weekday", 7, (i) => Date.UTC(2024, 0, 1 + i)),
      (fields, value) => {
        fields.weekday = value;
      },
    ),
  );
}
