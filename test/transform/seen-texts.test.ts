import assert from "node:assert/strict";
import { SeenTexts } from "../../src/transform/seen-texts.ts";

describe("texts seen", () => {
  it("are known from their second time on", () => {
    const seen = new SeenTexts();
    for (const text of ["Chrome/97.0.1.2", "Chrome/97.0.1.3", "é"]) {
      assert.deepEqual([seen.again(text), seen.again(text), seen.again(text)], [false, true, true]);
    }
    assert.equal(seen.again("Chrome/97.0.1.2"), true);
  });

  it("are forgotten for others when there are many", () => {
    const seen = new SeenTexts(16);
    const texts = Array.from({ length: 1000 }, (_, i) => `text ${i}`);
    for (const text of texts) assert.equal(seen.again(text), false, text);
    const known = texts.filter((text) => seen.again(text));
    assert.ok(known.length <= 16);
  });
});
