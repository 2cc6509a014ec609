import assert from "node:assert/strict";
import type { StoredTree } from "../../../src/event/value.ts";
import { date } from "../../../src/pipeline/filters/date.ts";
import { filtered, NOW, outcome, problemsOf } from "./support.ts";

/** The time read from `value`, as an ISO text; the tags where there is none. */
function read(patterns: readonly string[], value: unknown, config = 'timezone => "UTC"', now?: string): unknown {
  const list = ["t", ...patterns].map((text) => JSON.stringify(text)).join(", ");
  const options = now === undefined ? {} : { now: Date.parse(now) };
  const event = filtered(
    `date { match => [${list}] target => "found" ${config} }`,
    { t: value } as StoredTree,
    options,
  );
  return event.fields["found"]?.toString() ?? event.fields["tags"];
}

const FAILED = ["_dateparsefailure"];

describe("date filter", () => {
  const rows: [pattern: string, text: unknown, expected: unknown, config?: string][] = [
    ["dd/MMM/yyyy:HH:mm:ss Z", "12/Nov/2026:13:45:07 +0100", "2026-11-12T12:45:07.000Z"],
    ["dd/MMM/yyyy:HH:mm:ss Z", "12/Nov/2026:13:45:07 -0330", "2026-11-12T17:15:07.000Z"],
    ["yyyy-MM-dd HH:mm:ss,SSS", "2026-07-01 08:00:00,250", "2026-07-01T06:00:00.250Z", 'timezone => "Europe/Berlin"'],
    ["yyyy-MM-dd HH:mm:ss", "2026-01-01 08:00:00", "2026-01-01T07:00:00.000Z", 'timezone => "Europe/Berlin"'],
    ["yyyy-MM-dd'T'HH:mm:ss.SSSZZ", "2026-11-22T10:00:00.123+05:30", "2026-11-22T04:30:00.123Z"],
    ["yyyy-MM-dd HH:mm:ss ZZZ", "2026-07-01 08:00:00 America/New_York", "2026-07-01T12:00:00.000Z"],
    ["EEE MMM dd HH:mm:ss yyyy", "Sun Nov 22 10:00:00 2026", "2026-11-22T10:00:00.000Z"],
    ["EEEE, d MMMM yyyy", "Sunday, 2 November 2025", "2025-11-02T00:00:00.000Z"],
    ["M/d/yy h:mm:ss a", "7/4/26 12:05:09 AM", "2026-07-04T00:05:09.000Z"],
    ["M/d/yy h:mm:ss a", "7/4/26 12:05:09 PM", "2026-07-04T12:05:09.000Z"],
    ["yyyyMMddHHmmssSSS", "20261122101112345", "2026-11-22T10:11:12.345Z"],
    ["yy", "45", "2045-01-01T00:00:00.000Z"],
    ["yy", "46", "1946-01-01T00:00:00.000Z"],
    ["yyyy-DDD", "2026-326", "2026-11-22T00:00:00.000Z"],
    ["yyyy-DDD", "2026-366", FAILED],
    ["xxxx-'W'ww-e", "2026-W47-7", "2026-11-22T00:00:00.000Z"],
    ["xxxx-'W'ww", "2026-W01", "2025-12-29T00:00:00.000Z"],
    ["xxxx-'W'ww", "2025-W53", FAILED],
    ["dd.MMMM yyyy", "22.März 2026", "2026-03-22T00:00:00.000Z", 'timezone => "UTC" locale => "de_DE"'],
    ["dd MMM yyyy", "22 mars 2026", "2026-03-22T00:00:00.000Z", 'timezone => "UTC" locale => "fr"'],
    ["yyyy-MM-dd", "2026-02-29", FAILED],
    ["yyyy-MM-dd", "2024-02-29", "2024-02-29T00:00:00.000Z"],
    ["yyyy-MM-dd", "2026-13-01", FAILED],
    ["yyyy-MM-dd", "2026-01-01 ", FAILED],
    ["HH:mm", "24:00", FAILED],
    ["ISO8601", "2026-11-22T10:00:00.123456789Z", "2026-11-22T10:00:00.123Z"],
    ["ISO8601", "2026-11-22T10:00:00.123456789Z", "2026-11-22T10:00:00.123456789Z", 'precision => "ns"'],
    ["ISO8601", "2026-11-22 10:00:00,5", "2026-11-22T09:00:00.500Z", 'timezone => "Europe/Berlin"'],
    ["ISO8601", "2026-11-22T10:00:00+0200", "2026-11-22T08:00:00.000Z"],
    ["ISO8601", "2026-11-22", "2026-11-22T00:00:00.000Z"],
    ["ISO8601", "22.11.2026", FAILED],
    ["UNIX", "1478207457", "2016-11-03T21:10:57.000Z"],
    ["UNIX", 1_478_207_457.456, "2016-11-03T21:10:57.456Z"],
    ["UNIX", "1478207457456", FAILED],
    ["UNIX", "now", FAILED],
    ["UNIX_MS", "1478207457456", "2016-11-03T21:10:57.456Z"],
    ["UNIX_MS", 1_478_207_457_456, "2016-11-03T21:10:57.456Z"],
    ["TAI64N", "@4000000050d506482dbdf024", "2012-12-22T01:00:46.767Z"],
    ["ISO8601", 2026, FAILED],
    ["ISO8601", ["2026-11-22"], FAILED],
    ["ISO8601", { a: 1 }, FAILED],
    ["ISO8601", "", FAILED],
  ];
  for (const [pattern, text, expected, config] of rows) {
    it(`${pattern} reads ${JSON.stringify(text)} as ${JSON.stringify(expected)}`, () => {
      assert.deepEqual(read([pattern], text, config), expected);
    });
  }

  it("takes the first pattern that fits", () => {
    const patterns = ["MMM dd HH:mm:ss", "MMM  d HH:mm:ss", "ISO8601"];
    assert.equal(read(patterns, "Nov  2 10:00:00"), "2026-11-02T10:00:00.000Z");
    assert.equal(read(patterns, "2026-01-01T00:00:00Z"), "2026-01-01T00:00:00.000Z");
  });

  it("guesses the year of what has none", () => {
    const at = (text: string, now: string): unknown => read(["MMM dd HH:mm:ss"], text, 'timezone => "UTC"', now);
    assert.equal(at("Dec 31 23:59:59", "2026-01-01T00:00:10Z"), "2025-12-31T23:59:59.000Z");
    assert.equal(at("Jan 01 00:00:01", "2026-12-31T23:59:59Z"), "2027-01-01T00:00:01.000Z");
    assert.equal(at("Feb 29 10:00:00", "2024-03-01T00:00:00Z"), "2024-02-29T10:00:00.000Z");
    assert.equal(at("Feb 29 10:00:00", "2026-03-01T00:00:00Z"), "2026-02-28T10:00:00.000Z");
  });

  it("knows summer time, its gap and its doubled hour", () => {
    const berlin = (text: string): unknown => read(["yyyy-MM-dd HH:mm"], text, 'timezone => "Europe/Berlin"');
    assert.equal(berlin("2026-03-29 01:59"), "2026-03-29T00:59:00.000Z");
    assert.equal(berlin("2026-03-29 03:00"), "2026-03-29T01:00:00.000Z");
    assert.equal(berlin("2026-10-25 02:30"), "2026-10-25T00:30:00.000Z");
    assert.equal(berlin("2026-10-25 03:00"), "2026-10-25T02:00:00.000Z");
  });

  it("sets the event's time, and keeps a field that it read", () => {
    const config = 'date { match => ["t", "ISO8601"] add_tag => ["dated"] }';
    assert.deepEqual(outcome(config, { t: "2026-01-01T00:00:00Z" }), {
      "@timestamp": "2026-01-01T00:00:00.000Z",
      t: "2026-01-01T00:00:00Z",
      tags: ["dated"],
    });
  });

  it("does nothing without the field, and leaves the time where nothing fits", () => {
    const config = 'date { match => ["t", "ISO8601"] add_tag => ["dated"] tag_on_failure => ["no", "date"] }';
    assert.deepEqual(outcome(config, { a: 1 }), { a: 1 });
    assert.deepEqual(outcome(config, { t: "soon" }), { t: "soon", tags: ["no", "date"] });
    assert.equal(filtered(config, { t: "soon" }).timestamp?.toString(), NOW);
  });

  it("takes the zone from the event; one that there is not is a failure", () => {
    const config = 'date { match => ["t", "yyyy-MM-dd HH:mm"] target => "found" timezone => "%{[zone][name]}" }';
    const zoned = (name: string): unknown => {
      const { found, tags } = outcome(config, { t: "2026-07-01 08:00", zone: { name } }) as Record<string, unknown>;
      return found ?? tags;
    };
    assert.equal(zoned("Europe/Berlin"), "2026-07-01T06:00:00.000Z");
    assert.equal(zoned("Asia/Tokyo"), "2026-06-30T23:00:00.000Z");
    assert.equal(zoned("+02:00"), "2026-07-01T06:00:00.000Z");
    assert.deepEqual(zoned("Mars/Olympus"), FAILED);
    assert.equal(zoned("Europe/Berlin"), "2026-07-01T06:00:00.000Z");
  });

  it("names what is wrong before start", () => {
    const options = (given: object): string[] => problemsOf(date, given).map(({ option }) => option);
    assert.deepEqual(options({ match: ["t", "ISO8601", "MMM dd HH:mm:ss"], timezone: "%{zone}" }), []);
    assert.deepEqual(options({ match: ["t"] }), ["match"]);
    assert.deepEqual(options({ match: ["[t", "ISO8601"] }), ["match"]);
    assert.deepEqual(options({ match: ["t", "yyyy-MM-ddTHH:mm"] }), ["match"]);
    assert.deepEqual(options({ match: ["t", "HH:mm"], timezone: "Mars/Olympus" }), ["timezone"]);
    assert.deepEqual(options({ match: ["t", "HH:mm"], locale: "no language" }), ["locale"]);
  });
});
