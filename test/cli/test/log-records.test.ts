import assert from "node:assert/strict";
import fc from "fast-check";
import { logRecords } from "../../../src/cli/test/log-records.ts";
import type { LineJoin } from "../../../src/plugin/definitions.ts";

const INDENTED: LineJoin = { pattern: /^\s/, negate: false, match: "after", maxLines: 500, timeoutMs: 0 };

function texts(file: string, join?: LineJoin): string[] {
  return logRecords(Buffer.from(file), join).map(({ bytes }) => bytes.toString("utf8"));
}

describe("records of a test's log", () => {
  it("are its lines, ended by LF or CRLF, the last one also without an end; empty ones count", () => {
    assert.deepEqual(texts("one\ntwo\r\n\nlast"), ["one", "two", "", "last"]);
    assert.deepEqual(texts(""), []);
    assert.deepEqual(texts("\n"), [""]);
    assert.deepEqual(texts("\ufeffone\n"), ["one"]);
  });

  it("know their line and their byte", () => {
    const records = logRecords(Buffer.from("ä\n b\nc\r\nd"), INDENTED);
    assert.deepEqual(
      records.map(({ line, offset, lines }) => [line, offset, lines]),
      [
        [1, 0, 2],
        [3, 6, 1],
        [4, 9, 1],
      ],
    );
  });

  it("are joined to the line before, or to the one behind, and cut at the most lines", () => {
    assert.deepEqual(texts("a\n b\n c\nd\n", INDENTED), ["a\n b\n c", "d"]);
    assert.deepEqual(texts(" first\na\r\n b\r\n", INDENTED), [" first", "a\n b"]);
    const continued: LineJoin = { ...INDENTED, pattern: /\\$/, match: "before" };
    assert.deepEqual(texts("a\\\nb\nc\n", continued), ["a\\\nb", "c"]);
    const dated: LineJoin = { ...INDENTED, pattern: /^\d/, negate: true };
    assert.deepEqual(texts("1\nx\n2\n", dated), ["1\nx", "2"]);
    assert.deepEqual(texts("a\n b\n c\n d\n", { ...INDENTED, maxLines: 2 }), ["a\n b", " c\n d"]);
  });

  it("hold every line once, joined or not", () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom("a", " b", "", "\tc", "d\r")), fc.boolean(), (lines, join) => {
        const file = lines.map((line) => `${line}\n`).join("");
        const found = texts(file, join ? INDENTED : undefined);
        assert.deepEqual(
          found.flatMap((text) => text.split("\n")),
          lines.map((line) => line.replace(/\r$/, "")),
        );
      }),
    );
  });
});
