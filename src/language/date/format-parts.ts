import type { Timestamp } from "../../event/timestamp.ts";
import { DAY_MILLIS, dayNumber, weekOf } from "./civil.ts";
import type { FormatPart } from "./format.ts";

/** Letters that mean the same to Joda-Time and to java.time. */

export const MONTHS: readonly string[] = [
  "January",
  "February",
  "March",
  "April",
  "May",
  "June",
  "July",
  "August",
  "September",
  "October",
  "November",
  "December",
];
/** By Date's number. */
export const DAYS: readonly string[] = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"];

/** A number of at least `width` digits. */
export function pad(value: number, width: number): string {
  const digits = String(Math.abs(value)).padStart(width, "0");
  return value < 0 ? `-${digits}` : digits;
}

export function isoWeek(date: Date): { readonly year: number; readonly week: number } {
  return weekOf(Math.floor(date.getTime() / DAY_MILLIS));
}

/** Nanoseconds of the second. */
export function nanosOf(time: Timestamp): number {
  return (((time.epochMs % 1000) + 1000) % 1000) * 1e6 + time.nanos;
}

/** A year; two letters: its last two digits. */
export function yearText(year: number, count: number): string {
  return count === 2 ? pad(Math.abs(year) % 100, 2) : pad(year, count);
}

function dayOfYear(date: Date): number {
  const year = date.getUTCFullYear();
  return Math.floor(date.getTime() / DAY_MILLIS) - dayNumber(year, 1, 1) + 1;
}

export function commonPart(letter: string, count: number): FormatPart | undefined {
  switch (letter) {
    case "y":
      return (date) => yearText(date.getUTCFullYear(), count);
    case "w":
      return (date) => pad(isoWeek(date).week, count);
    case "M":
      if (count === 3) return (date) => (MONTHS[date.getUTCMonth()] as string).slice(0, 3);
      if (count === 4) return (date) => MONTHS[date.getUTCMonth()] as string;
      return (date) => pad(date.getUTCMonth() + 1, count);
    case "d":
      return (date) => pad(date.getUTCDate(), count);
    case "D":
      return (date) => pad(dayOfYear(date), count);
    case "E":
      return (date) => (DAYS[date.getUTCDay()] as string).slice(0, count >= 4 ? undefined : 3);
    case "a":
      return (date) => (date.getUTCHours() < 12 ? "AM" : "PM");
    case "H":
      return (date) => pad(date.getUTCHours(), count);
    case "k":
      return (date) => pad(date.getUTCHours() || 24, count);
    case "h":
      return (date) => pad(date.getUTCHours() % 12 || 12, count);
    case "K":
      return (date) => pad(date.getUTCHours() % 12, count);
    case "m":
      return (date) => pad(date.getUTCMinutes(), count);
    case "s":
      return (date) => pad(date.getUTCSeconds(), count);
    case "S":
      return (_date, time) => pad(nanosOf(time), 9).padEnd(count, "0").slice(0, count);
    default:
      return undefined;
  }
}
