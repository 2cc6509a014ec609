import type { Timestamp } from "../../event/timestamp.ts";

const MONTHS = [
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
const DAYS = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"];
const DAY_MILLIS = 86_400_000;

type Part = (date: Date, time: Timestamp) => string;

const pad = (value: number, width: number): string => String(value).padStart(width, "0");

/** ISO 8601 week and the year it belongs to. */
function isoWeek(date: Date): { year: number; week: number } {
  const thursday = new Date(Date.UTC(date.getUTCFullYear(), date.getUTCMonth(), date.getUTCDate()));
  thursday.setUTCDate(thursday.getUTCDate() + 4 - (thursday.getUTCDay() || 7));
  const year = thursday.getUTCFullYear();
  const start = Date.UTC(year, 0, 1);
  return { year, week: Math.ceil(((thursday.getTime() - start) / DAY_MILLIS + 1) / 7) };
}

function fraction(time: Timestamp, count: number): string {
  const nanos = (((time.epochMs % 1000) + 1000) % 1000) * 1e6 + time.nanos;
  return pad(nanos, 9).padEnd(count, "0").slice(0, count);
}

/** What a run of `count` letters means. In UTC. Source: Joda-Time DateTimeFormat, java.time DateTimeFormatter. */
function letterPart(letter: string, count: number): Part | undefined {
  switch (letter) {
    case "y":
    case "Y":
    case "u":
      return count === 2 ? (date) => pad(date.getUTCFullYear() % 100, 2) : (date) => pad(date.getUTCFullYear(), count);
    case "x":
      return (date) => pad(isoWeek(date).year, count);
    case "w":
      return (date) => pad(isoWeek(date).week, count);
    case "M":
    case "L":
      if (count >= 4) return (date) => MONTHS[date.getUTCMonth()] as string;
      if (count === 3) return (date) => (MONTHS[date.getUTCMonth()] as string).slice(0, 3);
      return (date) => pad(date.getUTCMonth() + 1, count);
    case "d":
      return (date) => pad(date.getUTCDate(), count);
    case "D":
      return (date) =>
        pad(Math.floor((date.getTime() - Date.UTC(date.getUTCFullYear(), 0, 1)) / DAY_MILLIS) + 1, count);
    case "e":
      return (date) => pad(date.getUTCDay() || 7, count);
    case "E":
      return (date) => (DAYS[date.getUTCDay()] as string).slice(0, count >= 4 ? undefined : 3);
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
      return (_date, time) => fraction(time, count);
    case "n":
      return (_date, time) => pad((((time.epochMs % 1000) + 1000) % 1000) * 1e6 + time.nanos, count);
    case "a":
      return (date) => (date.getUTCHours() < 12 ? "AM" : "PM");
    case "G":
      return (date) => (date.getUTCFullYear() > 0 ? "AD" : "BC");
    case "z":
    case "V":
      return () => "UTC";
    case "Z":
      return () => (count === 1 ? "+0000" : count === 2 ? "+00:00" : "UTC");
    case "X":
      return () => "Z";
    default:
      return undefined;
  }
}

/** Compiles a date pattern for writing timestamps in UTC; the texts of one second are made once where nothing is finer. */
export function compileDateFormat(pattern: string, dialect: "joda" | "java"): (time: Timestamp) => string {
  const parts: (string | Part)[] = [];
  let finest = 1000;
  for (let i = 0; i < pattern.length; ) {
    const c = pattern[i] as string;
    if (c === "'") {
      const end = pattern.indexOf("'", i + 1);
      parts.push(end === i + 1 ? "'" : pattern.slice(i + 1, end < 0 ? pattern.length : end));
      i = (end < 0 ? pattern.length : end) + 1;
      continue;
    }
    let count = 1;
    while (pattern[i + count] === c) count++;
    const letter = dialect === "java" && c === "e" ? "e" : c;
    const part = /[A-Za-z]/.test(letter) ? letterPart(letter, count) : undefined;
    if (c === "S" || c === "n") finest = 0;
    parts.push(part ?? c.repeat(count));
    i += count;
  }
  let last = Number.NaN;
  let text = "";
  return (time) => {
    const second = finest === 0 ? Number.NaN : Math.floor(time.epochMs / finest);
    if (second === last) return text;
    const date = new Date(time.epochMs);
    text = parts.map((part) => (typeof part === "string" ? part : part(date, time))).join("");
    last = second;
    return text;
  };
}
