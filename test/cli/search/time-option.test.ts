import assert from "node:assert/strict";
import { parseTime } from "../../../src/cli/search/time-option.ts";

describe("times of antler search", () => {
  const now = new Date(2026, 10, 23, 10, 15, 30).getTime();
  const local = (...parts: [number, number, number, number?, number?, number?]): number => new Date(...parts).getTime();

  for (const [text, time] of [
    ["now", now],
    ["15m", now - 900_000],
    ["now-15m", now - 900_000],
    ["1.5 h", now - 5_400_000],
    ["250ms", now - 250],
    ["2w", now - 14 * 86_400_000],
    ["today", local(2026, 10, 23)],
    [" Yesterday ", local(2026, 10, 22)],
    ["2026-11", local(2026, 10, 1)],
    ["2026-11-20", local(2026, 10, 20)],
    ["2026-11-20 08:30", local(2026, 10, 20, 8, 30)],
    ["2026-11-20T08:30:15,250", local(2026, 10, 20, 8, 30, 15) + 250],
    ["2026-11-20T08:30:00Z", Date.UTC(2026, 10, 20, 8, 30)],
    ["2026-11-20T08:30:00+02:00", Date.UTC(2026, 10, 20, 6, 30)],
    ["2026-11-20T08:30:00+0200", Date.UTC(2026, 10, 20, 6, 30)],
    ["2026-11-20t08:30z", Date.UTC(2026, 10, 20, 8, 30)],
  ] as const) {
    it(`reads ${text}`, () => assert.equal(parseTime(text, now), time));
  }

  for (const text of [
    "",
    "15",
    "m",
    "-15m",
    "15 minutes ago",
    "2026",
    "2026-13-01",
    "2026-02-31",
    "2026-11-20T25:00",
    "tomorrow",
  ]) {
    it(`refuses ${JSON.stringify(text)}`, () => assert.equal(parseTime(text, now), undefined));
  }
});
