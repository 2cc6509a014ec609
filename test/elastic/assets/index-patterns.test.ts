import assert from "node:assert/strict";
import { patternsOverlap } from "../../../src/elastic/assets/index-patterns.ts";

describe("index patterns that overlap", () => {
  const cases: readonly [string, string, boolean][] = [
    ["logs-*-*", "logs-nginx.access-*", true],
    ["logs-nginx.access-*", "logs-nginx.error-*", false],
    ["*", "logs-a-b", true],
    ["logs-a*-x", "logs-*b-x", true],
    ["logs-a-*", "metrics-*", false],
    ["logs-a-b", "logs-a-b", true],
    ["logs-a-b", "logs-a-bc", false],
    ["*-prod", "logs-nginx.access-*", true],
    ["a**b", "ab", true],
    ["", "*", true],
    ["", "a", false],
  ];
  for (const [one, other, expected] of cases) {
    it(`${one} and ${other}: ${expected}`, () => {
      assert.equal(patternsOverlap(one, other), expected);
      assert.equal(patternsOverlap(other, one), expected);
    });
  }

  it("many stars cost little", () => {
    assert.equal(patternsOverlap(`${"*a".repeat(60)}b`, `${"*c".repeat(60)}d`), false);
  });
});
