import assert from "node:assert/strict";
import fc from "fast-check";
import { compileDateReader } from "../../../src/language/date/special.ts";

function read(keyword: string, text: string, timezone = "Europe/Berlin"): string | undefined {
  return compileDateReader(keyword, { timezone, locale: "en", now: () => 0 })(text)?.toString();
}

const ROWS: readonly (readonly [keyword: string, text: string, iso: string | undefined])[] = [
  ["ISO8601", "2026-09-21T14:13:20.250Z", "2026-09-21T14:13:20.250Z"],
  ["ISO8601", "2026-09-21T14:13:20,250+0200", "2026-09-21T12:13:20.250Z"],
  ["ISO8601", "2026-09-21 14:13:20.123456789-03:30", "2026-09-21T17:43:20.123456789Z"],
  ["ISO8601", "2026-09-21T14:13:20.1234567890123Z", "2026-09-21T14:13:20.123456789Z"],
  ["ISO8601", "2026-09-21T14:13:20", "2026-09-21T12:13:20.000Z"],
  ["ISO8601", "2026-09-21T14:13", "2026-09-21T12:13:00.000Z"],
  ["ISO8601", "2026-09-21T14Z", "2026-09-21T14:00:00.000Z"],
  ["ISO8601", "2026-9-1T4:3:2Z", "2026-09-01T04:03:02.000Z"],
  ["ISO8601", "2026-09-21", "2026-09-20T22:00:00.000Z"],
  ["ISO8601", "2026-09", "2026-08-31T22:00:00.000Z"],
  ["ISO8601", "2026", "2025-12-31T23:00:00.000Z"],
  ["ISO8601", "2026-264T10:00Z", "2026-09-21T10:00:00.000Z"],
  ["ISO8601", "2026-W39-1T10:00Z", "2026-09-21T10:00:00.000Z"],
  ["ISO8601", "2026-W39T10:00Z", "2026-09-21T10:00:00.000Z"],
  ["ISO8601", "2026-W54", undefined],
  ["ISO8601", "2026-000", undefined],
  ["ISO8601", "2026-13-01T00:00:00Z", undefined],
  ["ISO8601", "2026-02-29T00:00:00Z", undefined],
  ["ISO8601", "2024-02-29T00:00:00Z", "2024-02-29T00:00:00.000Z"],
  ["ISO8601", "2026-09-21T24:00:00Z", undefined],
  ["ISO8601", "2026-09-21T14:60:00Z", undefined],
  ["ISO8601", "2026-09-21T14:13:60Z", undefined],
  ["ISO8601", "2026-09-21T14:13:20.Z", undefined],
  ["ISO8601", "2026-09-21T14:13:20.250Zulu", undefined],
  ["ISO8601", "2026-09-21T14:13:20+99:00", undefined],
  ["ISO8601", "999999999-01-01T00:00:00Z", undefined],
  ["ISO8601", "Sep 21", undefined],
  ["UNIX", "0", "1970-01-01T00:00:00.000Z"],
  ["UNIX", "1478207457", "2016-11-03T21:10:57.000Z"],
  ["UNIX", "1478207457.123456789", "2016-11-03T21:10:57.123456789Z"],
  ["UNIX", "1478207457.5", "2016-11-03T21:10:57.500Z"],
  ["UNIX", "-1.5", "1969-12-31T23:59:58.500Z"],
  ["UNIX", "-0.0000001", "1969-12-31T23:59:59.9999999Z"],
  ["UNIX", "2147483647", "2038-01-19T03:14:07.000Z"],
  ["UNIX", "2147483648", undefined],
  ["UNIX", "1478207457123", undefined],
  ["UNIX", "12 o'clock", undefined],
  ["UNIX", "", undefined],
  ["UNIX_MS", "1478207457123", "2016-11-03T21:10:57.123Z"],
  ["UNIX_MS", "-1", "1969-12-31T23:59:59.999Z"],
  ["UNIX_MS", "1.5", undefined],
  ["TAI64N", "@4000000050d506482dbdf024", "2012-12-22T01:00:46.7674225Z"],
  ["TAI64N", "4000000050d506482dbdf024", "2012-12-22T01:00:46.7674225Z"],
  ["TAI64N", "@4000000050d50648ffffffff", undefined],
  ["TAI64N", "@ffffffffffffffff00000000", undefined],
  ["TAI64N", "@4000000050d506482dbdf0", undefined],
];

describe("dates with names of their own", () => {
  for (const [keyword, text, iso] of ROWS) {
    it(`${keyword} of ${JSON.stringify(text)}: ${iso ?? "no"}`, () => {
      assert.equal(read(keyword, text), iso);
    });
  }

  it("reads what JavaScript writes", () => {
    fc.assert(
      fc.property(
        fc.date({ noInvalidDate: true, min: new Date("0000-01-01"), max: new Date("9999-12-31") }),
        (date) => {
          assert.equal(read("ISO8601", date.toISOString()), date.toISOString());
          assert.equal(read("UNIX_MS", String(date.getTime())), date.toISOString());
        },
      ),
    );
  });
});
