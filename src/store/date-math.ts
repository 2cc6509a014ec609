import { timeZone } from "../language/date/zone.ts";

const DATE =
  /^(\d{4})(?:-(\d\d)(?:-(\d\d)(?:T(?:(\d\d)(?::(\d\d)(?::(\d\d)(?:[.,](\d{1,9}))?)?)?(Z|[+-]\d\d(?::?\d\d)?)?)?)?)?)?$/;
const STEP = /([+-]\d*|\/)([yMwdhHms])/g;

/** Epoch milliseconds that a date of a query covers, both ends included. */
export interface DateSpan {
  readonly from: number;
  readonly to: number;
}

/** What dates of a query are relative to. */
export interface DateContext {
  /** Epoch milliseconds. */
  readonly now: number;
  /** For dates without a zone, and for rounding: a name or an offset; UTC when there is none. */
  readonly timeZone?: string;
}

/**
 * A date as Elasticsearch reads it in a query (`strict_date_optional_time||epoch_millis`, date math): a date in parts covers what it leaves open of its
 * day, but a year or a month alone is its first day, as there. `/d` covers the day. undefined when it is no date.
 * https://www.elastic.co/guide/en/elasticsearch/reference/8.19/common-options.html#date-math
 */
export function dateSpan(text: string, context: DateContext): DateSpan | undefined {
  const isNow = text.startsWith("now");
  const cut = text.indexOf("||");
  const math = isNow ? text.slice(3) : cut < 0 ? "" : text.slice(cut + 2);
  const anchor = isNow
    ? { from: context.now, to: context.now }
    : anchorSpan(cut < 0 ? text : text.slice(0, cut), context);
  if (anchor === undefined || math === "") return anchor;
  if (math.replaceAll(STEP, "") !== "") return undefined;
  const zone = timeZone(context.timeZone ?? "UTC");
  // Steps are those of the calendar of the zone.
  let from = anchor.from + zone.offset(anchor.from);
  let to = from;
  for (const [, step = "", unit = ""] of math.matchAll(STEP)) {
    if (step === "/") {
      from = floor(from, unit);
      to = add(floor(to, unit), 1, unit) - 1;
    } else {
      const count = step.length === 1 ? Number(`${step}1`) : Number(step);
      from = add(from, count, unit);
      to = add(to, count, unit);
    }
  }
  return { from: zone.toUtc(from), to: zone.toUtc(to) };
}

function anchorSpan(text: string, context: DateContext): DateSpan | undefined {
  const match = DATE.exec(text);
  // Four digits are a year; anything else in digits is milliseconds.
  if (match === null) return /^-?\d{1,15}$/.test(text) ? { from: Number(text), to: Number(text) } : undefined;
  const [, year, month = "01", day = "01", hour, minute, second, fraction, offset] = match;
  const local = Date.parse(`${year}-${month}-${day}T${hour ?? "00"}:${minute ?? "00"}:${second ?? "00"}.000Z`);
  // A day that the month has not is none.
  if (Number.isNaN(local) || new Date(local).getUTCDate() !== Number(day)) return undefined;
  const start = local + (fraction === undefined ? 0 : Math.floor(Number(`0.${fraction}`) * 1000 + 1e-6));
  const length =
    hour === undefined
      ? 86_400_000
      : minute === undefined
        ? 3_600_000
        : second === undefined
          ? 60_000
          : fraction === undefined
            ? 1000
            : 1;
  const zone = timeZone(offset === undefined ? (context.timeZone ?? "UTC") : withMinutes(offset));
  return { from: zone.toUtc(start), to: zone.toUtc(start + length - 1) };
}

function withMinutes(offset: string): string {
  return /^[+-]\d\d$/.test(offset) ? `${offset}:00` : offset;
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
