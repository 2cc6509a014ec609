import type { RubyObject } from "../opal-realm.ts";
import type { TimeReading } from "./time-reading.ts";

/** Reading and writing of times as texts. */
export interface TimeTexts extends TimeReading {
  /** Source: Ruby's documentation, "Formats for Dates and Times". */
  strftime(time: RubyObject, format: string): string;
}

/** Runs inside the realm: refers to its parameters only. */
export function makeTimeWriting(reading: TimeReading): TimeTexts {
  const MONTHS = [
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
  ];
  const DAYS = ["sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday"];
  const capital = (word: string): string => word.charAt(0).toUpperCase() + word.slice(1);
  /** ISO 8601 week and its year, of a day given as UTC. */
  const week = (date: Date): [number, number] => {
    const thursday = new Date(date.getTime());
    thursday.setUTCDate(thursday.getUTCDate() + 3 - ((thursday.getUTCDay() + 6) % 7));
    const first = Date.UTC(thursday.getUTCFullYear(), 0, 1);
    return [1 + Math.floor((thursday.getTime() - first) / 604800000), thursday.getUTCFullYear()];
  };
  const strftime = (time: RubyObject, format: string): string => {
    const offset = time["$utc_offset"]() as number;
    const ms = time["getTime"]() as number;
    // A date whose UTC fields are what the time shows.
    const shown = new Date(ms + offset * 1000);
    const nanos = (((ms % 1000) + 1000) % 1000) * 1e6 + ((time["$$nanos"] as number | undefined) ?? 0);
    const yearDay = (): number =>
      Math.floor(
        (Date.UTC(shown.getUTCFullYear(), shown.getUTCMonth(), shown.getUTCDate()) -
          Date.UTC(shown.getUTCFullYear(), 0, 1)) /
          86400000,
      ) + 1;
    const weekOfYear = (first: number): number =>
      Math.floor((yearDay() + 6 - ((shown.getUTCDay() - first + 7) % 7)) / 7);
    const hour12 = shown.getUTCHours() % 12 || 12;
    const write = (all: string, flags: string, colons: string, width: string, kind: string): string => {
      const padded = (value: number, size: number, fill: "0" | " "): string => {
        if (flags.includes("-")) return String(value);
        const by = flags.includes("_") ? " " : flags.includes("0") ? "0" : fill;
        const wide = width === "" ? size : Number(width);
        return value < 0 && by === "0"
          ? `-${String(-value).padStart(wide - 1, "0")}`
          : String(value).padStart(wide, by);
      };
      const named = (name: string): string => {
        const cased = flags.includes("^")
          ? name.toUpperCase()
          : flags.includes("#")
            ? kind === "p"
              ? name.toLowerCase()
              : name.toUpperCase()
            : name;
        return width === "" ? cased : cased.padStart(Number(width), flags.includes("0") ? "0" : " ");
      };
      const again = (inner: string): string => named(strftime(time, inner));
      switch (kind) {
        case "Y":
          return padded(shown.getUTCFullYear(), 4, "0");
        case "C":
          return padded(Math.floor(shown.getUTCFullYear() / 100), 2, "0");
        case "y":
          return padded(shown.getUTCFullYear() % 100, 2, "0");
        case "m":
          return padded(shown.getUTCMonth() + 1, 2, "0");
        case "B":
          return named(capital(MONTHS[shown.getUTCMonth()] as string));
        case "b":
        case "h":
          return named(capital((MONTHS[shown.getUTCMonth()] as string).slice(0, 3)));
        case "d":
          return padded(shown.getUTCDate(), 2, "0");
        case "e":
          return padded(shown.getUTCDate(), 2, " ");
        case "j":
          return padded(yearDay(), 3, "0");
        case "H":
          return padded(shown.getUTCHours(), 2, "0");
        case "k":
          return padded(shown.getUTCHours(), 2, " ");
        case "I":
          return padded(hour12, 2, "0");
        case "l":
          return padded(hour12, 2, " ");
        case "M":
          return padded(shown.getUTCMinutes(), 2, "0");
        case "S":
          return padded(shown.getUTCSeconds(), 2, "0");
        case "L":
        case "N": {
          const digits = width === "" ? (kind === "L" ? 3 : 9) : Number(width);
          return String(nanos).padStart(9, "0").padEnd(digits, "0").slice(0, digits);
        }
        case "p":
          return named(shown.getUTCHours() >= 12 ? "PM" : "AM");
        case "P":
          return named(shown.getUTCHours() >= 12 ? "pm" : "am");
        case "z": {
          const size = Math.abs(offset);
          const pair = (value: number): string => String(Math.floor(value)).padStart(2, "0");
          const between = colons === "" ? "" : ":";
          const seconds = colons.length > 1 ? `:${pair(size % 60)}` : "";
          return `${offset < 0 ? "-" : "+"}${pair(size / 3600)}${between}${pair((size % 3600) / 60)}${seconds}`;
        }
        case "Z": {
          const zone = time["$zone"]() as unknown;
          return named(typeof zone === "string" ? zone : "");
        }
        case "A":
          return named(capital(DAYS[shown.getUTCDay()] as string));
        case "a":
          return named(capital((DAYS[shown.getUTCDay()] as string).slice(0, 3)));
        case "u":
          return padded(shown.getUTCDay() || 7, 1, "0");
        case "w":
          return padded(shown.getUTCDay(), 1, "0");
        case "V":
          return padded(week(shown)[0], 2, "0");
        case "G":
          return padded(week(shown)[1], 4, "0");
        case "g":
          return padded(week(shown)[1] % 100, 2, "0");
        case "U":
          return padded(weekOfYear(0), 2, "0");
        case "W":
          return padded(weekOfYear(1), 2, "0");
        case "s":
          return padded(Math.floor(ms / 1000), 1, "0");
        case "Q":
          return padded(Math.floor(ms), 1, "0");
        case "n":
          return "\n";
        case "t":
          return "\t";
        case "%":
          return "%";
        case "c":
          return again("%a %b %e %H:%M:%S %Y");
        case "D":
        case "x":
          return again("%m/%d/%y");
        case "F":
          return again("%Y-%m-%d");
        case "T":
        case "X":
          return again("%H:%M:%S");
        case "R":
          return again("%H:%M");
        case "r":
          return again("%I:%M:%S %p");
        case "v":
          return again("%e-%^b-%4Y");
        case "+":
          return again("%a %b %e %H:%M:%S %Z %Y");
        default:
          return all;
      }
    };
    return format.replace(/%([-_0^#]*)(:{0,2})(\d*)([A-Za-z%+])/g, write);
  };
  return { ...reading, strftime };
}
