import assert from "node:assert/strict";
import fc from "fast-check";
import { rubyInspect } from "../../src/transform/ruby-inspect.ts";
import { rubyCapitalize, rubySplit, rubyStrip } from "../../src/transform/ruby-text.ts";

describe("Ruby's text functions", () => {
  it("strip takes ASCII white space and NUL from both ends, nothing else", () => {
    fc.assert(
      fc.property(
        fc.stringMatching(/^[ \t\n\0]*$/),
        fc.string({ unit: "binary" }),
        fc.stringMatching(/^[ \r\v\0]*$/),
        (before, text, after) => {
          const stripped = rubyStrip(before + text + after);
          assert.ok(!/^[\0\t-\r ]|[\0\t-\r ]$/.test(stripped));
          assert.ok((before + text + after).includes(stripped));
          assert.equal(rubyStrip(stripped), stripped);
          if (!/^[\0\t-\r ]|[\0\t-\r ]$/.test(text)) assert.equal(stripped, text);
        },
      ),
    );
  });

  it("split undoes join, but for empty texts at the end", () => {
    fc.assert(
      fc.property(fc.array(fc.stringMatching(/^[ab]{0,3}$/)), (parts) => {
        const expected = [...parts];
        while (expected.at(-1) === "") expected.pop();
        assert.deepEqual(rubySplit(parts.join(","), ","), expected);
      }),
    );
  });

  it("capitalize", () => {
    const rows: [string, string][] = [
      ["", ""],
      ["hELLO wORLD", "Hello world"],
      ["éa", "Éa"],
      ["𐐨𐐀", "𐐀𐐨"],
      ["1ABC", "1abc"],
    ];
    for (const [text, expected] of rows) assert.equal(rubyCapitalize(text), expected);
  });

  it("inspect leaves no control character and no bare quote", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (text) => {
        const shown = rubyInspect(text);
        assert.ok(!/[\x00-\x1f\x7f]/.test(shown));
        assert.match(shown, /^"(?:[^"\\]|\\.)*"$/s);
      }),
    );
  });
});
