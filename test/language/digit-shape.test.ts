import assert from "node:assert/strict";
import fc from "fast-check";
import { digitBlind, digitShape } from "../../src/language/digit-shape.ts";

describe("expressions that take every digit alike", () => {
  const rows: [pattern: string, blind: string | undefined][] = [
    ["(Firefox)/(\\d+)\\.[0-9]{1,3}$", "(Firefox)/(\\d+)\\.[0-9]{1,3}$"],
    ["Windows NT 6\\.1", "Windows NT \\d\\.\\d"],
    ["[A-Z]{2,4}[^;)/]\\w", "[A-Z]{2,4}[^;)/]\\w"],
    ["C[1-3a]x{2}", "C[0-91-3a]x{2}"],
    ["[^5]", "[^]"],
    ["[-5]]", "[0-9-5]]"],
    ["a(?!b)\\d", "a(?!b)\\d"],
    ["(?:a1|(?=2)(?<=3))", "(?:a\\d|(?=\\d)(?<=\\d))"],
    ["a(?!1)", undefined],
    ["(?<!x)7", undefined],
    ["(a)\\1", undefined],
    ["\\x30", undefined],
    ["(?<n1>a)", undefined],
  ];
  for (const [pattern, blind] of rows) {
    it(`${blind === undefined ? "are not made of" : "are made of"} ${pattern}`, () =>
      assert.deepEqual(
        digitBlind(pattern),
        blind === undefined ? undefined : { pattern: blind, isSame: blind === pattern },
      ));
  }

  it("match a text's shape wherever the given one matches the text; the same one at the same places", () => {
    const atom = fc.constantFrom(
      "a",
      "1",
      "2",
      "\\d",
      "[0-9]",
      "[1a]",
      "[^2]",
      "[^a]",
      ".",
      "\\w",
      "\\b",
      "^",
      "$",
      "\\.",
    );
    const { pattern } = fc.letrec<{ pattern: string }>((tie) => ({
      pattern: fc
        .array(
          fc
            .tuple(
              fc.oneof(
                { maxDepth: 3 },
                { weight: 4, arbitrary: atom },
                tie("pattern").map((p) => `(${p})`),
                tie("pattern").map((p) => `(?=${p})`),
                tie("pattern").map((p) => `(?!${p})`),
                fc.tuple(tie("pattern"), tie("pattern")).map(([a, b]) => `(?:${a}|${b})`),
              ),
              fc.constantFrom("", "", "", "?", "{1,2}", "+?"),
            )
            .map(([one, count]) => (/^(?:\^|\$|\\b|\(\?=.*|\(\?!.*)$/.test(one) ? one : one + count)),
          { minLength: 1, maxLength: 3 },
        )
        .map((parts) => parts.join("")),
    }));
    const text = fc.string({ unit: fc.constantFrom("a", "1", "2", "9", ".", "b"), maxLength: 8 });
    let matched = 0;
    fc.assert(
      fc.property(pattern, text, (given, one) => {
        const blind = digitBlind(given);
        if (blind === undefined) return;
        const match = new RegExp(given, "d").exec(one);
        const other = new RegExp(blind.pattern, "d").exec(digitShape(one));
        if (match !== null) matched++;
        if (blind.isSame) assert.deepEqual(other?.indices?.slice(), match?.indices?.slice());
        else if (match !== null) assert.notEqual(other, null);
      }),
      { numRuns: 3000 },
    );
    assert.ok(matched > 300);
  });
});
