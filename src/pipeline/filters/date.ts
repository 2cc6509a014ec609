import type { Event } from "../../event/event.ts";
import { FieldReference } from "../../event/field-reference.ts";
import { Timestamp } from "../../event/timestamp.ts";
import type { Value } from "../../event/value.ts";
import type { DateReader } from "../../language/date/pattern.ts";
import { compileDateReader, readsNumbers } from "../../language/date/special.ts";
import { compileSprintf } from "../../language/sprintf.ts";
import { defineFilter, type FilterPlugin, type OptionProblem } from "../../plugin/definitions.ts";
import { fieldReference, list, type OptionValues, text } from "../../plugin/options.ts";
import { DATE } from "../../plugin/value-shape.ts";

const options = {
  match: list({
    description: "The field, then the patterns to try: Joda-Time's, or ISO8601, UNIX, UNIX_MS, TAI64N",
    default: [],
  }),
  target: fieldReference({ description: "Field that gets the time", default: "@timestamp" }),
  timezone: text({ description: "Zone of times that name none, such as Europe/Berlin; may hold `%{field}`" }),
  locale: text({ description: "Language of the names of months and days", default: "en" }),
  tag_on_failure: list({ description: "Tags when no pattern fits", default: ["_dateparsefailure"] }),
  precision: text({ description: "Precision of the time", default: "ms", choices: ["ms", "ns"] }),
};

type Settings = OptionValues<typeof options>;

export const date: FilterPlugin = defineFilter({
  name: "date",
  summary: "Reads the time of an event from a field.",
  options,
  examples: [
    {
      title: "Access logs",
      config: 'date { match => ["message", "dd/MMM/yyyy:HH:mm:ss Z"] }',
      given: "12/Nov/2026:13:45:07 +0100",
      expect: { "@timestamp": new Timestamp(Date.UTC(2026, 10, 12, 12, 45, 7)) },
    },
    {
      title: "A time without a zone",
      config: 'date { match => ["message", "yyyy-MM-dd HH:mm:ss,SSS", "ISO8601"] timezone => "Europe/Berlin" }',
      given: "2026-07-01 08:00:00,250",
      expect: { "@timestamp": new Timestamp(Date.UTC(2026, 6, 1, 6, 0, 0, 250)) },
    },
    {
      title: "No date",
      config: 'date { match => ["message", "UNIX"] }',
      given: "soon",
      expect: { tags: ["_dateparsefailure"] },
    },
  ],

  check(settings) {
    const problems: OptionProblem[] = [];
    if (settings.match.length < 2)
      problems.push({ option: "match", message: "match needs a field and at least one pattern" });
    try {
      new FieldReference(settings.match[0] ?? "x");
    } catch (error) {
      problems.push({ option: "match", message: (error as Error).message });
    }
    try {
      Intl.getCanonicalLocales(languageTag(settings.locale));
    } catch {
      problems.push({
        option: "locale",
        message: `${JSON.stringify(settings.locale)} is no language`,
        help: "en, de-DE",
      });
    }
    const variable = settings.timezone?.includes("%{") === true;
    for (const pattern of settings.match.slice(1)) {
      try {
        compileDateReader(pattern, {
          timezone: variable ? "UTC" : (settings.timezone ?? "UTC"),
          locale: "en",
          now: () => 0,
        });
      } catch (error) {
        problems.push({
          option: error instanceof RangeError ? "timezone" : "match",
          message: (error as Error).message,
        });
      }
    }
    return problems;
  },

  sets: (settings) => [settings.target],

  shape: (settings, event) => event.set(settings.target, DATE, "target"),

  create(settings, host) {
    const source = new FieldReference(settings.match[0] as string);
    const target = new FieldReference(settings.target);
    const readersOf = readers(settings, host.now);
    return {
      apply(event) {
        const value = source.get(event);
        if (value === undefined || value === null) return false;
        const found = readFirst(value, readersOf(event));
        if (found === undefined) {
          for (const tag of settings.tag_on_failure) event.tag(tag);
          return false;
        }
        target.set(event, settings.precision === "ns" || found.nanos === 0 ? found : new Timestamp(found.epochMs));
        return true;
      },
    };
  },
});

/** Zones that come from events' fields: readers of so many are kept. */
const ZONE_LIMIT = 200;

interface PatternReader {
  readonly read: DateReader;
  readonly numbers: boolean;
}

/** The readers for an event: compiled once, or once a zone where the zone comes from the event. */
function readers(settings: Settings, now: () => number): (event: Event) => readonly PatternReader[] {
  const patterns = settings.match.slice(1);
  const locale = languageTag(settings.locale);
  const compile = (timezone: string): PatternReader[] =>
    patterns.map((pattern) => ({
      read: compileDateReader(pattern, { timezone, locale, now }),
      numbers: readsNumbers(pattern),
    }));
  const timezone = settings.timezone ?? Intl.DateTimeFormat().resolvedOptions().timeZone;
  const zone = compileSprintf(timezone);
  if (zone.isConstant) {
    const constant = compile(timezone);
    return () => constant;
  }
  const byZone = new Map<string, readonly PatternReader[]>();
  return (event) => {
    const name = zone(event);
    let found = byZone.get(name);
    if (found === undefined) {
      try {
        found = compile(name);
      } catch {
        found = [];
      }
      if (byZone.size >= ZONE_LIMIT) byZone.clear();
      byZone.set(name, found);
    }
    return found;
  };
}

/** BCP 47 of a POSIX name: `de_DE` is `de-DE`. */
function languageTag(locale: string): string {
  return locale.replaceAll("_", "-");
}

/** Texts by any pattern, numbers by those for them; lists, objects and times are no dates. */
function readFirst(value: Value, list: readonly PatternReader[]): Timestamp | undefined {
  const isText = typeof value === "string";
  if (!isText && typeof value !== "number") return undefined;
  const text = isText ? value : String(value);
  for (const { read, numbers } of list) {
    if (!isText && !numbers) continue;
    const moment = read(text);
    if (moment !== undefined) return new Timestamp(moment.epochMs, moment.nanos);
  }
  return undefined;
}
