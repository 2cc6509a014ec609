import type { FormatPart } from "./format.ts";
import { commonPart, DAYS, isoWeek, MONTHS, nanosOf, pad, yearText } from "./format-parts.ts";

/** What `count` times `letter` writes. Source: java.time.format.DateTimeFormatter; weeks are those of ISO 8601. */
export function javaPart(letter: string, count: number): FormatPart | undefined {
  switch (letter) {
    case "u":
      return (date) => yearText(date.getUTCFullYear(), count);
    case "Y":
      return (date) => yearText(isoWeek(date).year, count);
    case "L":
    case "M":
      return count > 4 ? (date) => (MONTHS[date.getUTCMonth()] as string).slice(0, 1) : commonPart("M", count);
    case "Q":
    case "q":
      return quarterPart(count);
    case "E":
      return count > 4 ? (date) => (DAYS[date.getUTCDay()] as string).slice(0, 1) : commonPart(letter, count);
    case "e":
    case "c":
      return count > 2 ? javaPart("E", count) : (date) => pad(date.getUTCDay() || 7, count);
    case "W":
      return (date) => pad(weekOfMonth(date), count);
    case "F":
      return (date) => pad(Math.ceil(date.getUTCDate() / 7), count);
    case "A":
      return (date) => pad(millisOfDay(date), count);
    case "N":
      return (date, time) => pad(Math.floor(millisOfDay(date) / 1000) * 1e9 + nanosOf(time), count);
    case "n":
      return (_date, time) => pad(nanosOf(time), count);
    case "G":
      return (date) => eraText(date.getUTCFullYear() > 0, count);
    case "V":
    case "z":
    case "X":
      return () => "Z";
    case "x":
      return () => (count === 1 ? "+00" : count % 2 === 0 ? "+0000" : "+00:00");
    case "Z":
      return () => (count <= 3 ? "+0000" : count === 4 ? "GMT" : "Z");
    case "O":
      return () => "GMT";
    default:
      return commonPart(letter, count);
  }
}

function quarterPart(count: number): FormatPart {
  return (date) => {
    const quarter = Math.floor(date.getUTCMonth() / 3) + 1;
    if (count === 3) return `Q${quarter}`;
    return count === 4 ? `${["1st", "2nd", "3rd", "4th"][quarter - 1]} quarter` : pad(quarter, count === 2 ? 2 : 1);
  };
}

/** The number of the week's Thursday among the month's, 0 for a week whose Thursday is in the month before. */
function weekOfMonth(date: Date): number {
  return Math.max(0, Math.ceil((date.getUTCDate() - (date.getUTCDay() || 7) + 4) / 7));
}

function millisOfDay(date: Date): number {
  return ((date.getTime() % 86_400_000) + 86_400_000) % 86_400_000;
}

function eraText(after: boolean, count: number): string {
  if (count === 4) return after ? "Anno Domini" : "Before Christ";
  if (count > 4) return after ? "A" : "B";
  return after ? "AD" : "BC";
}
