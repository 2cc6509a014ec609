/** Values that a date pattern has read so far; one object is used again and again. */
export interface DateFields {
  year: number;
  month: number;
  day: number;
  dayOfYear: number;
  /** ISO 8601 week; NaN when not given. */
  week: number;
  /** 1: Monday, 7: Sunday; NaN when not given. */
  weekday: number;
  hour: number;
  minute: number;
  second: number;
  nanos: number;
  /** 0: am, 12: pm, -1: not given. */
  half: number;
  /** Milliseconds ahead of UTC; NaN when the text has no zone. */
  offset: number;
  /** Name of a zone that the text gave. */
  zone: string | undefined;
}

export function resetFields(fields: DateFields): void {
  fields.year = Number.NaN;
  fields.month = 1;
  fields.day = 1;
  fields.dayOfYear = Number.NaN;
  fields.week = Number.NaN;
  fields.weekday = Number.NaN;
  fields.hour = 0;
  fields.minute = 0;
  fields.second = 0;
  fields.nanos = 0;
  fields.half = -1;
  fields.offset = Number.NaN;
  fields.zone = undefined;
}

export function newFields(): DateFields {
  const fields = {} as DateFields;
  resetFields(fields);
  return fields;
}

/** Reads one element of a pattern at `at`; the position behind it, or -1. */
export type Element = (text: string, at: number, fields: DateFields) => number;

/** Digits at `at`, at most `most`: fields get their value through `store`. */
export function digits(
  most: number,
  store: (fields: DateFields, value: number, count: number) => boolean,
  signed = false,
): Element {
  return (text, at, fields) => {
    let i = at;
    const negative = signed && text.charCodeAt(i) === 45;
    if (negative || (signed && text.charCodeAt(i) === 43)) i++;
    const start = i;
    let value = 0;
    for (; i - start < most; i++) {
      const digit = text.charCodeAt(i) - 48;
      if (!(digit >= 0 && digit <= 9)) break;
      value = value * 10 + digit;
    }
    if (i === start || !store(fields, negative ? -value : value, i - start)) return -1;
    return i;
  };
}

/** `+0100`, `+01:00`, `+01` or `Z`. */
export const offsetElement: Element = (text, at, fields) => {
  const c = text.charCodeAt(at);
  if (c === 90 || c === 122) {
    fields.offset = 0;
    return at + 1;
  }
  if (c !== 43 && c !== 45) return -1;
  const hours = twoDigits(text, at + 1);
  if (hours < 0 || hours > 23) return -1;
  let end = at + 3;
  const colon = text.charCodeAt(end) === 58 ? 1 : 0;
  const minutes = twoDigits(text, end + colon);
  if (minutes > 59) return -1;
  if (minutes >= 0) end += 2 + colon;
  const offset = (hours * 60 + Math.max(0, minutes)) * 60_000;
  fields.offset = c === 45 ? -offset : offset;
  return end;
};

function twoDigits(text: string, at: number): number {
  const a = text.charCodeAt(at) - 48;
  const b = text.charCodeAt(at + 1) - 48;
  return a >= 0 && a <= 9 && b >= 0 && b <= 9 ? a * 10 + b : -1;
}

/** Zone abbreviations that Joda-Time knows when it reads (DateTimeUtils.getDefaultTimeZoneNames). */
const ABBREVIATIONS: Readonly<Record<string, string>> = {
  UT: "UTC",
  UTC: "UTC",
  GMT: "UTC",
  EST: "America/New_York",
  EDT: "America/New_York",
  CST: "America/Chicago",
  CDT: "America/Chicago",
  MST: "America/Denver",
  MDT: "America/Denver",
  PST: "America/Los_Angeles",
  PDT: "America/Los_Angeles",
};

export const zoneNameElement: Element = (text, at, fields) => {
  const name = /^[A-Za-z][A-Za-z0-9_+\-/]*/.exec(text.slice(at))?.[0];
  if (name === undefined) return offsetElement(text, at, fields);
  fields.zone = ABBREVIATIONS[name] ?? name;
  return at + name.length;
};

/** One of some names, in any case; the longest that fits. */
export function names(
  list: readonly (readonly [string, number])[],
  store: (fields: DateFields, value: number) => void,
): Element {
  const byLength = [...list]
    .sort((a, b) => b[0].length - a[0].length)
    .map(([name, value]) => [name.toLowerCase(), value] as const);
  const exact = new Map(list);
  return (text, at, fields) => {
    // The usual case: an English abbreviation of three letters.
    const quick = at + 3 <= text.length ? exact.get(text.slice(at, at + 3)) : undefined;
    if (quick !== undefined && !/[A-Za-z.]/.test(text[at + 3] ?? "")) {
      store(fields, quick);
      return at + 3;
    }
    for (const [name, value] of byLength) {
      if (text.slice(at, at + name.length).toLowerCase() === name) {
        store(fields, value);
        return at + name.length;
      }
    }
    return -1;
  };
}
