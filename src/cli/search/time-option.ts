const UNITS: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 604_800_000,
};

/** The year 1: earlier ones the store does not know. */
const EARLIEST = Date.parse("0001-01-01T00:00:00Z");

/**
 * A time on the command line, as epoch milliseconds: how long ago (`15m`, `2h`, `1d`, `now-15m`), `now`, `today`, `yesterday`, or ISO 8601, where
 * a time without a zone is local. undefined when it is none of these.
 */
export function parseTime(text: string, now: number): number | undefined {
  const word = text.trim().toLowerCase();
  if (word === "now") return now;
  if (word === "today" || word === "yesterday") {
    const midnight = new Date(now);
    midnight.setHours(0, 0, 0, 0);
    if (word === "yesterday") midnight.setDate(midnight.getDate() - 1);
    return midnight.getTime();
  }
  const ago = /^(?:now-)?(\d+(?:\.\d+)?)\s*(ms|[smhdw])$/.exec(word);
  if (ago !== null) return Math.max(EARLIEST, now - Number(ago[1]) * (UNITS[ago[2] as string] as number));
  if (!/^\d{4}-\d\d(-\d\d)?([t ]\d\d:\d\d(:\d\d([.,]\d+)?)?(z|[+-]\d\d:?\d\d)?)?$/i.test(text.trim())) return undefined;
  // A date alone is UTC to the parser and midnight here to people.
  const local = text.trim().toUpperCase().replace(" ", "T").replace(",", ".");
  // The parser takes a 31st of February for a 3rd of March.
  const [year, month, day] = local.split(/[-T]/, 3).map(Number) as [number, number, number | undefined];
  if (day !== undefined && day > new Date(Date.UTC(year, month, 0)).getUTCDate()) return undefined;
  const time = Date.parse(local.includes("T") ? local : `${local.length === 7 ? `${local}-01` : local}T00:00`);
  return Number.isNaN(time) ? undefined : time;
}
