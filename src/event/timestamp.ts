/**
 * A moment with nanoseconds, as Logstash's timestamps have. Immutable.
 * `epochMs` is whole milliseconds since 1970 in UTC; `nanos` the nanoseconds below the millisecond (0 to 999,999).
 */
export class Timestamp {
  readonly epochMs: number;
  readonly nanos: number;

  constructor(epochMs: number, nanos = 0) {
    this.epochMs = epochMs;
    this.nanos = nanos;
  }

  /** ISO 8601 in UTC with milliseconds, and with the nanoseconds' digits where there are any. */
  toString(): string {
    const text = new Date(this.epochMs).toISOString();
    if (this.nanos === 0) return text;
    const digits = String(this.nanos).padStart(6, "0").replace(/0+$/, "");
    return `${text.slice(0, -1)}${digits}Z`;
  }

  toJSON(): string {
    return this.toString();
  }

  /** Seconds since 1970, with a fraction. */
  toSeconds(): number {
    return this.epochMs / 1000 + this.nanos / 1e9;
  }

  equals(other: Timestamp): boolean {
    return this.epochMs === other.epochMs && this.nanos === other.nanos;
  }

  compare(other: Timestamp): number {
    return this.epochMs - other.epochMs || this.nanos - other.nanos;
  }

  /** Parses ISO 8601 as Logstash accepts it in `@timestamp`; undefined when it is not one. A time without zone is UTC. */
  static parse(text: string): Timestamp | undefined {
    const match =
      /^([+-]?\d{4,6})-(\d\d)-(\d\d)[T ](\d\d):(\d\d)(?::(\d\d)(?:[.,](\d{1,9})\d*)?)?(Z|[+-]\d\d(?::?\d\d)?)?$/.exec(
        text,
      );
    if (match === null) return undefined;
    const [, year, month, day, hour, minute, second, fraction, zone] = match;
    const nanos = fraction === undefined ? 0 : Number(fraction.padEnd(9, "0"));
    const ms = Date.UTC(
      Number(year),
      Number(month) - 1,
      Number(day),
      Number(hour),
      Number(minute),
      Number(second ?? 0),
    );
    const real = new Date(ms).getUTCDate() === Number(day) || Number(hour) === 24;
    if (!real || Number(month) > 12 || Number(month) < 1 || Number(hour) > 24 || Number(minute) > 59) return undefined;
    return new Timestamp(ms - offsetMs(zone) + Math.floor(nanos / 1e6), nanos % 1e6);
  }
}

function offsetMs(zone: string | undefined): number {
  if (zone === undefined || zone === "Z") return 0;
  const digits = zone.slice(1).replace(":", "");
  const minutes = Number(digits.slice(0, 2)) * 60 + Number(digits.slice(2) || 0);
  return (zone[0] === "-" ? -minutes : minutes) * 60_000;
}
