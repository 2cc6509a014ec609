import assert from "node:assert/strict";
import { Timestamp } from "../../src/event/timestamp.ts";

describe("Timestamp", () => {
  for (const [text, expected] of [
    ["2026-11-22T23:49:01.007Z", "2026-11-22T23:49:01.007Z"],
    ["2026-11-22T23:49:01.000120Z", "2026-11-22T23:49:01.00012Z"],
    ["2026-11-22 23:49:01,5+0130", "2026-11-22T22:19:01.500Z"],
    ["2026-11-22T23:49", "2026-11-22T23:49:00.000Z"],
    ["2024-02-29T00:00:00-01", "2024-02-29T01:00:00.000Z"],
  ] as const) {
    it(`reads ${text}`, () => assert.equal(Timestamp.parse(text)?.toString(), expected));
  }

  for (const text of [
    "",
    "soon",
    "2026-00-01T00:00:00Z",
    "2026-13-01T00:00:00Z",
    "2026-02-31T00:00:00Z",
    "2026-01-00T00:00:00Z",
    "2026-01-01T25:00:00Z",
  ]) {
    it(`does not read ${JSON.stringify(text)}`, () => assert.equal(Timestamp.parse(text), undefined));
  }
});
