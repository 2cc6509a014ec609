import assert from "node:assert/strict";
import fc from "fast-check";
import { cutToWidth, padToWidth, printable, textWidth } from "../../../src/cli/search/text-width.ts";

describe("the width of texts on a terminal", () => {
  for (const [text, width] of [
    ["", 0],
    ["plain text", 10],
    ["Grüße", 5],
    ["e\u0301", 1],
    ["注文", 4],
    ["ｆｕｌｌ", 8],
    ["한글", 4],
    ["🎉", 2],
    ["👩‍👩‍👧", 2],
    ["❤\ufe0f", 2],
    ["🇩🇪", 2],
    ["\u200b", 0],
    ["→…—", 3],
  ] as const) {
    it(`${JSON.stringify(text)} takes ${width}`, () => assert.equal(textWidth(text), width));
  }

  const texts = fc.string({ unit: "grapheme", maxLength: 40 });

  it("a text that is cut fits, is a beginning, and is as long as can be", () => {
    fc.assert(
      fc.property(texts, fc.nat(50), (text, width) => {
        const cut = cutToWidth(text, width);
        assert.ok(text.startsWith(cut));
        assert.ok(textWidth(cut) <= width);
        if (cut !== text) assert.ok(textWidth(cut) >= width - 1);
      }),
    );
  });

  it("a text with blanks has the width, unless it is wider", () => {
    fc.assert(
      fc.property(texts, fc.nat(50), (text, width) => {
        assert.equal(textWidth(padToWidth(text, width)), Math.max(width, textWidth(text)));
      }),
    );
  });

  it("what is printed is one line without control characters", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary", maxLength: 40 }), (text) => {
        assert.doesNotMatch(printable(text), /[\u0000-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/);
      }),
    );
    assert.equal(printable("a\n\tb  c\u001b[2J\ud800"), "a b c�[2J�");
    assert.equal(printable("注文 🎉"), "注文 🎉");
  });
});
