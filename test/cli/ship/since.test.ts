import { strict as assert } from "node:assert";
import { parseSince } from "../../../src/cli/ship/since.ts";

describe("--since", () => {
  const now = Date.UTC(2025, 0, 31, 12);
  const table: [string, number | undefined][] = [
    ["90m", now - 90 * 60_000],
    ["1.5h", now - 90 * 60_000],
    ["1w", now - 7 * 86_400_000],
    ["2025-01-30", Date.UTC(2025, 0, 29, 23)],
    ["2025-01-30T08:00", Date.UTC(2025, 0, 30, 7)],
    ["2025-01-30 08:00:00Z", Date.UTC(2025, 0, 30, 8)],
    ["yesterday", undefined],
    ["12", undefined],
    ["2025-13-01", undefined],
    ["", undefined],
  ];
  for (const [text, time] of table) {
    it(JSON.stringify(text), () => assert.equal(parseSince(text, now, "Europe/Berlin"), time));
  }
});
