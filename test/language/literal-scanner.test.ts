import assert from "node:assert/strict";
import fc from "fast-check";
import { LiteralScanner } from "../../src/language/literal-scanner.ts";

function found(literals: readonly string[], text: string): string[] {
  const marks = new Int32Array(literals.length);
  const numbers = new Int32Array(literals.length);
  const count = new LiteralScanner(literals).scan(text, marks, 7, numbers);
  const marked = literals.filter((_, i) => marks[i] === 7);
  // Each once.
  assert.deepEqual([...numbers.subarray(0, count)].map((i) => literals[i]).sort(), [...marked].sort());
  return marked;
}

describe("literals in a text", () => {
  it("are found in any case, also inside each other", () => {
    assert.deepEqual(found(["he", "she", "his", "hers", "x"], "USHERS"), ["he", "she", "hers"]);
    assert.deepEqual(found(["abcd", "bc", "c"], "zabcz"), ["bc", "c"]);
    assert.deepEqual(found(["abcd", "bcx", "c"], "abc"), ["c"]);
    assert.deepEqual(found(["a b", "b"], "xé a B"), ["a b", "b"]);
    assert.deepEqual(found([], "text"), []);
    assert.deepEqual(found(["a"], ""), []);
  });

  it("may have any digit for a 0", () => {
    const scanner = new LiteralScanner(["nt 0.0", "00", "a"], true);
    const numbers = new Int32Array(3);
    const count = (text: string): number => scanner.scan(text, new Int32Array(3), 1, numbers);
    assert.deepEqual(
      [count("NT 6.1"), count("0"), count("97 8"), count("nt 1.2 ab 30"), count("nt .x")],
      [1, 0, 1, 3, 0],
    );
  });

  it("are those that the text includes", () => {
    const literal = fc.string({ unit: fc.constantFrom("a", "b", "c", "/"), minLength: 1, maxLength: 6, size: "max" });
    const text = fc.string({
      unit: fc.constantFrom("a", "b", "c", "/", "A", "B", "ü", "z"),
      maxLength: 40,
      size: "max",
    });
    fc.assert(
      fc.property(fc.uniqueArray(literal, { maxLength: 30, size: "max" }), text, (literals, given) => {
        const expected = literals.filter((one) => given.toLowerCase().includes(one));
        assert.deepEqual(found(literals, given), expected);
      }),
      { numRuns: 500 },
    );
  });

  it("keep their marks of earlier texts apart", () => {
    const scanner = new LiteralScanner(["a", "b"]);
    const marks = new Int32Array(2);
    scanner.scan("a", marks, 1, new Int32Array(2));
    scanner.scan("b", marks, 2, new Int32Array(2));
    assert.deepEqual([...marks], [1, 2]);
  });
});
