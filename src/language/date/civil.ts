/** Days of the Gregorian calendar, counted from 1970-01-01, with numbers only. */

/** Milliseconds. */
export const DAY_MILLIS = 86_400_000;
/** Days of 400 years, after which the calendar repeats. */
const CYCLE = 146_097;
/** Days from 0000-03-01 to 1970-01-01. */
const EPOCH = 719_468;

/** The day's number; `month` and `day` from 1. A year that begins in March has its leap day at its end. */
export function dayNumber(year: number, month: number, day: number): number {
  const y = month <= 2 ? year - 1 : year;
  const cycle = Math.floor(y / 400);
  const yearOfCycle = y - cycle * 400;
  const dayOfYear = Math.floor((153 * (month + (month > 2 ? -3 : 9)) + 2) / 5) + day - 1;
  return cycle * CYCLE + yearOfCycle * 365 + (yearOfCycle >> 2) - Math.floor(yearOfCycle / 100) + dayOfYear - EPOCH;
}

export function isLeapYear(year: number): boolean {
  return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
}

export function monthLength(year: number, month: number): number {
  if (month === 2) return isLeapYear(year) ? 29 : 28;
  return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31;
}

/** 1: Monday, 7: Sunday. 1970-01-01 was a Thursday. */
export function weekdayOf(number: number): number {
  return ((((number + 3) % 7) + 7) % 7) + 1;
}

/** The Monday of week 1 of an ISO 8601 year: the week with January 4th. */
export function firstMonday(year: number): number {
  const fourth = dayNumber(year, 1, 4);
  return fourth - weekdayOf(fourth) + 1;
}

/** ISO 8601's week of a day, and the year that the week belongs to. */
export function weekOf(number: number): { readonly year: number; readonly week: number } {
  const thursday = number - weekdayOf(number) + 4;
  const year = new Date(thursday * DAY_MILLIS).getUTCFullYear();
  return { year, week: (thursday - firstMonday(year) - 3) / 7 + 1 };
}
