import type { RubyObject } from "../opal-realm.ts";
import type { RealmHost } from "./helpers.ts";
import type { TimeParts } from "./time-reading.ts";
import type { TimeTexts } from "./time-writing.ts";

/** `Date` and `DateTime`, in the Gregorian calendar for all times. Runs inside the realm: refers to its parameters only. */
export function installDates(opal: RubyObject, host: RealmHost, texts: TimeTexts): void {
  const { nil, Kernel } = opal as { nil: RubyObject; Kernel: RubyObject };
  const root = opal["Object"];
  const constant = (name: string): RubyObject => opal["const_get_qualified"](root, name);
  const DAY = 86400000;
  const { make, zoneHours } = opal["antler_time"] as {
    make(ms: number, hours: number | undefined, nanos?: number): Date & { timezone?: number };
    zoneHours(zone: unknown): number;
  };
  const Dates = opal["klass"](root, root, "Date") as RubyObject;
  const DateTimes = opal["klass"](root, Dates, "DateTime") as RubyObject;
  const DateError = opal["klass"](Dates, constant("ArgumentError"), "Error") as RubyObject;
  const invalid = (): never => Kernel["$raise"](DateError, "invalid date") as never;
  const include = (name: string): void => opal["send"](Dates, "include", [constant(name)], null);
  include("Comparable");
  const capital = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
  ];
  const days = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"];
  opal["const_set"](Dates, "MONTHNAMES", [nil, ...capital]);
  opal["const_set"](Dates, "ABBR_MONTHNAMES", [nil, ...capital.map((name) => name.slice(0, 3))]);
  opal["const_set"](Dates, "DAYNAMES", days);
  opal["const_set"](
    Dates,
    "ABBR_DAYNAMES",
    days.map((name) => name.slice(0, 3)),
  );

  /** `utc`: the day's (and time's) fields as if they were UTC; `offset` in seconds. */
  const create = (of: RubyObject, utc: number, offset = 0, nanos = 0): RubyObject => {
    const made = of["$allocate"]() as RubyObject;
    made["utc"] = of === Dates ? Math.floor(utc / DAY) * DAY : utc;
    made["offset"] = of === Dates ? 0 : offset;
    made["nanos"] = of === Dates ? 0 : nanos;
    return made;
  };
  const same = (self: RubyObject, utc: number): RubyObject =>
    create(self["$$class"] as RubyObject, utc, self["offset"], self["nanos"]);
  const shown = (self: RubyObject): Date => new Date(self["utc"]);
  const momentOf = (self: RubyObject): number => self["utc"] - self["offset"] * 1000;
  const isDate = (value: unknown): value is RubyObject =>
    typeof (value as RubyObject | undefined)?.["utc"] === "number";
  const timeOf = (self: RubyObject): RubyObject =>
    make(momentOf(self), self["offset"] / 3600, self["nanos"]) as unknown as RubyObject;
  const now = (): Date => new Date(host.now());
  const fromParts = (of: RubyObject, parts: TimeParts | undefined): RubyObject => {
    if (parts === undefined) return invalid();
    const full = { ...parts };
    if (full.year === undefined && full.epochSeconds === undefined) {
      full.year = now().getFullYear();
      if (full.month === undefined && full.yearDay === undefined) {
        full.month = now().getMonth() + 1;
        full.day ??= now().getDate();
      }
    }
    const utc = texts.utcOf(full);
    return utc === undefined ? invalid() : create(of, utc, full.offset ?? 0, (full.nanos ?? 0) % 1e6);
  };
  const numbered = (of: RubyObject, given: unknown[]): RubyObject => {
    const [year = -4712, month = 1, day = 1, hour = 0, minute = 0, second = 0, offset = 0] = given as number[];
    const length = new Date(Date.UTC(year, month < 0 ? month + 13 : month, 0)).getUTCDate();
    const parts = {
      year,
      month: month < 0 ? month + 13 : month,
      day: day < 0 ? length + 1 + day : day,
      hour,
      minute,
      second: Math.floor(second),
      nanos: Math.round((second % 1) * 1e9),
    };
    const utc = texts.utcOf(parts);
    if (utc === undefined) return invalid();
    const east =
      typeof offset === "number"
        ? offset * 86400
        : typeof offset === "string"
          ? zoneHours(offset) * 3600
          : (offset as RubyObject)["$to_f"]() * 86400;
    return create(of, utc, Math.round(east), parts.nanos % 1e6);
  };
  const months = (self: RubyObject, count: number): RubyObject => {
    const date = shown(self);
    const first = new Date(date.getTime());
    first.setUTCDate(1);
    first.setUTCMonth(first.getUTCMonth() + count);
    const length = new Date(Date.UTC(first.getUTCFullYear(), first.getUTCMonth() + 1, 0)).getUTCDate();
    first.setUTCDate(Math.min(date.getUTCDate(), length));
    return same(self, first.getTime());
  };
  const leap = (year: number): boolean => (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0;
  const julian = (self: RubyObject): number => Math.floor(self["utc"] / DAY) + 2440588;

  for (const of of [Dates, DateTimes]) {
    const own = (name: string, body: unknown): void => opal["defs"](of, `$${name}`, body);
    own("new", (...given: unknown[]) => numbered(of, given));
    own("civil", (...given: unknown[]) => numbered(of, given));
    own("parse", (text: unknown) => fromParts(of, text === nil ? invalid() : texts.parse(String(text))));
    for (const name of ["iso8601", "xmlschema", "rfc3339", "rfc2822", "httpdate"])
      own(name, (text: unknown) => fromParts(of, texts.parse(String(text))));
    own("strptime", (text: unknown, format: unknown = of === Dates ? "%F" : "%FT%T%z") =>
      fromParts(of, texts.strptime(String(text), String(format))),
    );
    for (const name of ["today", "now"]) {
      own(name, () => {
        const offset = -now().getTimezoneOffset() * 60;
        return create(of, host.now() + offset * 1000, offset);
      });
    }
    for (const name of ["valid_date?", "valid_civil?"]) {
      own(name, (year: unknown, month: unknown, day: unknown) => {
        const given = [year, month, day];
        return (
          given.every((one) => typeof one === "number") &&
          texts.utcOf({ year: year as number, month: month as number, day: day as number }) !== undefined
        );
      });
    }
    for (const name of ["leap?", "gregorian_leap?"]) own(name, leap);
    own("jd", (day: number) => create(of, (day - 2440588) * DAY));
  }

  const methods: Record<string, (self: RubyObject, ...given: never[]) => unknown> = {
    year: (self) => shown(self).getUTCFullYear(),
    month: (self) => shown(self).getUTCMonth() + 1,
    mon: (self) => shown(self).getUTCMonth() + 1,
    day: (self) => shown(self).getUTCDate(),
    mday: (self) => shown(self).getUTCDate(),
    wday: (self) => shown(self).getUTCDay(),
    yday: (self) => Math.floor((self["utc"] - Date.UTC(shown(self).getUTCFullYear(), 0, 1)) / DAY) + 1,
    jd: julian,
    mjd: (self) => julian(self) - 2400001,
    cwday: (self) => shown(self).getUTCDay() || 7,
    cweek: (self) => Number(texts.strftime(timeOf(self), "%V")),
    cwyear: (self) => Number(texts.strftime(timeOf(self), "%G")),
    "leap?": (self) => leap(shown(self).getUTCFullYear()),
    "+": (self, count) =>
      same(
        self,
        self["utc"] +
          Math.round((typeof count === "number" ? count : ((count as RubyObject)["$to_f"]() as number)) * DAY),
      ),
    "-": (self, other) => {
      const given = other as unknown;
      if (!isDate(given))
        return same(
          self,
          self["utc"] -
            Math.round((typeof given === "number" ? given : ((given as RubyObject)["$to_f"]() as number)) * DAY),
        );
      return Kernel["$Rational"](momentOf(self) - momentOf(given), DAY);
    },
    ">>": (self, count) => months(self, count),
    "<<": (self, count) => months(self, -count),
    next: (self) => same(self, self["utc"] + DAY),
    succ: (self) => same(self, self["utc"] + DAY),
    next_day: (self, count = 1 as never) => same(self, self["utc"] + count * DAY),
    prev_day: (self, count = 1 as never) => same(self, self["utc"] - count * DAY),
    next_month: (self, count = 1 as never) => months(self, count),
    prev_month: (self, count = 1 as never) => months(self, -count),
    next_year: (self, count = 1 as never) => months(self, count * 12),
    prev_year: (self, count = 1 as never) => months(self, -count * 12),
    "<=>": (self, other) => (isDate(other) ? Math.sign(momentOf(self) - momentOf(other)) : nil),
    "==": (self, other) => isDate(other) && momentOf(self) === momentOf(other),
    "eql?": (self, other) => isDate(other) && momentOf(self) === momentOf(other),
    "===": (self, other) =>
      isDate(other) && Math.floor(self["utc"] / DAY) === Math.floor((other as RubyObject)["utc"] / DAY),
    hash: (self) => `Date:${momentOf(self)}`,
    strftime: (self, format = "%F" as never) => texts.strftime(timeOf(self), String(format)),
    to_s: (self) => texts.strftime(timeOf(self), "%F"),
    iso8601: (self) => texts.strftime(timeOf(self), "%F"),
    xmlschema: (self) => texts.strftime(timeOf(self), "%F"),
    inspect: (self) => `#<Date: ${texts.strftime(timeOf(self), "%F")}>`,
    to_json: (self) => JSON.stringify(String(self["$to_s"]())),
    to_date: (self) => create(Dates, self["utc"]),
    to_datetime: (self) => create(DateTimes, self["utc"], self["offset"], self["nanos"]),
    to_time: (self) => {
      const date = shown(self);
      return make(new Date(date.getUTCFullYear(), date.getUTCMonth(), date.getUTCDate()).getTime(), undefined);
    },
  };
  for (const [i, name] of days.entries()) methods[`${name.toLowerCase()}?`] = (self) => shown(self).getUTCDay() === i;
  const defineOn = (to: RubyObject, name: string, body: (self: RubyObject, ...given: never[]) => unknown): void =>
    opal["def"](to, `$${name}`, function method(this: RubyObject, ...given: never[]): unknown {
      return body(this, ...given);
    });
  for (const [name, body] of Object.entries(methods)) defineOn(Dates, name, body);
  const timed: typeof methods = {
    hour: (self) => shown(self).getUTCHours(),
    min: (self) => shown(self).getUTCMinutes(),
    minute: (self) => shown(self).getUTCMinutes(),
    sec: (self) => shown(self).getUTCSeconds(),
    second: (self) => shown(self).getUTCSeconds(),
    zone: (self) => texts.strftime(timeOf(self), "%:z"),
    offset: (self) => Kernel["$Rational"](self["offset"], 86400),
    new_offset: (self, offset = 0 as never) => {
      const east = typeof offset === "number" ? offset * 86400 : zoneHours(offset) * 3600;
      return create(DateTimes, momentOf(self) + east * 1000, east, self["nanos"]);
    },
    to_time: (self) => timeOf(self),
    to_s: (self) => texts.strftime(timeOf(self), "%FT%T%:z"),
    iso8601: (self, digits = 0 as never) => texts.strftime(timeOf(self), `%FT%T${digits > 0 ? `.%${digits}N` : ""}%:z`),
    xmlschema: (self, digits = 0 as never) =>
      texts.strftime(timeOf(self), `%FT%T${digits > 0 ? `.%${digits}N` : ""}%:z`),
    rfc3339: (self) => texts.strftime(timeOf(self), "%FT%T%:z"),
    inspect: (self) => `#<DateTime: ${texts.strftime(timeOf(self), "%FT%T%:z")}>`,
    strftime: (self, format = "%FT%T%:z" as never) => texts.strftime(timeOf(self), String(format)),
  };
  for (const [name, body] of Object.entries(timed)) defineOn(DateTimes, name, body);

  const Time = constant("Time");
  defineOn(Time, "to_date", (self) => create(Dates, self["getTime"]() + self["$utc_offset"]() * 1000));
  defineOn(Time, "to_datetime", (self) =>
    create(DateTimes, self["getTime"]() + self["$utc_offset"]() * 1000, self["$utc_offset"]()),
  );
}
