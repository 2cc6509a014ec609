import { Timestamp } from "../../event/timestamp.ts";
import type { RubyObject } from "../../language/ruby/opal-realm.ts";
import type { RubyEngine } from "../../language/ruby/ruby-engine.ts";

/** Makes `LogStash::Timestamp`, which holds a time of the event's kind in `moment`. `now`: epoch milliseconds. */
export function defineTimestamp(engine: RubyEngine, now: () => number): RubyObject {
  const { opal } = engine;
  const made = opal["klass"](engine.constant("LogStash"), opal["Object"], "Timestamp") as RubyObject;
  opal["klass"](
    engine.constant("LogStash"),
    opal["const_get_qualified"](opal["Object"], "StandardError"),
    "TimestampParserError",
  );
  const wrap = (time: Timestamp): RubyObject => {
    const object = made["$allocate"]() as RubyObject;
    object["moment"] = time;
    return object;
  };
  const momentOf = (object: RubyObject): Timestamp => object["moment"] as Timestamp;
  const timeOf = (object: RubyObject): RubyObject => engine.time(momentOf(object).epochMs, momentOf(object).nanos);
  const fromTime = (time: RubyObject): Timestamp =>
    new Timestamp(Math.floor(time["getTime"]() as number), (time["$$nanos"] as number | undefined) ?? 0);
  const isTime = (value: unknown): value is RubyObject =>
    typeof (value as RubyObject | undefined)?.["getTime"] === "function";
  const fromText = (text: string): Timestamp | undefined => Timestamp.parse(text.trim());
  const fromSeconds = (seconds: number, micros = 0): Timestamp => {
    const ms = Math.floor(seconds * 1000 + 1e-4 * Math.sign(seconds || 1));
    const nanos = Math.round(micros * 1000);
    return new Timestamp(ms + Math.floor(nanos / 1e6), nanos % 1e6);
  };

  engine.defineOwn(made, "now", () => wrap(new Timestamp(now())));
  engine.defineOwn(made, "at", (_self, seconds, micros) =>
    wrap(
      isTime(seconds)
        ? fromTime(seconds)
        : fromSeconds(engine.number(seconds), micros === undefined ? 0 : engine.number(micros)),
    ),
  );
  engine.defineOwn(made, "coerce", (_self, value) => {
    if (value !== null && typeof value === "object" && (value as RubyObject)["moment"] instanceof Timestamp)
      return value;
    if (isTime(value)) return wrap(fromTime(value));
    if (!engine.isText(value)) return engine.nil;
    const time = fromText(String(value));
    return time === undefined ? engine.nil : wrap(time);
  });
  engine.defineOwn(made, "parse_iso8601", (_self, value) => {
    const time = fromText(String(value));
    return time === undefined
      ? engine.raise("LogStash::TimestampParserError", `invalid timestamp string ${value}`)
      : wrap(time);
  });
  engine.defineOwn(made, "new", (_self, value) => {
    if (value === undefined) return wrap(new Timestamp(now()));
    if (isTime(value)) return wrap(fromTime(value));
    if ((value as RubyObject)["moment"] instanceof Timestamp) return wrap(momentOf(value as RubyObject));
    if (!engine.isText(value))
      return engine.raise("TypeError", `wrong argument type ${engine.className(value)} (expected LogStash::Timestamp)`);
    const time = fromText(String(value));
    return time === undefined ? engine.raise("ArgumentError", `invalid timestamp string ${value}`) : wrap(time);
  });

  const epochNanos = (self: RubyObject): number =>
    (((momentOf(self).epochMs % 1000) + 1000) % 1000) * 1e6 + momentOf(self).nanos;
  const methods: Record<string, (self: RubyObject, ...given: unknown[]) => unknown> = {
    time: timeOf,
    to_time: timeOf,
    to_i: (self) => Math.floor(momentOf(self).epochMs / 1000),
    to_f: (self) => momentOf(self).toSeconds(),
    to_r: (self) => momentOf(self).toSeconds(),
    to_s: (self) => momentOf(self).toString(),
    inspect: (self) => momentOf(self).toString(),
    to_iso8601: (self) => momentOf(self).toString(),
    iso8601: (self) => momentOf(self).toString(),
    to_json: (self) => `"${momentOf(self)}"`,
    usec: (self) => Math.floor(epochNanos(self) / 1000),
    nsec: epochNanos,
    hash: (self) => `Timestamp:${momentOf(self)}`,
    "==": (self, other) => compare(self, other) === 0,
    "eql?": (self, other) => compare(self, other) === 0,
    "<=>": (self, other) => compare(self, other) ?? engine.nil,
    "+": (self, seconds) => opal["send"](timeOf(self), "+", engine.realm.array([seconds]), null),
    "-": (self, other) => {
      const given = (other as RubyObject)["moment"] instanceof Timestamp ? timeOf(other as RubyObject) : other;
      return opal["send"](timeOf(self), "-", engine.realm.array([given]), null);
    },
  };
  const compare = (self: RubyObject, other: unknown): number | undefined => {
    const given = isTime(other) ? fromTime(other) : (other as RubyObject | undefined)?.["moment"];
    return given instanceof Timestamp ? Math.sign(momentOf(self).compare(given)) : undefined;
  };
  for (const [name, body] of Object.entries(methods)) engine.define(made, name, body);
  for (const [name, same] of [
    ["tv_sec", "to_i"],
    ["tv_usec", "usec"],
    ["tv_nsec", "nsec"],
  ] as const) {
    engine.define(made, name, methods[same] as (self: RubyObject) => unknown);
  }
  for (const name of [
    "year",
    "month",
    "day",
    "hour",
    "min",
    "sec",
    "wday",
    "yday",
    "strftime",
    "utc",
    "gmtime",
    "localtime",
    "getlocal",
    "round",
  ]) {
    engine.define(made, name, (self, ...given) => opal["send"](timeOf(self), name, engine.realm.array(given), null));
  }
  opal["const_get_qualified"](opal["Object"], "Comparable");
  opal["send"](made, "include", engine.realm.array([opal["const_get_qualified"](opal["Object"], "Comparable")]), null);
  return made;
}
