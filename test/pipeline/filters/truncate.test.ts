import assert from "node:assert/strict";
import fc from "fast-check";
import { truncateText } from "../../../src/transform/truncate.ts";
import { outcome } from "./support.ts";

describe("truncate filter", () => {
  it("cuts only the fields given, also in lists", () => {
    const config = 'truncate { fields => ["a", "[b][c]", "none"] length_bytes => 2 }';
    assert.deepEqual(outcome(config, { a: ["xyz", 12345], b: { c: "xyz" }, d: "xyz" }), {
      a: ["xy", 12345],
      b: { c: "xy" },
      d: "xyz",
    });
  });

  it("gives the longest beginning of whole characters", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme" }), fc.nat(40), (text, bytes) => {
        let longest = "";
        for (const character of text) {
          if (Buffer.byteLength(longest + character) > bytes) break;
          longest += character;
        }
        assert.equal(truncateText(text, bytes), longest);
      }),
    );
  });
});
