import assert from "node:assert/strict";
import fc from "fast-check";
import { dateSpan } from "../../src/store/date-math.ts";

/** A Saturday. */
const NOW = Date.parse("2026-02-28T13:14:15.678Z");

/** Query, first and last millisecond. The same was asked of Elasticsearch 8.19. */
const CASES: readonly (readonly [text: string, from: string, to: string])[] = [
  ["2024", "2024-01-01T00:00:00.000Z", "2024-01-01T23:59:59.999Z"],
  ["2024-02", "2024-02-01T00:00:00.000Z", "2024-02-01T23:59:59.999Z"],
  ["2024-02-10", "2024-02-10T00:00:00.000Z", "2024-02-10T23:59:59.999Z"],
  ["2024-02-10T05", "2024-02-10T05:00:00.000Z", "2024-02-10T05:59:59.999Z"],
  ["2024-02-10T05:06", "2024-02-10T05:06:00.000Z", "2024-02-10T05:06:59.999Z"],
  ["2024-02-10T05:06:07", "2024-02-10T05:06:07.000Z", "2024-02-10T05:06:07.999Z"],
  ["2024-02-10T05:06:07.1", "2024-02-10T05:06:07.100Z", "2024-02-10T05:06:07.100Z"],
  ["2024-02-10T05:06:07.123456", "2024-02-10T05:06:07.123Z", "2024-02-10T05:06:07.123Z"],
  ["2024-02-10T05:06:07+02:00", "2024-02-10T03:06:07.000Z", "2024-02-10T03:06:07.999Z"],
  ["2024-02-10T05:06-0530", "2024-02-10T10:36:00.000Z", "2024-02-10T10:36:59.999Z"],
  ["2024-02-29", "2024-02-29T00:00:00.000Z", "2024-02-29T23:59:59.999Z"],
  ["1700000000000", "2023-11-14T22:13:20.000Z", "2023-11-14T22:13:20.000Z"],
  ["now", "2026-02-28T13:14:15.678Z", "2026-02-28T13:14:15.678Z"],
  ["now-1h", "2026-02-28T12:14:15.678Z", "2026-02-28T12:14:15.678Z"],
  ["now/d", "2026-02-28T00:00:00.000Z", "2026-02-28T23:59:59.999Z"],
  ["now-1d/d", "2026-02-27T00:00:00.000Z", "2026-02-27T23:59:59.999Z"],
  ["now/w", "2026-02-23T00:00:00.000Z", "2026-03-01T23:59:59.999Z"],
  ["now/M", "2026-02-01T00:00:00.000Z", "2026-02-28T23:59:59.999Z"],
  ["now/y", "2026-01-01T00:00:00.000Z", "2026-12-31T23:59:59.999Z"],
  ["now+1M", "2026-03-28T13:14:15.678Z", "2026-03-28T13:14:15.678Z"],
  ["now/H", "2026-02-28T13:00:00.000Z", "2026-02-28T13:59:59.999Z"],
  ["2024-01-31||+1M", "2024-02-29T00:00:00.000Z", "2024-02-29T00:00:00.000Z"],
  ["2024-02-10||/M", "2024-02-01T00:00:00.000Z", "2024-02-29T23:59:59.999Z"],
];

describe("dates of a query", () => {
  for (const [text, from, to] of CASES) {
    it(text, () => {
      const span = dateSpan(text, { now: NOW });
      assert.ok(span !== undefined);
      assert.deepEqual([new Date(span.from).toISOString(), new Date(span.to).toISOString()], [from, to]);
    });
  }

  for (const text of [
    "",
    "foo",
    "nowhere",
    "now-1x",
    "now/",
    "2024-2-1",
    "2024-13-01",
    "2024-02-30",
    "2024-02-10 05:06",
    "2024-02-10T25",
    "2024-02-10||/q",
    "12-24",
  ]) {
    it(`${JSON.stringify(text)} is none`, () => assert.equal(dateSpan(text, { now: NOW }), undefined));
  }

  it("days are those of the zone", () => {
    const days = (text: string, timeZone: string): readonly string[] => {
      const span = dateSpan(text, { now: NOW, timeZone });
      return [new Date(span?.from ?? 0).toISOString(), new Date(span?.to ?? 0).toISOString()];
    };
    assert.deepEqual(days("2024-02-10", "+02:00"), ["2024-02-09T22:00:00.000Z", "2024-02-10T21:59:59.999Z"]);
    assert.deepEqual(days("now/d", "America/New_York"), ["2026-02-28T05:00:00.000Z", "2026-03-01T04:59:59.999Z"]);
    // The night in which clocks go forward has 23 hours.
    assert.deepEqual(days("2026-03-29", "Europe/Berlin"), ["2026-03-28T23:00:00.000Z", "2026-03-29T21:59:59.999Z"]);
    assert.deepEqual(days("2024-02-10T05:00Z", "+02:00"), ["2024-02-10T05:00:00.000Z", "2024-02-10T05:00:59.999Z"]);
  });

  it("never throws, and begins before it ends", () => {
    const piece = fc.constantFrom(
      "now",
      "2024",
      "-02",
      "-31",
      "T05",
      ":06",
      ".7",
      "Z",
      "+02:00",
      "||",
      "/d",
      "+1M",
      "-99999y",
      "/w",
      "/x",
      "+",
      " ",
      "99999",
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 8 }), (pieces) => {
        const span = dateSpan(pieces.join(""), { now: NOW });
        if (span !== undefined) assert.ok(!(span.from > span.to));
      }),
    );
  });
});
