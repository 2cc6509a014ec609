import type { RubyObject } from "../opal-realm.ts";
import type { RealmHost } from "./helpers.ts";
import type { TimeParts } from "./time-reading.ts";
import type { TimeTexts } from "./time-writing.ts";

/** `Time` as Ruby has it with `require 'time'`. Runs inside the realm: refers to its parameters only. */
export function installTimes(opal: RubyObject, host: RealmHost, texts: TimeTexts): void {
  const { nil, Kernel } = opal as { nil: RubyObject; Kernel: RubyObject };
  const root = opal["Object"];
  const constant = (name: string): RubyObject => opal["const_get_qualified"](root, name);
  const raise = (message: string): never => Kernel["$raise"](constant("ArgumentError"), message) as never;
  const Time = constant("Time");
  const define = (name: string, body: unknown): void => opal["def"](Time, `$${name}`, body);
  const defineOwn = (name: string, body: unknown): void => opal["defs"](Time, `$${name}`, body);
  type RubyTime = Date & { timezone?: number; $$nanos?: number };

  /** `hours`: the offset that it shows; undefined: this machine's. */
  const make = (ms: number, hours: number | undefined, nanos = 0): RubyTime => {
    const time: RubyTime = new Date(ms);
    if (hours !== undefined) time.timezone = hours;
    if (nanos !== 0) time.$$nanos = nanos;
    return time;
  };
  const offsetOf = (time: RubyTime): number =>
    time.timezone === undefined || time.timezone === null
      ? -time.getTimezoneOffset() * 60
      : Math.round(time.timezone * 3600);
  const isTime = (value: unknown): value is RubyTime => value instanceof Date;
  const seconds = (value: RubyObject | number): number => (typeof value === "number" ? value : value["$to_f"]());
  const integer = (value: unknown): number =>
    value === undefined || value === nil ? 0 : typeof value === "number" ? value : Number(String(value));
  const zoneHours = (zone: unknown): number => {
    if (typeof zone === "number") return zone / 3600;
    const parts = texts.strptime(String(zone), "%z");
    return parts?.offset === undefined
      ? raise(`"+HH:MM", "-HH:MM", "UTC" or "A".."I","K".."Z" expected for utc_offset: ${zone}`)
      : parts.offset / 3600;
  };
  /** A time of parts; what is missing at the front is today's. */
  const fromParts = (parts: TimeParts, text: string): RubyTime => {
    const nanos = (parts.nanos ?? 0) % 1e6;
    if (parts.epochSeconds !== undefined)
      return make(parts.epochSeconds * 1000, parts.offset === 0 ? undefined : (parts.offset ?? 0) / 3600, nanos);
    const full = { ...parts };
    if (
      full.year === undefined ||
      (full.month === undefined && full.yearDay === undefined && full.hour !== undefined)
    ) {
      const today = new Date(host.now());
      full.year ??= today.getFullYear();
      if (parts.year === undefined && full.month === undefined && full.yearDay === undefined) {
        full.month = today.getMonth() + 1;
        full.day ??= today.getDate();
      }
    }
    const utc = texts.utcOf(full);
    if (utc === undefined) return raise(`argument out of range: ${text}`);
    if (full.offset !== undefined) return make(utc - full.offset * 1000, full.offset / 3600, nanos);
    const shown = new Date(utc);
    const local = new Date(
      shown.getUTCFullYear(),
      shown.getUTCMonth(),
      shown.getUTCDate(),
      shown.getUTCHours(),
      shown.getUTCMinutes(),
      shown.getUTCSeconds(),
      shown.getUTCMilliseconds(),
    );
    return make(local.getTime(), undefined, nanos);
  };

  // ---- making times
  defineOwn("now", () => make(host.now(), undefined));
  const newTime = Time["$new"];
  defineOwn("new", function new_(this: RubyObject, ...given: unknown[]): unknown {
    if (given.length === 0) return make(host.now(), undefined);
    const zone = given[6];
    if (zone !== undefined && zone !== nil) {
      const made = newTime.call(this, ...given.slice(0, 6), "+00:00") as RubyTime;
      const hours = zoneHours(zone);
      return make(made.getTime() - hours * 3600000, hours);
    }
    return newTime.apply(this, given);
  });
  defineOwn("at", (given: RubyObject | number, fraction?: RubyObject | number, unit?: unknown) => {
    if (isTime(given)) return make(given.getTime(), given.timezone, given.$$nanos);
    const per = unit === "millisecond" ? 1 : unit === "nsec" || unit === "nanosecond" ? 1e6 : 1000;
    const isOptions = typeof fraction === "object" && fraction["$$is_hash"] === true;
    const more = fraction === undefined || isOptions ? 0 : seconds(fraction) / per;
    const exact = seconds(given) * 1000 + more;
    const ms = Math.floor(Math.round(exact * 1e6) / 1e6);
    return make(ms, undefined, Math.max(0, Math.round((exact - ms) * 1e6)));
  });
  const utcTime = Time["$gm"];
  const localTime = Time["$local"];
  for (const [names, before] of [
    [["gm", "utc"], utcTime],
    [["local", "mktime"], localTime],
  ] as const) {
    for (const name of names) {
      defineOwn(name, function made(this: RubyObject, ...given: unknown[]): unknown {
        const time = before.apply(this, given.slice(0, 6)) as RubyTime;
        const micros = given.length === 7 ? integer(given[6]) : 0;
        return make(time.getTime() + Math.floor(micros / 1000), time.timezone);
      });
    }
  }
  const parse = (text: unknown): RubyTime => {
    if (text === nil || (typeof text !== "string" && (text as RubyObject)["$$is_string"] !== true))
      return Kernel["$raise"](
        constant("TypeError"),
        `no implicit conversion of ${(text as RubyObject)["$class"]()["$name"]()} into String`,
      );
    const parts = texts.parse(String(text));
    return parts === undefined ? raise(`no time information in "${text}"`) : fromParts(parts, String(text));
  };
  for (const name of ["parse", "rfc2822", "rfc822", "httpdate"]) defineOwn(name, parse);
  const iso = (text: unknown): RubyTime => {
    const fits = /^\s*[+-]?\d{4,}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:?\d\d)?\s*$/i.test(String(text));
    return fits ? parse(text) : raise(`invalid xmlschema date: "${text}"`);
  };
  defineOwn("iso8601", iso);
  defineOwn("xmlschema", iso);
  defineOwn("strptime", (text: unknown, format: unknown) => {
    const parts = texts.strptime(String(text), String(format));
    return parts === undefined
      ? raise(`invalid date or strptime format - \`${text}' \`${format}'`)
      : fromParts(parts, String(text));
  });

  // ---- what a time says
  const part = (name: string, get: (shown: Date) => number): void =>
    define(name, function field(this: RubyTime): number {
      return get(new Date(this.getTime() + offsetOf(this) * 1000));
    });
  part("year", (shown) => shown.getUTCFullYear());
  for (const name of ["month", "mon"]) part(name, (shown) => shown.getUTCMonth() + 1);
  for (const name of ["day", "mday"]) part(name, (shown) => shown.getUTCDate());
  part("hour", (shown) => shown.getUTCHours());
  part("min", (shown) => shown.getUTCMinutes());
  part("sec", (shown) => shown.getUTCSeconds());
  part("wday", (shown) => shown.getUTCDay());
  part(
    "yday",
    (shown) =>
      Math.floor(
        (Date.UTC(shown.getUTCFullYear(), shown.getUTCMonth(), shown.getUTCDate()) -
          Date.UTC(shown.getUTCFullYear(), 0, 1)) /
          86400000,
      ) + 1,
  );
  const nanos = (time: RubyTime): number => (((time.getTime() % 1000) + 1000) % 1000) * 1e6 + (time.$$nanos ?? 0);
  const methods: Record<string, (this: RubyTime, ...given: never[]) => unknown> = {
    to_i(): number {
      return Math.floor(this.getTime() / 1000);
    },
    to_f(): number {
      return this.getTime() / 1000 + (this.$$nanos ?? 0) / 1e9;
    },
    usec(): number {
      return Math.floor(nanos(this) / 1000);
    },
    nsec(): number {
      return nanos(this);
    },
    subsec(): number {
      return nanos(this) / 1e9;
    },
    utc_offset(): number {
      return offsetOf(this);
    },
    zone(): unknown {
      if (this.timezone === 0) return "UTC";
      if (this.timezone !== undefined && this.timezone !== null) return nil;
      const offset = this.getTimezoneOffset();
      if (offset === 0) return "UTC";
      return (
        new Intl.DateTimeFormat("en-US", { timeZoneName: "short" })
          .formatToParts(this)
          .find(({ type }) => type === "timeZoneName")?.value ?? nil
      );
    },
    strftime(format: string): string {
      return texts.strftime(this as unknown as RubyObject, String(format));
    },
    to_s(): string {
      return texts.strftime(
        this as unknown as RubyObject,
        this.timezone === 0 ? "%Y-%m-%d %H:%M:%S UTC" : "%Y-%m-%d %H:%M:%S %z",
      );
    },
    inspect(): string {
      const digits = nanos(this) === 0 ? "" : `.${String(nanos(this)).padStart(9, "0").replace(/0+$/, "")}`;
      return texts.strftime(
        this as unknown as RubyObject,
        `%Y-%m-%d %H:%M:%S${digits} ${this.timezone === 0 ? "UTC" : "%z"}`,
      );
    },
    iso8601(digits = 0): string {
      const fraction = digits > 0 ? `.%${digits}N` : "";
      return texts.strftime(
        this as unknown as RubyObject,
        `%Y-%m-%dT%H:%M:%S${fraction}${this.timezone === 0 ? "Z" : "%:z"}`,
      );
    },
    httpdate(): string {
      return texts.strftime(make(this.getTime(), 0) as unknown as RubyObject, "%a, %d %b %Y %H:%M:%S GMT");
    },
    rfc2822(): string {
      return texts.strftime(
        this as unknown as RubyObject,
        `%a, %d %b %Y %H:%M:%S ${this.timezone === 0 ? "-0000" : "%z"}`,
      );
    },
    to_json(): string {
      return JSON.stringify(String((this as unknown as RubyObject)["$to_s"]()));
    },
    getutc(): RubyTime {
      return make(this.getTime(), 0, this.$$nanos);
    },
    utc(): RubyTime {
      this.timezone = 0;
      return this;
    },
    getlocal(zone?: unknown): RubyTime {
      return make(this.getTime(), zone === undefined || zone === nil ? undefined : zoneHours(zone), this.$$nanos);
    },
    localtime(zone?: unknown): RubyTime {
      if (zone === undefined || zone === nil) delete this.timezone;
      else this.timezone = zoneHours(zone);
      return this;
    },
    "+"(other: never): RubyTime {
      if (isTime(other)) return Kernel["$raise"](constant("TypeError"), "time + time?");
      return make(this.getTime() + Math.round(seconds(other) * 1e6) / 1000, this.timezone, this.$$nanos);
    },
    "-"(other: never): unknown {
      const given = other as RubyTime | RubyObject;
      if (isTime(given))
        return (this.getTime() - given.getTime()) / 1000 + ((this.$$nanos ?? 0) - (given.$$nanos ?? 0)) / 1e9;
      return make(this.getTime() - Math.round(seconds(other) * 1e6) / 1000, this.timezone, this.$$nanos);
    },
    round(digits = 0): RubyTime {
      const unit = 1000 / 10 ** digits;
      return make(unit < 1 ? this.getTime() : Math.round(this.getTime() / unit) * unit, this.timezone);
    },
    floor(digits = 0): RubyTime {
      const unit = 1000 / 10 ** digits;
      return make(unit < 1 ? this.getTime() : Math.floor(this.getTime() / unit) * unit, this.timezone);
    },
    to_time(): RubyTime {
      return this;
    },
    hash(): string {
      return `Time:${this.getTime()}.${this.$$nanos ?? 0}`;
    },
  };
  for (const [name, body] of Object.entries(methods)) define(name, body);
  for (const [name, same] of [
    ["tv_sec", "to_i"],
    ["tv_usec", "usec"],
    ["tv_nsec", "nsec"],
    ["gmt_offset", "utc_offset"],
    ["gmtoff", "utc_offset"],
    ["xmlschema", "iso8601"],
    ["rfc822", "rfc2822"],
    ["getgm", "getutc"],
    ["gmtime", "utc"],
    ["to_r", "to_f"],
  ] as const) {
    define(name, methods[same]);
  }
  define("utc?", function isUtc(this: RubyTime): boolean {
    return this.timezone === 0;
  });
  opal["antler_time"] = { make, fromParts, zoneHours };
}
