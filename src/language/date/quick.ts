import type { Timestamp } from "../../event/timestamp.ts";
import type { MomentMaker } from "./moment.ts";

/** What a step reads; the steps of a pattern are pairs of one of these and a number. */
const CHARACTER = 0;
const YEAR = 1;
const MONTH_NAME = 2;
const MONTH = 3;
const DAY = 4;
const HOUR = 5;
const MINUTE = 6;
const SECOND = 7;
const FRACTION = 8;
const OFFSET = 9;

const PARTS: readonly (readonly [part: RegExp, step: number])[] = [
  [/(?:yyyy|YYYY)/y, YEAR],
  [/MMM(?!M)/y, MONTH_NAME],
  [/MM?(?!M)/y, MONTH],
  [/dd?(?!d)/y, DAY],
  [/HH?(?!H)/y, HOUR],
  [/mm?(?!m)/y, MINUTE],
  [/ss?(?!s)/y, SECOND],
  [/S{1,9}(?!S)/y, FRACTION],
  [/Z(?!ZZ)Z?/y, OFFSET],
  [/'[^'A-Za-z]'/y, CHARACTER],
  [/'T'/y, CHARACTER],
  [/[^A-Za-z']/y, CHARACTER],
];

/** English months, by the sum of their three letters' codes in which each letter has its place. */
const MONTHS: ReadonlyMap<number, number> = new Map(
  ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"].map((name, i) => [
    threeCodes(name, 0),
    i + 1,
  ]),
);

function threeCodes(text: string, at: number): number {
  return text.charCodeAt(at) + 128 * text.charCodeAt(at + 1) + 16_384 * text.charCodeAt(at + 2);
}

/**
 * A reader of the usual texts of a usual pattern, without objects on the way: undefined for a text means that it must be read with
 * care. Undefined for patterns with letters that are not usual.
 */
export function compileQuick(
  pattern: string,
  maker: MomentMaker,
): ((text: string) => Timestamp | undefined) | undefined {
  const found: number[] = [];
  for (let at = 0; at < pattern.length; ) {
    const part = PARTS.find(([expression]) => {
      expression.lastIndex = at;
      return expression.test(pattern);
    });
    if (part === undefined) return undefined;
    const [{ lastIndex }, step] = part;
    found.push(
      step,
      step === CHARACTER ? pattern.charCodeAt(lastIndex - (pattern[at] === "'" ? 2 : 1)) : lastIndex - at,
    );
    at = lastIndex;
  }
  const steps = Int32Array.from(found);
  return (text) => read(text, steps, maker);
}

const POWERS: readonly number[] = [1, 10, 100, 1_000, 10_000, 100_000, 1_000_000, 10_000_000, 100_000_000];

function read(text: string, steps: Int32Array, maker: MomentMaker): Timestamp | undefined {
  let year = -1;
  let month = 1;
  let day = 1;
  let hour = 0;
  let minute = 0;
  let second = 0;
  let nanos = 0;
  let offset = Number.NaN;
  let at = 0;
  for (let i = 0; i < steps.length; i += 2) {
    const step = steps[i] as number;
    const c = text.charCodeAt(at++);
    if (step === CHARACTER) {
      if (c !== steps[i + 1]) return undefined;
      continue;
    }
    if (step === MONTH_NAME) {
      const next = text.charCodeAt(at + 2) | 32;
      month = MONTHS.get(threeCodes(text, at - 1)) ?? 0;
      // A longer name, or one with a point.
      if (month === 0 || (next >= 97 && next <= 122) || next === 46) return undefined;
      at += 2;
      continue;
    }
    if (step === OFFSET) {
      const hours = number(text, at, 2);
      if (text.charCodeAt(at + 2) === 58) at++;
      const minutes = number(text, at + 2, 2);
      if ((c !== 43 && c !== 45) || hours < 0 || hours > 23 || minutes < 0 || minutes > 59) return undefined;
      offset = (hours * 60 + minutes) * (c === 45 ? -60_000 : 60_000);
      at += 4;
      continue;
    }
    let value = c - 48;
    if (!(value >= 0 && value <= 9)) return undefined;
    if (step === YEAR || step === FRACTION) {
      const more = (steps[i + 1] as number) - 1;
      const rest = number(text, at, more);
      if (rest < 0) return undefined;
      value = value * (POWERS[more] as number) + rest;
      if (step === YEAR) year = value;
      else nanos = value * (POWERS[8 - more] as number);
      at += more;
      continue;
    }
    const digit = text.charCodeAt(at) - 48;
    if (digit >= 0 && digit <= 9) {
      value = value * 10 + digit;
      at++;
    }
    if (step === DAY) day = value;
    else if (step === HOUR) hour = value;
    else if (step === MINUTE) minute = value;
    else if (step === SECOND) second = value;
    else month = value;
  }
  if (at !== text.length || month < 1 || month > 12 || day < 1) return undefined;
  if (hour > 23 || minute > 59 || second > 59) return undefined;
  const dayNumber = maker.dayOf(year < 0 ? Number.NaN : year, month, day);
  if (dayNumber === undefined) return undefined;
  return maker.timeOf(dayNumber, (hour * 60 + minute) * 60 + second, nanos, offset, undefined);
}

/** The number of `count` digits at `at`, or -1. */
function number(text: string, at: number, count: number): number {
  let value = 0;
  for (let i = at; i < at + count; i++) {
    const digit = text.charCodeAt(i) - 48;
    if (!(digit >= 0 && digit <= 9)) return -1;
    value = value * 10 + digit;
  }
  return value;
}
