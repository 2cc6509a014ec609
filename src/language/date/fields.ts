/** Numbers of the values that a date pattern reads. */
export const YEAR = 0;
export const MONTH = 1;
export const DAY = 2;
export const HOUR = 3;
export const MINUTE = 4;
export const SECOND = 5;
/** Nanoseconds of the second. */
export const NANOS = 6;
/** 0: am, 12: pm. */
export const HALF = 7;
/** Milliseconds ahead of UTC. */
export const OFFSET = 8;
export const DAY_OF_YEAR = 9;
/** ISO 8601 week. */
export const WEEK = 10;
/** 1: Monday, 7: Sunday. */
export const WEEKDAY = 11;
/** 0: AD, 1: BC. */
export const ERA = 12;

const MISSING = Number.NaN;
const INITIAL: readonly number[] = [
  ...[MISSING, 1, 1, 0, 0, 0, 0],
  ...[MISSING, MISSING, MISSING, MISSING, MISSING, MISSING],
];

/** What a date pattern has read so far, by number; NaN: not given. One object is used again and again. */
export class DateFields {
  readonly values: Float64Array = Float64Array.from(INITIAL);
  /** Name of a zone that the text gave. */
  zone: string | undefined;

  reset(): void {
    const { values } = this;
    for (let i = 0; i < INITIAL.length; i++) values[i] = INITIAL[i] as number;
    this.zone = undefined;
  }
}

/** Reads one element of a pattern at `at`; the position behind it, or -1. */
export type Element = (text: string, at: number, fields: DateFields) => number;

/** A number of 1 to `most` digits between `low` and `high`, into field `field`; `modulo`: what the highest value wraps at. */
export function numberElement(
  field: number,
  most: number,
  low: number,
  high: number,
  modulo: number = Number.POSITIVE_INFINITY,
): Element {
  return (text, at, fields) => {
    let value = text.charCodeAt(at) - 48;
    // NaN behind the end is not within either.
    if (!(value >= 0 && value <= 9)) return -1;
    let end = at + 1;
    for (const stop = at + most; end < stop; end++) {
      const digit = text.charCodeAt(end) - 48;
      if (!(digit >= 0 && digit <= 9)) break;
      value = value * 10 + digit;
    }
    if (value < low || value > high) return -1;
    fields.values[field] = value === modulo ? 0 : value;
    return end;
  };
}

const POWERS: readonly number[] = [1e9, 1e8, 1e7, 1e6, 1e5, 1e4, 1e3, 1e2, 1e1, 1];

/** The fraction of a second: up to `most` digits; those beyond nine are read and count for nothing. */
export function fractionElement(most: number): Element {
  return (text, at, fields) => {
    let end = at;
    let value = 0;
    for (; end < at + most; end++) {
      const digit = text.charCodeAt(end) - 48;
      if (!(digit >= 0 && digit <= 9)) break;
      if (end - at < 9) value = value * 10 + digit;
    }
    if (end === at) return -1;
    fields.values[NANOS] = value * (POWERS[Math.min(9, end - at)] as number);
    return end;
  };
}

/** A year with a sign or without, of up to `most` digits; `resolve` makes a year of the number and the count of its digits. */
export function yearElement(
  most: number,
  signed: boolean,
  resolve: (value: number, digits: number) => number,
): Element {
  return (text, at, fields) => {
    const sign = signed ? text.charCodeAt(at) : 0;
    const start = sign === 43 || sign === 45 ? at + 1 : at;
    let end = start;
    let value = 0;
    for (; end < start + most; end++) {
      const digit = text.charCodeAt(end) - 48;
      if (!(digit >= 0 && digit <= 9)) break;
      value = value * 10 + digit;
    }
    if (end === start) return -1;
    fields.values[YEAR] = sign === 45 ? -value : resolve(value, end - start);
    return end;
  };
}

/** Text that stands for itself, in any case as Joda-Time has it. */
export function literalElement(expected: string): Element {
  const lower = expected.toLowerCase();
  return (text, at) => {
    if (text.startsWith(expected, at)) return at + expected.length;
    const end = at + expected.length;
    return text.slice(at, end).toLowerCase() === lower ? end : -1;
  };
}

/** One character that has no cases. */
export function signElement(expected: string): Element {
  const code = expected.charCodeAt(0);
  return (text, at) => (text.charCodeAt(at) === code ? at + 1 : -1);
}
