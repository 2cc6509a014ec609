import assert from "node:assert/strict";
import fc from "fast-check";
import { bucketLength, histogramLines } from "../../../src/cli/search/histogram.ts";
import { textWidth } from "../../../src/cli/search/text-width.ts";

const LEVELS = ["error", "warn", "info", "debug", undefined] as const;

describe("the histogram", () => {
  it("has at most 40 buckets, for spans of up to 40 years", () => {
    fc.assert(
      fc.property(fc.nat(4e12), fc.nat(1.2e12), (from, span) => {
        const step = bucketLength(from, from + span);
        assert.ok(Math.floor((from + span) / step) - Math.floor(from / step) < 40);
      }),
    );
  });

  it("fits the width and shows each level that there is", () => {
    const buckets = fc.array(
      fc.record({
        time: fc.nat(20).map((n) => n * 60_000),
        value: fc.constantFrom(...LEVELS),
        count: fc.integer({ min: 1, max: 1e6 }),
      }),
      { minLength: 1, maxLength: 30 },
    );
    fc.assert(
      fc.property(buckets, fc.integer({ min: 50, max: 200 }), (given, width) => {
        const lines = histogramLines(given, 60_000, width, false);
        for (const line of lines) assert.ok(textWidth(line) <= width, line);
        const times = given.map(({ time }) => time);
        assert.equal(lines.length, (Math.max(...times) - Math.min(...times)) / 60_000 + 2);
        const marks = new Set(given.map(({ value }) => ({ error: "E", warn: "W", debug: "." })[String(value)] ?? "#"));
        const bars = lines
          .slice(0, -1)
          .map((line) => line.slice(19))
          .join("");
        for (const mark of marks) assert.ok(bars.includes(mark), bars);
      }),
    );
  });

  it("gives nothing for nothing", () => assert.deepEqual(histogramLines([], 1000, 80, false), []));
});
