/** Units as the original takes them; a number alone is seconds. */
const UNIT_MILLIS: Readonly<Record<string, number>> = {
  w: 604_800_000,
  week: 604_800_000,
  weeks: 604_800_000,
  d: 86_400_000,
  day: 86_400_000,
  days: 86_400_000,
  h: 3_600_000,
  hour: 3_600_000,
  hours: 3_600_000,
  m: 60_000,
  min: 60_000,
  minute: 60_000,
  minutes: 60_000,
  s: 1000,
  sec: 1000,
  second: 1000,
  seconds: 1000,
  ms: 1,
  msec: 1,
  msecs: 1,
};

/** Milliseconds of `3`, `3 seconds`, `2 days`; undefined for another text. Source: Logstash, "File input plugin", string_duration. */
export function millis(value: string): number | undefined {
  const match = /^\s*(\d+(?:\.\d+)?)\s*([a-z]*)\s*$/i.exec(value);
  const unit = match?.[2] === "" ? 1000 : UNIT_MILLIS[(match?.[2] ?? "").toLowerCase()];
  return match === null || unit === undefined ? undefined : Number(match[1]) * unit;
}
