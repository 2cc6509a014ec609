import { Timestamp } from "../event/timestamp.ts";
import type { Value } from "../event/value.ts";
import { storedFloat, type WholeFloat } from "../event/whole-float.ts";

export const CSV_CONVERSIONS: readonly string[] = ["integer", "float", "date", "date_time", "boolean"];

/** Converts a CSV field to a type; a text that is none of it stays. As the converters of Ruby's csv library, and `boolean`. */
export function convertCsv(text: string, type: string): Value | WholeFloat {
  switch (type) {
    case "integer":
      return integer(text) ?? text;
    case "float":
      return /^\s*[+-]?\d+(?:_\d+)*(?:\.\d+(?:_\d+)*)?(?:e[+-]?\d+)?\s*$/i.test(text)
        ? storedFloat(Number(text.replaceAll("_", "")))
        : text;
    case "boolean": {
      const word = text.trim().toLowerCase();
      return word === "true" ? true : word === "false" ? false : word;
    }
    case "date":
      return date(text) ?? text;
    case "date_time":
      return dateTime(text) ?? text;
    default:
      return text;
  }
}

/** Ruby's `Integer()`: underscores between digits, and the prefixes 0x, 0b, 0o and 0. */
function integer(text: string): number | undefined {
  const match = /^\s*([+-]?)(0x|0b|0o?)?([0-9a-f]+(?:_[0-9a-f]+)*)\s*$/i.exec(text);
  if (match === null) return undefined;
  const [, sign, prefix = "", digits = ""] = match;
  const base = { "": 10, "0x": 16, "0b": 2, "0o": 8, "0": 8 }[prefix.toLowerCase()] ?? 10;
  const plain = digits.replaceAll("_", "").toLowerCase();
  if ([...plain].some((digit) => Number.parseInt(digit, 36) >= base)) return undefined;
  const value = Number.parseInt(plain, base);
  return sign === "-" && value !== 0 ? -value : value;
}

const MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];

function date(text: string): Timestamp | undefined {
  const iso = /^(\d{4})-(\d\d)-(\d\d)$/.exec(text);
  if (iso !== null) return moment(Number(iso[1]), Number(iso[2]), Number(iso[3]), 0, 0, 0);
  const words = /^(?:\w+,?\s+)?(\w+)\s+(\d{1,2}),?\s+(\d{2,4})$/.exec(text);
  return words === null ? undefined : moment(year(words[3]), month(words[1]), Number(words[2]), 0, 0, 0);
}

function dateTime(text: string): Timestamp | undefined {
  const iso =
    /^(\d{4})-(\d\d)-(\d\d)(?:[T\s](\d\d):(\d\d)(?::(\d\d)(?:\.\d+)?(?:[+-]\d\d(?::?\d\d)|\s(?:UTC|Z)|Z)?)?)?$/.exec(
      text,
    );
  if (iso !== null) {
    const zoned = Timestamp.parse(text.replace(" ", "T").replace(/\s?(?:UTC|Z)$/, "Z"));
    const [, y, mo, d, h = 0, mi = 0, s = 0] = iso;
    return zoned ?? moment(Number(y), Number(mo), Number(d), Number(h), Number(mi), Number(s));
  }
  const words = /^(?:\w+,?\s+)?(\w+)\s+(\d{1,2})\s+(\d{1,2}):(\d{1,2}):(\d{1,2}),?\s+(\d{2,4})$/.exec(text);
  if (words === null) return undefined;
  const [, mo, d, h, mi, s, y] = words;
  return moment(year(y), month(mo), Number(d), Number(h), Number(mi), Number(s));
}

function month(name = ""): number {
  return MONTHS.indexOf(name.slice(0, 3).toLowerCase()) + 1;
}

/** Two digits from 69 on are of the last century. */
function year(digits = ""): number {
  const number = Number(digits);
  return digits.length > 2 ? number : number + (number >= 69 ? 1900 : 2000);
}

/** A moment in UTC; undefined when there is none such. */
function moment(y: number, mo: number, d: number, h: number, mi: number, s: number): Timestamp | undefined {
  const time = new Date(Date.UTC(y, mo - 1, d, h, mi, s));
  const real = time.getUTCMonth() === mo - 1 && time.getUTCDate() === d && h < 24 && mi < 60 && s < 60;
  return real ? new Timestamp(time.getTime()) : undefined;
}
