const DATE =
  /^(\d{4})(?:-(\d\d)(?:-(\d\d)(?:[T ](\d\d)(?::(\d\d)(?::(\d\d)(?:[.,](\d{1,9}))?)?)?)?)?)?(Z|[+-]\d\d:?\d\d)?$/;
const STEP = /([+-]\d+|\/)([yMwdhHms])/g;

/** Epoch milliseconds that a date of a query covers, both ends included. */
export interface DateSpan {
  readonly from: number;
  readonly to: number;
}

/**
 * A date as Elasticsearch reads it in a query: ISO 8601 in parts, epoch milliseconds, `now`, and date math (`now-1d/d`, `2026-01-01||+1M`). A date in
 * parts covers all that it leaves open. undefined when it is none.
 * https://www.elastic.co/guide/en/elasticsearch/reference/8.19/common-options.html#date-math
 */
export function dateSpan(text: string, now: number): DateSpan | undefined {
  const [anchor, math] = text.startsWith("now") ? ["now", text.slice(3)] : splitMath(text);
  const start = anchor === "now" ? { from: now, to: now } : anchorSpan(anchor);
  if (start === undefined) return undefined;
  if (math === "") return start;
  if (math.replaceAll(STEP, "") !== "") return undefined;
  let from = math.startsWith("/") || anchor !== "now" ? start.from : start.from;
  let to = from;
  for (const [, step = "", unit = ""] of math.matchAll(STEP)) {
    if (step === "/") {
      from = floor(from, unit);
      to = add(floor(to, unit), 1, unit) - 1;
    } else {
      from = add(from, Number(step), unit);
      to = add(to, Number(step), unit);
    }
  }
  return { from, to };
}

function splitMath(text: string): readonly [string, string] {
  const at = text.indexOf("||");
  return at < 0 ? [text, ""] : [text.slice(0, at), text.slice(at + 2)];
}

function anchorSpan(text: string): DateSpan | undefined {
  const match = DATE.exec(text);
  // Four digits are a year; anything else in digits is milliseconds.
  if (match === null) return /^-?\d{5,}$/.test(text) ? { from: Number(text), to: Number(text) } : undefined;
  const [, year, month, day, hour, minute, second, fraction, zone] = match;
  const offset = zone === undefined || zone === "Z" ? 0 : zoneMillis(zone);
  const millis = fraction === undefined ? 0 : Math.floor(Number(`0.${fraction}`) * 1000);
  const parts = [month, day, hour, minute, second].map((part, i) => Number(part ?? (i < 2 ? 1 : 0)));
  const [m = 1, d = 1, h = 0, min = 0, s = 0] = parts;
  const from = Date.UTC(Number(year), m - 1, d, h, min, s, millis) - offset;
  const open = [month, day, hour, minute, second, fraction].findIndex((part) => part === undefined);
  const unit = ["y", "M", "d", "h", "m", "s"][open];
  return { from, to: unit === undefined ? from : add(from + offset, 1, unit) - offset - 1 };
}

function zoneMillis(zone: string): number {
  const digits = zone.slice(1).replace(":", "");
  const minutes = Number(digits.slice(0, 2)) * 60 + Number(digits.slice(2));
  return (zone.startsWith("-") ? -minutes : minutes) * 60_000;
}

const LENGTHS: Readonly<Record<string, number>> = {
  w: 604_800_000,
  d: 86_400_000,
  h: 3_600_000,
  H: 3_600_000,
  m: 60_000,
  s: 1000,
};

function add(time: number, count: number, unit: string): number {
  const length = LENGTHS[unit];
  if (length !== undefined) return time + count * length;
  const date = new Date(time);
  if (unit === "y") date.setUTCFullYear(date.getUTCFullYear() + count);
  else {
    const day = date.getUTCDate();
    date.setUTCDate(1);
    date.setUTCMonth(date.getUTCMonth() + count);
    const last = new Date(Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1, 0)).getUTCDate();
    date.setUTCDate(Math.min(day, last));
  }
  return date.getTime();
}

function floor(time: number, unit: string): number {
  const date = new Date(time);
  if (unit === "y") return Date.UTC(date.getUTCFullYear(), 0, 1);
  if (unit === "M") return Date.UTC(date.getUTCFullYear(), date.getUTCMonth(), 1);
  // Weeks begin on Monday; the epoch was a Thursday.
  if (unit === "w") return Math.floor((time + 3 * 86_400_000) / 604_800_000) * 604_800_000 - 3 * 86_400_000;
  const length = LENGTHS[unit] as number;
  return Math.floor(time / length) * length;
}
