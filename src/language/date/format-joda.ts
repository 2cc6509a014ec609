import type { FormatPart } from "./format.ts";
import { commonPart, isoWeek, MONTHS, pad, yearText } from "./format-parts.ts";

/** What `count` times `letter` writes. Source: Joda-Time, DateTimeFormat. Logstash gives it milliseconds only. */
export function jodaPart(letter: string, count: number): FormatPart | undefined {
  switch (letter) {
    case "Y":
      return (date) => yearText(date.getUTCFullYear(), count);
    case "x":
      return (date) => yearText(isoWeek(date).year, count);
    case "C":
      return (date) => pad(Math.floor(date.getUTCFullYear() / 100), count);
    case "M":
      return count > 4 ? (date) => MONTHS[date.getUTCMonth()] as string : commonPart(letter, count);
    case "e":
      return (date) => pad(date.getUTCDay() || 7, count);
    case "S":
      return (date) => pad(date.getUTCMilliseconds(), 3).padEnd(count, "0").slice(0, count);
    case "G":
      return (date) => (date.getUTCFullYear() > 0 ? "AD" : "BC");
    case "z":
      return () => (count >= 4 ? "Coordinated Universal Time" : "UTC");
    case "Z":
      return () => (count === 1 ? "+0000" : count === 2 ? "+00:00" : "UTC");
    default:
      return commonPart(letter, count);
  }
}
