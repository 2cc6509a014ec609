import { type Element, OFFSET } from "./fields.ts";

/** `+0100`, `+01:00`, `+01` or `Z`. */
export const offsetElement: Element = (text, at, fields) => {
  const c = text.charCodeAt(at);
  if (c === 90 || c === 122) {
    fields.values[OFFSET] = 0;
    return at + 1;
  }
  if (c !== 43 && c !== 45) return -1;
  const hours = twoDigits(text, at + 1);
  if (hours < 0 || hours > 23) return -1;
  let end = at + 3;
  const colon = text.charCodeAt(end) === 58 ? 1 : 0;
  const minutes = twoDigits(text, end + colon);
  if (minutes > 59) return -1;
  if (minutes >= 0) end += 2 + colon;
  const offset = (hours * 60 + Math.max(0, minutes)) * 60_000;
  fields.values[OFFSET] = c === 45 ? -offset : offset;
  return end;
};

/** The number of two digits at `at`, or -1. */
export function twoDigits(text: string, at: number): number {
  const a = text.charCodeAt(at) - 48;
  const b = text.charCodeAt(at + 1) - 48;
  return a >= 0 && a <= 9 && b >= 0 && b <= 9 ? a * 10 + b : -1;
}

/** Zone abbreviations that Joda-Time knows when it reads (DateTimeUtils.getDefaultTimeZoneNames). */
const ABBREVIATIONS: ReadonlyMap<string, string> = new Map([
  ["UT", "UTC"],
  ["UTC", "UTC"],
  ["GMT", "UTC"],
  ["EST", "America/New_York"],
  ["EDT", "America/New_York"],
  ["CST", "America/Chicago"],
  ["CDT", "America/Chicago"],
  ["MST", "America/Denver"],
  ["MDT", "America/Denver"],
  ["PST", "America/Los_Angeles"],
  ["PDT", "America/Los_Angeles"],
]);

const ZONE_NAME = /[A-Za-z][A-Za-z0-9_+\-/]{0,63}/y;

/** A zone's name or abbreviation, or an offset. */
export const zoneNameElement: Element = (text, at, fields) => {
  ZONE_NAME.lastIndex = at;
  const name = ZONE_NAME.exec(text)?.[0];
  if (name === undefined) return offsetElement(text, at, fields);
  fields.zone = ABBREVIATIONS.get(name) ?? name;
  return at + name.length;
};
