import assert from "node:assert/strict";
import { compileRubyReplacement } from "../../src/transform/ruby-replacement.ts";

function replaced(text: string, expression: RegExp, template: string): string {
  const replacement = compileRubyReplacement(template);
  return text.replace(expression, typeof replacement === "string" ? () => replacement : replacement);
}

describe("Ruby's replacement texts", () => {
  const rows: [template: string, expected: string][] = [
    ["\\1-\\2", "ab-12"],
    ["\\2\\1", "12ab"],
    ["\\k<number>!", "12!"],
    ["[\\0]", "[ab12]"],
    ["[\\&]", "[ab12]"],
    ["\\9", ""],
    ["\\k<none>", ""],
    ["\\\\1", "\\1"],
    ["\\x\\", "\\x\\"],
    ["$1 $& $<number>", "$1 $& $<number>"],
    ["", ""],
    ["\n\\1\n", "\nab\n"],
  ];
  for (const [template, expected] of rows) {
    it(JSON.stringify(template), () => {
      assert.equal(replaced("ab12", /([a-z]+)(?<number>\d+)/, template), expected);
    });
  }

  it("gives nothing for a group that took no part", () => assert.equal(replaced("b", /(a)?b/, "<\\1>"), "<>"));

  it("is a plain text where no group is in it", () => assert.equal(typeof compileRubyReplacement("a\\\\b"), "string"));
});
