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

/** Reading of times, for `Time`, `Date` and `DateTime`. */
export interface TimeReading {
  /** As `Date._parse` reads: the forms that logs have. undefined for a text without date and time. */
  parse(text: string): TimeParts | undefined;
  /** Source: Ruby's documentation, "Formats for Dates and Times". */
  strptime(text: string, format: string): TimeParts | undefined;
  /** Milliseconds since 1970 of the parts, as if they were UTC; undefined for a day or an hour that there is not. */
  utcOf(parts: TimeParts): number | undefined;
}

/** Runs inside the realm: refers to its parameters only. */
export function makeTimeReading(): TimeReading {
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

  return { parse, strptime, utcOf };
}
