import assert from "node:assert/strict";
import fc from "fast-check";
import { requiredLiterals } from "../../src/language/required-literals.ts";

describe("literals that a regular expression requires", () => {
  const rows: [pattern: string, needs: string[][]][] = [
    ["Firefox", [["firefox"]]],
    ["(Firefox)/(\\d+)\\.(\\d+)", [["firefox/"], ["."]]],
    ["a\\.b\\/c", [["a.b/c"]]],
    ["(?:Chrome|CriOS)/\\d", [["chrome/", "crios/"]]],
    ["^Mozilla.{1,20}(OPR|Opera) \\d$", [["mozilla"], ["opr ", "opera "]]],
    ["Win(?:dows)? NT", [["windows nt", "win nt"]]],
    ["ab?c", [["abc", "ac"]]],
    ["ab*c", [["a"], ["c"]]],
    ["ab+c", [["b"], ["a"], ["c"]]],
    ["ab{0,2}c", [["a"], ["c"]]],
    ["ab{1}c", [["abc"]]],
    ["(?:ab){2}", [["ab"]]],
    ["[Ss]afari", [["safari"]]],
    ["x[ _]y", [["x y", "x_y"]]],
    ["x[a-z]y", [["x"], ["y"]]],
    ["x[^a]y", [["x"], ["y"]]],
    ["x[]y]z", [["x"], ["y]z"]]],
    ["a(?!b)c(?=d)e", [["ace"]]],
    ["a\\bb\\wc", [["ab"], ["c"]]],
    ["a|b\\d", [["a", "b"]]],
    ["a|\\d", []],
    ["(a|)\\d", []],
    ["\\x41b\\u0041c\\1\\k<n>d", [["b"], ["c"], ["d"]]],
    ["(?<year>20)\\d", [["20"]]],
    ["(?i:x)|y", []],
    ["caféx", [["caf"], ["x"]]],
    ["", []],
    [".*", []],
    ["{x", [["{x"]]],
  ];
  for (const [pattern, needs] of rows) {
    it(`of ${pattern}`, () => assert.deepEqual(requiredLiterals(pattern), needs));
  }

  it("gives up where alternatives are many", () => {
    const words = Array.from({ length: 30 }, (_, i) => `w${i}`);
    const [joined = []] = requiredLiterals(`(${words.join("|")})x`);
    assert.deepEqual([...joined].sort(), [...words].sort());
    assert.ok(requiredLiterals("[ab]".repeat(10)).every((alternatives) => alternatives.length <= 16));
  });

  it("holds in whatever an expression matches", () => {
    const leaf = fc.constantFrom(
      "a",
      "b",
      "X",
      "\\.",
      "[ab]",
      "[^a]",
      "\\d",
      "\\w",
      ".",
      "^",
      "$",
      "\\b",
      "é",
      "\\x41",
    );
    const { tree } = fc.letrec<{ tree: string }>((tie) => ({
      tree: fc.oneof(
        { depthSize: "small" },
        leaf,
        fc.tuple(tie("tree"), tie("tree")).map(([a, b]) => a + b),
        fc.tuple(tie("tree"), tie("tree")).map(([a, b]) => `(${a}|${b})`),
        fc.tuple(tie("tree"), fc.constantFrom("?", "*", "+", "{2}", "{0,1}", "{1,2}?")).map(([a, q]) => `(?:${a})${q}`),
        tie("tree").map((a) => `(?!${a}z)`),
        tie("tree").map((a) => `(${a}|)`),
      ),
    }));
    const text = fc.string({ unit: fc.constantFrom("a", "b", "x", "X", "A", ".", "1", "é", "B"), maxLength: 12 });
    fc.assert(
      fc.property(tree, fc.array(text, { minLength: 20, maxLength: 20 }), (pattern, texts) => {
        const needs = requiredLiterals(pattern);
        const expression = new RegExp(pattern, "i");
        for (const one of texts) {
          if (!expression.test(one)) continue;
          const lower = one.toLowerCase();
          for (const alternatives of needs)
            assert.ok(
              alternatives.some((literal) => lower.includes(literal)),
              `${pattern} matches ${one}`,
            );
        }
      }),
      { numRuns: 2000 },
    );
  });
});
