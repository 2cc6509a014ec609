import assert from "node:assert/strict";
import { Timestamp } from "../../../src/event/timestamp.ts";
import { compileDateFormat, type FormatDialect } from "../../../src/language/date/format.ts";

/** A Monday in the 53rd week of 2026. */
const TIME = new Timestamp(Date.UTC(2026, 11, 28, 3, 4, 5, 67), 89_000);
const AFTERNOON = new Timestamp(Date.UTC(2027, 0, 3, 15, 0, 0));

const ROWS: readonly (readonly [dialect: FormatDialect, pattern: string, text: string, time?: Timestamp])[] = [
  ["joda", "YYYY.MM.dd", "2026.12.28"],
  ["joda", "yyyy-MM-dd'T'HH:mm:ss.SSSZZ", "2026-12-28T03:04:05.067+00:00"],
  ["joda", "xxxx-'W'ww-e", "2026-W53-1"],
  ["joda", "xxxx.ww YYYY", "2026.53 2027", AFTERNOON],
  ["joda", "yy Y M d H m s", "26 2026 12 28 3 4 5"],
  ["joda", "MMM MMMM EEE EEEE", "Dec December Mon Monday"],
  ["joda", "h K k a", "3 3 15 PM", AFTERNOON],
  ["joda", "hh KK kk a", "03 03 03 AM"],
  ["joda", "DDD C G", "362 20 AD"],
  ["joda", "SSSSSS", "067000"],
  ["joda", "Z z ZZZ", "+0000 UTC UTC"],
  ["joda", "'day' d 'o''clock' ''", "day 28 o'clock '"],
  ["java", "yyyy-MM-dd", "2026-12-28"],
  ["java", "uuuu-MM-dd'T'HH:mm:ss.SSSSSSSSSXXX", "2026-12-28T03:04:05.067089000Z"],
  ["java", "YYYY-'W'ww", "2026-W53"],
  ["java", "YYYY-'W'ww yyyy", "2026-W53 2027", AFTERNOON],
  ["java", "MMM MMMM MMMMM E EEEE EEEEE", "Dec December D Mon Monday M"],
  ["java", "Q QQ QQQ QQQQ", "4 04 Q4 4th quarter"],
  ["java", "h a W F e D", "3 PM 0 1 7 3", AFTERNOON],
  ["java", "n A N", "67089000 11045067 11045067089000"],
  ["java", "x xx xxx Z ZZZZ O VV", "+00 +0000 +00:00 +0000 GMT GMT Z"],
  ["java", "G GGGG", "AD Anno Domini"],
];

describe("date patterns for writing", () => {
  for (const [dialect, pattern, text, time = TIME] of ROWS) {
    it(`${dialect}'s ${pattern}: ${text}`, () => assert.equal(compileDateFormat(pattern, dialect)(time), text));
  }

  it("write each time anew", () => {
    for (const [pattern, step] of [
      ["ss.SSS", 1],
      ["HH:mm:ss", 1000],
      ["HH:mm", 60_000],
      ["a hh", 3_600_000],
      ["MM.dd", 86_400_000],
    ] as const) {
      const write = compileDateFormat(pattern, "joda");
      const begin = Date.UTC(2026, 0, 31, 11, 59, 59, 999);
      for (const ms of [begin, begin + 1, begin, begin + step, begin - 1, -1, 0]) {
        assert.equal(
          write(new Timestamp(ms)),
          compileDateFormat(pattern, "joda")(new Timestamp(ms)),
          `${pattern} ${ms}`,
        );
      }
    }
  });
});
