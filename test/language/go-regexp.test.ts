import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { compileGoGroups, compileGoRegexp } from "../../src/language/go-regexp.ts";

const CASES: readonly (readonly [pattern: string, text: string, matches: boolean])[] = [
  ["^b", "a\nb", false],
  ["(?m)^b", "a\nb", true],
  ["a$", "a\n", false],
  ["(?m)a$", "a\nb", true],
  ["a.b", "a\nb", false],
  ["(?s)a.b", "a\nb", true],
  ["(?si)A.b", "a\nB", true],
  ["x(?s:.)y", "x\ny", true],
  ["(?i)straße", "STRAßE", true],
  ["[^$]$", "a", true],
  ["[a&&b]+$", "&", true],
  ["^[[]$", "[", true],
  ["^[]a]+$", "]a", true],
  ["^[^]a]$", "b", true],
  ["^[[:digit:]_]+$", "1_2", true],
  ["\\^\\$\\[", "^$[", true],
  ["^(?P<day>\\d+)-(?<month>\\d+)$", "1-2", true],
  ["^\\pL+$", "é", true],
  ["\\d{2,3}?", "12", true],
];

describe("regular expressions of Go", () => {
  for (const [pattern, text, matches] of CASES)
    it(`${pattern} ${matches ? "fits" : "does not fit"} ${JSON.stringify(text)}`, () =>
      assert.equal(compileGoRegexp(pattern).test(text), matches));

  it("counts groups with and without names", () => {
    const { expression, names } = compileGoGroups("(a)(?P<x>b)(?:c)(?<y>d)");
    assert.deepEqual(
      [...names],
      [
        ["x", 2],
        ["y", 3],
      ],
    );
    assert.deepEqual([...(expression.exec("abcd") ?? [])], ["abcd", "a", "b", "d"]);
  });

  it("refuses what is none", () => assert.throws(() => compileGoRegexp("(")));
});
