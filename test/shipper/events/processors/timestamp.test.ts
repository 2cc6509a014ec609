import assert from "node:assert/strict";
import { describe, it } from "mocha";
import type { Value } from "../../../../src/event/value.ts";
import { processed } from "./run-processors.ts";

/** Layout, text, the moment. The host's clock says 2026-07-01. */
const CASES: readonly (readonly [layout: string, value: Value, expected: string | undefined, zone?: string])[] = [
  ["2006-01-02T15:04:05Z", "2019-06-22T16:33:51Z", "2019-06-22T16:33:51.000Z"],
  ["2006-01-02T15:04:05.999Z", "2019-11-18T04:59:51.123Z", "2019-11-18T04:59:51.123Z"],
  ["2006-01-02T15:04:05.999Z", "2019-11-18T04:59:51Z", "2019-11-18T04:59:51.000Z"],
  ["2006-01-02T15:04:05.999-07:00", "2020-08-03T07:10:20.123456+02:00", "2020-08-03T05:10:20.123456Z"],
  ["2006-01-02T15:04:05Z07:00", "2020-01-01T00:00:00Z", "2020-01-01T00:00:00.000Z"],
  ["2006-01-02T15:04:05Z07:00", "2020-01-01T00:00:00-01:30", "2020-01-01T01:30:00.000Z"],
  ["02/Jan/2006:15:04:05 -0700", "10/Oct/2000:13:55:36 -0700", "2000-10-10T20:55:36.000Z"],
  ["2006-01-02 15:04:05", "2020-02-30 00:00:00", undefined],
  ["2006-01-02 15:04:05", "2020-02-29 24:00:00", undefined],
  ["2006-01-02 15:04:05", "2020-7-1 00:00:00", undefined],
  ["2006-01-02 15:04:05", "2020-07-01 10:00:00,5", "2020-07-01T08:00:00.500Z", "Europe/Berlin"],
  ["2006-01-02 15:04:05.000", "2020-07-01 10:00:00.25", undefined],
  ["2006-01-02 15:04:05", "2020-01-01 10:00:00", "2020-01-01T09:00:00.000Z", "Local"],
  ["Jan _2 15:04:05", "Feb  3 04:05:06", "2026-02-03T04:05:06.000Z"],
  ["Jan 2 15:04:05", "dec 31 23:59:59", "2026-12-31T23:59:59.000Z"],
  ["Mon Jan _2 15:04:05 MST 2006", "Thu Jan  1 00:00:00 UTC 2026", "2026-01-01T00:00:00.000Z"],
  ["Monday, 02-Jan-06 15:04:05 MST", "Sunday, 06-Nov-94 08:49:37 GMT", "1994-11-06T08:49:37.000Z"],
  ["1/2/06 3:04 PM", "7/4/21 12:05 AM", "2021-07-04T00:05:00.000Z"],
  ["1/2/06 3:04pm", "7/4/21 11:05pm", "2021-07-04T23:05:00.000Z"],
  ["2006-002", "2024-366", "2024-12-31T00:00:00.000Z"],
  ["2006-002", "2023-366", undefined],
  ["UNIX", 1_500_000_000, "2017-07-14T02:40:00.000Z"],
  ["UNIX", "1500000000.25", "2017-07-14T02:40:00.250Z"],
  ["UNIX_MS", "1500000000250", "2017-07-14T02:40:00.250Z"],
  ["UNIX", "12:00", undefined],
  ["UNIX_MS", 1e300, undefined],
];

describe("timestamp", () => {
  for (const [layout, value, expected, zone = "UTC"] of CASES) {
    it(`reads ${JSON.stringify(value)} as ${layout} in ${zone}: ${expected ?? "not"}`, () => {
      const yaml = `- timestamp: { field: t, timezone: "${zone}", layouts: ["${layout}"] }`;
      const { timestamp, fields } = processed(yaml, { t: value });
      assert.equal(timestamp, expected ?? "2026-01-02T03:04:05.000Z");
      assert.equal(Object.hasOwn(fields, "error"), expected === undefined);
    });
  }

  it("tries layouts in order, and may have another target", () => {
    const yaml = "- timestamp: { field: t, target_field: event.start, layouts: ['2006', UNIX] }";
    assert.deepEqual(processed(yaml, { t: "1500000000" }).fields["event"], { start: "2017-07-14T02:40:00.000Z" });
  });

  it("notes failures unless told not to", () => {
    const yaml = (more: string): string => `- timestamp: { field: t, layouts: [UNIX]${more} }`;
    assert.deepEqual(processed(yaml(""), {}).fields, { error: { message: "timestamp: there is no field t" } });
    assert.deepEqual(processed(yaml(", ignore_missing: true"), {}).fields, {});
    assert.deepEqual(processed(yaml(", ignore_failure: true"), { t: "x" }).fields, { t: "x" });
  });
});
