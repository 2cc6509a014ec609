import assert from "node:assert/strict";
import fc from "fast-check";
import { placeOfError, translateOniguruma } from "../../src/language/oniguruma.ts";

const found = (pattern: string, text: string): string | undefined =>
  translateOniguruma(pattern, "mDSW").exec(text)?.[0];

describe("Oniguruma's expressions in V8", () => {
  for (const [pattern, text, expected] of [
    ['(?:\\[(?:[^\\]]|"q")*\\])+', '[k="q"]', '[k="q"]'],
    ["a++b", "aaab", "aaab"],
    ["a++ab", "aaab", undefined],
    ["(?>a|ab)c", "abc", undefined],
    ["\\h+\\Z", "xFf0\n", "Ff0"],
    ["\\Ab\\z", "b", "b"],
    ["\\Ab\\z", "b\n", undefined],
    ["^b$", "a\nb\nc", "b"],
    ["a.c", "a\nc", "a\nc"],
    ["\\p{Lu}\\p{Ll}+", "xÄöü", "Äöü"],
    ["[[:alpha:]]+", "1äb2", "äb"],
    ["[[:digit:]&&[^5]]+", "5123", "123"],
    ["(?i)ab(?-i)c", "ABc", "ABc"],
    ["(?i)ab(?-i)c", "ABC", undefined],
    ["x(?i:y)z", "xYz", "xYz"],
    ["(?x) a b # c", "ab", "ab"],
    ["(?~bb)c", "abc", "abc"],
    ["(?<p>\\((?:[^()]|\\g<p>)*\\))", "x(a(b)c)y", "(a(b)c)"],
    ["\\w+", "é_a", "_a"],
    ["(?<!x)(?<=ab|c)d", "xd abd", "d"],
  ] as const) {
    it(`${pattern} on ${JSON.stringify(text)}`, () => assert.equal(found(pattern, text), expected));
  }

  it("say where they are wrong", () => {
    assert.equal(placeOfError("ab(c"), 2);
    assert.equal(placeOfError("ab[c"), 2);
    assert.equal(placeOfError("ab)c"), 2);
    assert.equal(placeOfError("[]a](b|*c)"), 7);
    assert.equal(placeOfError("[\\w-_]x"), 4);
    assert.equal(placeOfError("fine"), undefined);
  });

  it("random ones match as what they are made of", () => {
    const atom = fc.constantFrom("a", "b", "[ab]", "[^b]", "a|ab", "ba", "(?:a|b)");
    const repeated = fc
      .tuple(atom, fc.constantFrom("", "*", "+", "?", "{1,2}"))
      .map(([body, sign]) => `(?:${body})${sign}`);
    const outer = fc.array(repeated, { minLength: 1, maxLength: 3 }).map((parts) => `^(?:${parts.join("")})+$`);
    const text = fc.array(fc.constantFrom("a", "b", "c"), { maxLength: 6 }).map((parts) => parts.join(""));
    fc.assert(
      fc.property(outer, text, (pattern, input) => {
        // No flag, no translation: the same meaning on these letters.
        assert.equal(translateOniguruma(pattern, "mDSW").test(input), new RegExp(pattern).test(input));
      }),
      { numRuns: 500 },
    );
  });
});
