import assert from "node:assert/strict";
import fc from "fast-check";
import { Timestamp } from "../../../src/event/timestamp.ts";
import { compileDateFormat } from "../../../src/language/date/format.ts";
import type { DateOptions } from "../../../src/language/date/pattern.ts";
import { compileDateReader } from "../../../src/language/date/special.ts";

const OPTIONS: DateOptions = { timezone: "UTC", locale: "en", now: () => Date.UTC(2026, 5, 15, 12) };

function read(pattern: string, text: string, options: Partial<DateOptions> = {}): string | undefined {
  return compileDateReader(pattern, { ...OPTIONS, ...options })(text)?.toString();
}

type Row = readonly [pattern: string, text: string, iso: string | undefined, options?: Partial<DateOptions>];

function table(rows: readonly Row[]): void {
  for (const [pattern, text, iso, options] of rows) {
    const more = options === undefined ? "" : `, ${options.timezone ?? options.locale ?? "its own clock"}`;
    it(`${pattern} of ${JSON.stringify(text)}${more}: ${iso ?? "no"}`, () =>
      assert.equal(read(pattern, text, options), iso));
  }
}

describe("Joda patterns for reading", () => {
  describe("the usual ones", () => {
    table([
      ["dd/MMM/yyyy:HH:mm:ss Z", "21/Sep/2026:14:13:20 +0000", "2026-09-21T14:13:20.000Z"],
      ["dd/MMM/yyyy:HH:mm:ss Z", "1/sep/2026:4:3:2 -07:30", "2026-09-01T11:33:02.000Z"],
      ["dd/MMM/yyyy:HH:mm:ss Z", "21/September/2026:14:13:20 Z", "2026-09-21T14:13:20.000Z"],
      ["dd/MMM/yyyy:HH:mm:ss Z", "21/Sept/2026:14:13:20 +02", "2026-09-21T12:13:20.000Z"],
      ["dd/MMM/yyyy:HH:mm:ss Z", "21/Sep/2026:14:13:20 +0000 ", undefined],
      ["dd/MMM/yyyy:HH:mm:ss Z", "21/Sep/2026:14:13:20", undefined],
      ["dd/MMM/yyyy:HH:mm:ss Z", "21/Sep/2026:24:13:20 +0000", undefined],
      ["dd/MMM/yyyy:HH:mm:ss Z", "21/Sep/2026:14:60:20 +0000", undefined],
      ["dd/MMM/yyyy:HH:mm:ss Z", "21/Sep/2026:14:13:60 +0000", undefined],
      ["dd/MMM/yyyy:HH:mm:ss Z", "31/Sep/2026:14:13:20 +0000", undefined],
      ["dd/MMM/yyyy:HH:mm:ss Z", "00/Sep/2026:14:13:20 +0000", undefined],
      ["dd/MMM/yyyy:HH:mm:ss Z", "21/Foo/2026:14:13:20 +0000", undefined],
      ["dd/MMM/yyyy:HH:mm:ss Z", "", undefined],
      ["MMM dd HH:mm:ss", "Nov 23 01:02:03", "2026-11-23T01:02:03.000Z"],
      ["MMM  d HH:mm:ss", "Nov  3 01:02:03", "2026-11-03T01:02:03.000Z"],
      ["MMM d HH:mm:ss", "Nov  3 01:02:03", undefined],
      ["yyyy-MM-dd HH:mm:ss,SSS", "2026-02-28 23:59:59,9", "2026-02-28T23:59:59.900Z"],
      ["yyyy-MM-dd HH:mm:ss.SSSSSS", "2026-02-28 23:59:59.123456", "2026-02-28T23:59:59.123456Z"],
      ["yyyy-MM-dd HH:mm:ss.SSS", "2026-02-28 23:59:59.1234", undefined],
      ["yyyy-MM-dd'T'HH:mm:ss.SSSZZ", "2026-09-21T14:13:20.250+02:00", "2026-09-21T12:13:20.250Z"],
      ["yyyyMMddHHmmssSSS", "20260921141320250", "2026-09-21T14:13:20.250Z"],
      ["yyyyDDD", "2026032", "2026-02-01T00:00:00.000Z"],
      ["yyyy-DDD", "2026-366", undefined],
      ["yyyy-DDD", "2024-366", "2024-12-31T00:00:00.000Z"],
      ["dd.MM.yyyy", "29.02.2024", "2024-02-29T00:00:00.000Z"],
      ["dd.MM.yyyy", "29.02.2026", undefined],
      ["dd.MM.yyyy", "29.02.1900", undefined],
      ["dd.MM.yyyy", "29.02.2000", "2000-02-29T00:00:00.000Z"],
      ["HH:mm 'o''clock' dd.MM.yyyy", "07:05 o'clock 01.02.2026", "2026-02-01T07:05:00.000Z"],
      ["yyyy''MM", "2026'03", "2026-03-01T00:00:00.000Z"],
      ["yyyy'T'MM", "2026t03", "2026-03-01T00:00:00.000Z"],
      ["dd/MM/yyyy G", "01/02/0044 BC", "-000043-02-01T00:00:00.000Z"],
      ["yyyy", "-5", "-000005-01-01T00:00:00.000Z"],
      ["yyyy", "999999999", undefined],
    ]);
  });

  describe("halves of the day", () => {
    table([
      ["yyyy-MM-dd hh:mm a", "2026-01-01 12:00 AM", "2026-01-01T00:00:00.000Z"],
      ["yyyy-MM-dd hh:mm a", "2026-01-01 12:00 pm", "2026-01-01T12:00:00.000Z"],
      ["yyyy-MM-dd h:mm a", "2026-01-01 1:30 PM", "2026-01-01T13:30:00.000Z"],
      ["yyyy-MM-dd hh:mm a", "2026-01-01 13:00 PM", undefined],
      ["yyyy-MM-dd KK:mm a", "2026-01-01 00:00 PM", "2026-01-01T12:00:00.000Z"],
      ["yyyy-MM-dd kk:mm", "2026-01-01 24:30", "2026-01-01T00:30:00.000Z"],
      ["yyyy-MM-dd kk:mm", "2026-01-01 00:30", undefined],
    ]);
  });

  describe("weeks", () => {
    table([
      ["xxxx-'W'ww-e", "2026-W53-5", "2027-01-01T00:00:00.000Z"],
      ["xxxx-'W'ww-e", "2025-W53-1", undefined],
      ["xxxx-'W'ww", "2026-W01", "2025-12-29T00:00:00.000Z"],
      ["EEE MMM dd yyyy", "Mon Sep 21 2026", "2026-09-21T00:00:00.000Z"],
      ["EEEE, dd MMMM yyyy", "monday, 21 september 2026", "2026-09-21T00:00:00.000Z"],
    ]);
  });

  describe("years of two digits", () => {
    table([
      ["yy-MM-dd", "26-01-02", "2026-01-02T00:00:00.000Z"],
      ["yy-MM-dd", "45-01-02", "2045-01-02T00:00:00.000Z"],
      ["yy-MM-dd", "46-01-02", "1946-01-02T00:00:00.000Z"],
      ["yyMMdd", "990102", "1999-01-02T00:00:00.000Z"],
      ["yy-MM-dd", "1999-01-02", "1999-01-02T00:00:00.000Z"],
    ]);
  });

  describe("a year that must be guessed", () => {
    const at = (...date: [number, number, number, number]): Partial<DateOptions> => ({ now: () => Date.UTC(...date) });
    table([
      ["MMM dd HH:mm:ss", "Dec 31 23:59:59", "2025-12-31T23:59:59.000Z", at(2026, 0, 1, 0)],
      ["MMM dd HH:mm:ss", "Jan 01 00:00:01", "2027-01-01T00:00:01.000Z", at(2026, 11, 31, 23)],
      ["MMM dd HH:mm:ss", "Dec 31 23:59:59", "2026-12-31T23:59:59.000Z", at(2026, 10, 30, 0)],
      ["MMM dd", "Feb 29", "2024-02-29T00:00:00.000Z", at(2024, 1, 29, 0)],
      ["MMM dd", "Feb 29", "2026-02-28T00:00:00.000Z", at(2026, 2, 1, 0)],
      ["MMM dd", "Feb 30", undefined, at(2026, 2, 1, 0)],
      ["HH:mm", "10:20", "2026-01-01T10:20:00.000Z"],
    ]);

    it("looks at the clock for each text", () => {
      let now = Date.UTC(2026, 11, 31, 12);
      const reader = compileDateReader("MMM dd", { ...OPTIONS, now: () => now });
      assert.equal(reader("Jan 01")?.toString(), "2027-01-01T00:00:00.000Z");
      now += 86_400_000;
      assert.equal(reader("Jan 01")?.toString(), "2027-01-01T00:00:00.000Z");
      assert.equal(reader("Dec 31")?.toString(), "2026-12-31T00:00:00.000Z");
    });
  });

  describe("zones", () => {
    const berlin = { timezone: "Europe/Berlin" };
    table([
      ["yyyy-MM-dd HH:mm", "2026-07-01 12:00", "2026-07-01T10:00:00.000Z", berlin],
      ["yyyy-MM-dd HH:mm", "2026-01-01 12:00", "2026-01-01T11:00:00.000Z", berlin],
      ["yyyy-MM-dd HH:mm", "2026-03-29 01:59", "2026-03-29T00:59:00.000Z", berlin],
      // There is no such time.
      ["yyyy-MM-dd HH:mm", "2026-03-29 02:30", "2026-03-29T01:30:00.000Z", berlin],
      ["yyyy-MM-dd HH:mm", "2026-03-29 03:00", "2026-03-29T01:00:00.000Z", berlin],
      // There are two of them.
      ["yyyy-MM-dd HH:mm", "2026-10-25 02:30", "2026-10-25T00:30:00.000Z", berlin],
      ["yyyy-MM-dd HH:mm", "2026-10-25 03:00", "2026-10-25T02:00:00.000Z", berlin],
      ["yyyy-MM-dd HH:mm", "2026-07-01 12:00", "2026-07-01T06:15:00.000Z", { timezone: "Asia/Kathmandu" }],
      ["yyyy-MM-dd HH:mm", "2026-07-01 12:00", "2026-07-01T15:30:00.000Z", { timezone: "-03:30" }],
      ["yyyy-MM-dd HH:mm z", "2026-07-01 12:00 PST", "2026-07-01T19:00:00.000Z"],
      ["yyyy-MM-dd HH:mm z", "2026-07-01 12:00 GMT", "2026-07-01T12:00:00.000Z", berlin],
      ["yyyy-MM-dd HH:mm z", "2026-07-01 12:00 XYZ", undefined],
      ["yyyy-MM-dd HH:mm ZZZ", "2026-07-01 12:00 America/New_York", "2026-07-01T16:00:00.000Z"],
      ["yyyy-MM-dd HH:mm Z", "2026-07-01 12:00 +2400", undefined],
      ["yyyy-MM-dd HH:mm Z", "2026-07-01 12:00 +0160", undefined],
    ]);
  });

  describe("other languages", () => {
    table([
      ["dd MMM yyyy", "21 Okt. 2026", "2026-10-21T00:00:00.000Z", { locale: "de" }],
      ["dd MMMM yyyy", "21 März 2026", "2026-03-21T00:00:00.000Z", { locale: "de-AT" }],
      ["EEEE dd MMMM yyyy", "lundi 21 août 2026", "2026-08-21T00:00:00.000Z", { locale: "fr" }],
      ["dd MMMM yyyy", "21 ноября 2026", "2026-11-21T00:00:00.000Z", { locale: "ru" }],
      ["dd MMMM yyyy", "21 November 2026", "2026-11-21T00:00:00.000Z", { locale: "ru" }],
      ["dd MMMM yyyy", "21 ноября 2026", undefined],
    ]);
  });

  for (const pattern of ["yyyy-bb", "C", "jj", "yyyy-MM-ddTHH:mm"]) {
    it(`refuses ${pattern}`, () => assert.throws(() => compileDateReader(pattern, OPTIONS), /a date pattern/));
  }

  it("refuses unknown zones", () => {
    assert.throws(() => compileDateReader("yyyy", { ...OPTIONS, timezone: "Europe/Atlantis" }), RangeError);
    assert.throws(() => compileDateReader("yyyy", { ...OPTIONS, timezone: "+25:00" }), RangeError);
  });

  it("reads what is written, whatever the pattern", () => {
    const patterns = [
      "dd/MMM/yyyy:HH:mm:ss Z",
      "yyyy-MM-dd'T'HH:mm:ss.SSSZZ",
      "yyyyMMddHHmmss",
      "EEE MMM d yyyy h:m:s a",
      "xxxx-'W'ww-e kk:mm:ss",
      "D yyyy K:m:s a",
      "MMMM dd, yyyy HH:mm:ss z",
    ];
    fc.assert(
      fc.property(
        fc.integer({ min: Date.UTC(1000, 0, 4) / 1000, max: Date.UTC(9999, 0, 1) / 1000 }),
        fc.constantFrom(...patterns),
        (seconds, pattern) => {
          const time = new Timestamp(seconds * 1000);
          const text = compileDateFormat(pattern, "joda")(time);
          assert.equal(read(pattern, text), time.toString(), text);
        },
      ),
      { numRuns: 500 },
    );
  });

  it("survives every text", () => {
    const readers = ["dd/MMM/yyyy:HH:mm:ss Z", "MMM d HH:mm:ss.SSS z", "ISO8601", "UNIX", "UNIX_MS", "TAI64N"].map(
      (p) => compileDateReader(p, OPTIONS),
    );
    const text = fc.oneof(
      fc.string(),
      fc.string({ unit: fc.constantFrom(..."0123456789-:./+ TZJanSepe".split("")), maxLength: 30 }),
    );
    fc.assert(
      fc.property(text, (text) => {
        for (const reader of readers) assert.match(reader(text)?.toString() ?? "Z", /Z$/);
      }),
    );
  });
});
