import type { RubyObject } from "../opal-realm.ts";

/** What a text says of a time; what it does not say is undefined. */
export interface TimeParts {
  year?: number;
  month?: number;
  day?: number;
  yearDay?: number;
  hour?: number;
  minute?: number;
  second?: number;
  nanos?: number;
  /** Seconds east of Greenwich. */
  offset?: number;
  epochSeconds?: number;
}

/** Reading and writing of times as texts, for `Time`, `Date` and `DateTime`. */
export interface TimeTexts {
  /** As `Date._parse` reads: the forms that logs have. undefined for a text without date and time. */
  parse(text: string): TimeParts | undefined;
  /** Source: Ruby's documentation, "Formats for Dates and Times". */
  strptime(text: string, format: string): TimeParts | undefined;
  strftime(time: RubyObject, format: string): string;
  /** Milliseconds since 1970 of the parts, as if they were UTC; undefined for a day or an hour that there is not. */
  utcOf(parts: TimeParts): number | undefined;
}

/** Runs inside the realm: refers to its parameters only. */
export function makeTimeTexts(): TimeTexts {
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
  const ZONES: Record<string, number> = {
    utc: 0,
    gmt: 0,
    z: 0,
    est: -5,
    edt: -4,
    cst: -6,
    cdt: -5,
    mst: -7,
    mdt: -6,
    pst: -8,
    pdt: -7,
    cet: 1,
    cest: 2,
    eet: 2,
    eest: 3,
    wet: 0,
    west: 1,
    bst: 1,
    msk: 3,
    jst: 9,
    ist: 5.5,
  };
  const capital = (word: string): string => word.charAt(0).toUpperCase() + word.slice(1);
  const monthOf = (name: string): number =>
    MONTHS.findIndex((month) => month.startsWith(name.toLowerCase().slice(0, 3))) + 1;
  const offsetOf = (zone: string): number | undefined => {
    const named = ZONES[zone.toLowerCase()];
    if (named !== undefined) return named * 3600;
    const match = /^(?:gmt|utc)?([+-])(\d\d?):?(\d\d)?(?::?(\d\d))?$/i.exec(zone);
    if (match === null) return undefined;
    const seconds = Number(match[2]) * 3600 + Number(match[3] ?? 0) * 60 + Number(match[4] ?? 0);
    return match[1] === "-" ? -seconds : seconds;
  };
  const nanosOf = (digits: string | undefined): number =>
    digits === undefined ? 0 : Number(digits.slice(0, 9).padEnd(9, "0"));
  const century = (digits: string): number => {
    const year = Number(digits);
    if (digits.length > 2) return year;
    return year + (year < 69 ? 2000 : 1900);
  };

  const readDate = (text: string, parts: TimeParts): boolean => {
    let match =
      /(?<!\d)([+-]?\d{4,})-(\d\d?)-(\d\d?)(?!\d)/.exec(text) ??
      /(?<!\d)(\d{4})\/(\d\d?)\/(\d\d?)(?!\d)/.exec(text) ??
      /(?<!\d)(\d{4})\.(\d\d?)\.(\d\d?)(?!\d)/.exec(text);
    if (match !== null) {
      [parts.year, parts.month, parts.day] = [Number(match[1]), Number(match[2]), Number(match[3])];
      return true;
    }
    match =
      /(?<!\d)(\d\d?)(?:st|nd|rd|th)?[\s/-]*(jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.?[\s/,-]*(?:(\d{4}|'?\d\d)(?![:\d]))?/i.exec(
        text,
      );
    if (match !== null) {
      parts.day = Number(match[1]);
      parts.month = monthOf(match[2] as string);
      if (match[3] !== undefined) parts.year = century(match[3].replace("'", ""));
      return true;
    }
    match =
      /\b(jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.?\s*(\d\d?)(?:st|nd|rd|th)?(?![:\d])(?:,?\s+(\d{4})(?![:\d]))?/i.exec(
        text,
      );
    if (match !== null) {
      parts.month = monthOf(match[1] as string);
      parts.day = Number(match[2]);
      const year = match[3] ?? /\s(\d{4})(?=\s*$)/.exec(text)?.[1];
      if (year !== undefined) parts.year = Number(year);
      return true;
    }
    match = /(?<!\d)(\d\d?)[/.-](\d\d?)[/.-](\d{4})(?!\d)/.exec(text);
    if (match !== null) {
      [parts.day, parts.month, parts.year] = [Number(match[1]), Number(match[2]), Number(match[3])];
      return true;
    }
    match = /(?<![\d.])(\d{4})(\d\d)(\d\d)(?:T?(\d\d)(\d\d)(\d\d)?(?:[.,](\d+))?)?(?!\d)/.exec(text);
    if (match !== null) {
      [parts.year, parts.month, parts.day] = [Number(match[1]), Number(match[2]), Number(match[3])];
      if (match[4] !== undefined)
        [parts.hour, parts.minute, parts.second, parts.nanos] = [
          Number(match[4]),
          Number(match[5]),
          Number(match[6] ?? 0),
          nanosOf(match[7]),
        ];
      return true;
    }
    match = /(?<!\d)(\d{4})-(\d{3})(?!\d)/.exec(text);
    if (match !== null) {
      [parts.year, parts.yearDay] = [Number(match[1]), Number(match[2])];
      return true;
    }
    match = /^\s*(\d{4})-(\d\d)\s*$/.exec(text);
    if (match !== null) {
      [parts.year, parts.month] = [Number(match[1]), Number(match[2])];
      return true;
    }
    return false;
  };
  const readTime = (text: string, parts: TimeParts): boolean => {
    const match = /(?<!\d)(\d\d?):(\d\d)(?::(\d\d)(?:[.,](\d+))?)?\s*([ap])?\.?(?:m\b\.?)?/i.exec(text);
    if (match === null) return false;
    let hour = Number(match[1]);
    const half = match[5]?.toLowerCase();
    if (half !== undefined) hour = (hour % 12) + (half === "p" ? 12 : 0);
    [parts.hour, parts.minute, parts.second, parts.nanos] = [
      hour,
      Number(match[2]),
      Number(match[3] ?? 0),
      nanosOf(match[4]),
    ];
    return true;
  };
  const parse = (text: string): TimeParts | undefined => {
    const parts: TimeParts = {};
    const hasDate = readDate(text, parts);
    const hasTime =
      parts.hour !== undefined || readTime(hasDate ? text.replace(/(\d{4}):(?=\d\d:\d\d)/, "$1 ") : text, parts);
    if (!hasDate && !hasTime) return undefined;
    if (hasTime) {
      const zone =
        /(?:\d|[ap]m|\s)\s*((?:gmt|utc)?[+-]\d\d?(?::?\d\d){0,2}|[A-Z]{3,4}|Z)\s*(?:\d{4}|\([^)]*\))?\s*$/i.exec(
          text,
        )?.[1];
      const offset = zone === undefined ? undefined : offsetOf(zone);
      if (offset !== undefined && !/^[+-]\d\d?$/.test(zone as string)) parts.offset = offset;
      else if (offset !== undefined && /:\d\d(?:\.\d+)?\s*[+-]\d\d$/.test(text.trim())) parts.offset = offset;
    }
    return parts;
  };

  const strptime = (text: string, format: string): TimeParts | undefined => {
    const parts: TimeParts = {};
    let at = 0;
    let afternoon: boolean | undefined;
    const take = (pattern: RegExp): string | undefined => {
      pattern.lastIndex = at;
      const match = pattern.exec(text);
      if (match === null) return undefined;
      at += match[0].length;
      return match[0];
    };
    const number = (digits: number, low: number, high: number): number | undefined => {
      const found = take(new RegExp(`\\s*\\d{1,${digits}}`, "y"));
      const value = found === undefined ? Number.NaN : Number(found);
      return value >= low && value <= high ? value : undefined;
    };
    const word = (names: readonly string[]): number => {
      const rest = text.slice(at).toLowerCase();
      const long = names.findIndex((name) => rest.startsWith(name));
      const found = long >= 0 ? long : names.findIndex((name) => rest.startsWith(name.slice(0, 3)));
      if (found >= 0) at += long >= 0 ? (names[found] as string).length : 3;
      return found;
    };
    const expanded = format
      .replace(/%[-_0^#]?c/g, "%a %b %e %H:%M:%S %Y")
      .replace(/%[-_0^#]?F/g, "%Y-%m-%d")
      .replace(/%[-_0^#]?[TX]/g, "%H:%M:%S")
      .replace(/%[-_0^#]?[Dx]/g, "%m/%d/%y")
      .replace(/%[-_0^#]?R/g, "%H:%M")
      .replace(/%[-_0^#]?r/g, "%I:%M:%S %p");
    const directive = /%[-_0^#:]*(\d*)([A-Za-z%+])|\s+|[^%]|%/gy;
    for (const match of expanded.matchAll(directive)) {
      const kind = match[2];
      const ok = ((): boolean => {
        if (kind === undefined) {
          if (/^\s/.test(match[0])) {
            take(/\s*/y);
            return true;
          }
          if (text[at] !== match[0]) return false;
          at++;
          return true;
        }
        switch (kind) {
          case "Y": {
            // With digits next to it a year has four.
            const next = expanded[match.index + match[0].length + 1];
            const tight =
              expanded[match.index + match[0].length] === "%" && next !== undefined && /[\dmdHMSyjN-]/.test(next);
            const found = take(tight ? /\s*[+-]?\d{1,4}/y : /\s*[+-]?\d+/y);
            if (found === undefined) return false;
            parts.year = Number(found);
            return true;
          }
          case "y": {
            const found = take(/\s*\d{1,2}/y);
            if (found === undefined) return false;
            parts.year = century(found.trim().padStart(2, "0"));
            return true;
          }
          case "m":
            parts.month = number(2, 1, 12) as number;
            return parts.month !== undefined;
          case "d":
          case "e":
            parts.day = number(2, 1, 31) as number;
            return parts.day !== undefined;
          case "j":
            parts.yearDay = number(3, 1, 366) as number;
            return parts.yearDay !== undefined;
          case "H":
          case "k":
            parts.hour = number(2, 0, 24) as number;
            return parts.hour !== undefined;
          case "I":
          case "l":
            parts.hour = number(2, 1, 12) as number;
            return parts.hour !== undefined;
          case "M":
            parts.minute = number(2, 0, 59) as number;
            return parts.minute !== undefined;
          case "S":
            parts.second = number(2, 0, 60) as number;
            return parts.second !== undefined;
          case "L":
          case "N": {
            const found = take(
              match[1] !== "" && match[1] !== undefined ? new RegExp(`\\d{1,${match[1]}}`, "y") : /\d+/y,
            );
            if (found === undefined) return false;
            parts.nanos = nanosOf(found);
            return true;
          }
          case "s":
          case "Q": {
            const found = take(/\s*[+-]?\d+/y);
            if (found === undefined) return false;
            parts.epochSeconds = kind === "s" ? Number(found) : Number(found) / 1000;
            parts.offset ??= 0;
            return true;
          }
          case "b":
          case "B":
          case "h": {
            const found = word(MONTHS);
            parts.month = found + 1;
            return found >= 0;
          }
          case "a":
          case "A":
            return word(DAYS) >= 0;
          case "p":
          case "P": {
            const found = take(/[ap]\.?m\.?/iy);
            if (found === undefined) return false;
            afternoon = /^p/i.test(found);
            return true;
          }
          case "z":
          case "Z": {
            const found = take(/\s*(?:(?:gmt|utc)?[+-]\d\d?(?::?\d\d){0,2}|[A-Za-z]+)/iy);
            const offset = found === undefined ? undefined : offsetOf(found.trim());
            if (found === undefined) return false;
            if (offset !== undefined) parts.offset = offset;
            return true;
          }
          case "u":
          case "w":
            return number(1, 0, 7) !== undefined;
          case "n":
          case "t":
            take(/\s*/y);
            return true;
          case "%":
            if (text[at] !== "%") return false;
            at++;
            return true;
          default:
            return false;
        }
      })();
      if (!ok) return undefined;
    }
    if (afternoon !== undefined && parts.hour !== undefined) parts.hour = (parts.hour % 12) + (afternoon ? 12 : 0);
    return at < text.length ? undefined : parts;
  };

  const utcOf = (parts: TimeParts): number | undefined => {
    if (parts.epochSeconds !== undefined) return parts.epochSeconds * 1000;
    const { year = 1970, month = 1, day = 1, hour = 0, minute = 0, second = 0, nanos = 0 } = parts;
    const date = new Date(0);
    date.setUTCFullYear(year, parts.yearDay === undefined ? month - 1 : 0, parts.yearDay ?? day);
    const isDay = parts.yearDay !== undefined || (date.getUTCMonth() === month - 1 && date.getUTCDate() === day);
    if (!isDay || hour > 24 || minute > 59 || second > 60) return undefined;
    return date.getTime() + hour * 3600000 + minute * 60000 + second * 1000 + Math.floor(nanos / 1e6);
  };

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
  return { parse, strptime, strftime, utcOf };
}
