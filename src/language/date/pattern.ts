import type { Timestamp } from "../../event/timestamp.ts";
import * as F from "./fields.ts";
import { MomentMaker } from "./moment.ts";
import { dayNames, halfDayNames, monthNames, nameElement } from "./names.ts";
import { compileQuick } from "./quick.ts";
import { timeZone } from "./zone.ts";
import { offsetElement, zoneNameElement } from "./zone-elements.ts";

export interface DateOptions {
  /** Zone of texts that name none. */
  readonly timezone: string;
  /** Language of the names of months and days, a BCP 47 tag. */
  readonly locale: string;
  /** For texts without a year. Epoch milliseconds. */
  readonly now: () => number;
}

/** Reads a text; undefined when it does not fit. */
export type DateReader = (text: string) => Timestamp | undefined;

/**
 * Compiles a pattern of Joda-Time's DateTimeFormat for reading, as Logstash's date filter takes it.
 * @throws Error for letters that Joda-Time does not know, RangeError for an unknown zone
 */
export function compileJodaPattern(pattern: string, options: DateOptions): DateReader {
  const elements = compileElements(pattern, options);
  const maker = new MomentMaker(timeZone(options.timezone), options.now);
  const quick = compileQuick(pattern, maker);
  const fields = new F.DateFields();
  const carefully: DateReader = (text) => {
    fields.reset();
    let at = 0;
    for (let i = 0; i < elements.length; i++) {
      at = (elements[i] as F.Element)(text, at, fields);
      if (at < 0) return undefined;
    }
    return at === text.length ? maker.make(fields) : undefined;
  };
  const read: DateReader = quick === undefined ? carefully : (text) => quick(text) ?? carefully(text);
  return /[yYx]/.test(pattern.replace(/'[^']*'/g, "")) ? rememberLast(read) : read;
}

/** Lines of one second come together. Not for patterns without a year: what the clock has part in may be otherwise next time. */
function rememberLast(read: DateReader): DateReader {
  let lastText: string | undefined;
  let last: Timestamp | undefined;
  return (text) => {
    if (text !== lastText) {
      last = read(text);
      lastText = text;
    }
    return last;
  };
}

function compileElements(pattern: string, options: DateOptions): F.Element[] {
  const elements: F.Element[] = [];
  for (let i = 0; i < pattern.length; ) {
    const c = pattern[i] as string;
    if (c === "'") {
      const quoted = quotedText(pattern, i);
      elements.push(F.literalElement(quoted.text));
      i = quoted.end;
    } else if (isLetter(c)) {
      let count = 1;
      while (pattern[i + count] === c) count++;
      elements.push(letterElement(c, count, isNumeric(pattern, i + count), options));
      i += count;
    } else {
      elements.push(F.signElement(c));
      i++;
    }
  }
  return elements;
}

function isLetter(c: string): boolean {
  return /[A-Za-z]/.test(c);
}

/** Text between quotes, in which two quotes are one; two quotes alone are one as well. */
export function quotedText(pattern: string, at: number): { readonly text: string; readonly end: number } {
  if (pattern[at + 1] === "'") return { text: "'", end: at + 2 };
  let text = "";
  for (let i = at + 1; i < pattern.length; i++) {
    if (pattern[i] !== "'") text += pattern[i];
    else if (pattern[i + 1] === "'") {
      text += "'";
      i++;
    } else return { text, end: i + 1 };
  }
  return { text, end: pattern.length };
}

/** Whether a number follows at once, so that the one before it must not take its digits. */
function isNumeric(pattern: string, at: number): boolean {
  const c = pattern[at] ?? "";
  if (c === "M" || c === "L") return !pattern.startsWith(c.repeat(3), at);
  return /[CxwewYyDdhHkKmsSe]/.test(c);
}

/** What a run of `count` letters reads. `tight`: digits follow at once. */
function letterElement(letter: string, count: number, tight: boolean, options: DateOptions): F.Element {
  switch (letter) {
    case "y":
    case "Y":
    case "x":
      return yearElement(count, tight, options.now);
    case "M":
    case "L":
      if (count >= 3) return nameElement(monthNames(options.locale), F.MONTH);
      return F.numberElement(F.MONTH, 2, 1, 12);
    case "d":
      return F.numberElement(F.DAY, 2, 1, 31);
    case "D":
      return F.numberElement(F.DAY_OF_YEAR, 3, 1, 366);
    case "H":
      return F.numberElement(F.HOUR, 2, 0, 23);
    case "k":
      return F.numberElement(F.HOUR, 2, 1, 24, 24);
    case "h":
      return F.numberElement(F.HOUR, 2, 1, 12, 12);
    case "K":
      return F.numberElement(F.HOUR, 2, 0, 11);
    case "m":
      return F.numberElement(F.MINUTE, 2, 0, 59);
    case "s":
      return F.numberElement(F.SECOND, 2, 0, 59);
    case "S":
      return F.fractionElement(count);
    case "a":
      return nameElement(halfDayNames(options.locale), F.HALF);
    case "E":
      return nameElement(dayNames(options.locale), F.WEEKDAY);
    case "e":
      return F.numberElement(F.WEEKDAY, 1, 1, 7);
    case "w":
      return F.numberElement(F.WEEK, 2, 1, 53);
    case "G":
      return nameElement(ERAS, F.ERA);
    case "z":
      return zoneNameElement;
    case "Z":
      return count >= 3 ? zoneNameElement : offsetElement;
    case "C":
      throw new Error('a date pattern cannot read centuries ("C")');
    default:
      throw new Error(`a date pattern has no letter "${letter}"`);
  }
}

const ERAS = [
  ["AD", 0],
  ["BC", 1],
] as const;

/** Two letters: a year of two digits near now, or one of any other count of digits as it is. */
function yearElement(count: number, tight: boolean, now: () => number): F.Element {
  if (count !== 2) return F.yearElement(tight ? count : 9, !tight, (value) => value);
  return F.yearElement(tight ? 2 : 9, false, (value, digits) => (digits === 2 ? nearYear(value, now()) : value));
}

/** Joda-Time: a year from 80 years ago to 19 years ahead. */
function nearYear(value: number, now: number): number {
  const current = new Date(now).getUTCFullYear();
  const year = Math.floor(current / 100) * 100 + value;
  if (year >= current + 20) return year - 100;
  return year < current - 80 ? year + 100 : year;
}
