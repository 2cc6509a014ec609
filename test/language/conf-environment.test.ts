import assert from "node:assert/strict";
import { readEscapes, substituteVariables } from "../../src/language/environment.ts";

describe("conf: environment variables", () => {
  const environment = { A: "1", EMPTY: "", "a.b": "dot", MONEY: "$1 $& ${A}" };
  const cases: readonly (readonly [string, string, readonly string[]])[] = [
    ["plain", "plain", []],
    ["${A}", "1", []],
    ["x${A}y${a.b}z", "x1ydotz", []],
    ["${A:other}", "1", []],
    ["${B:other}", "other", []],
    ["${B:}", "", []],
    ["${B:with: colon, space}", "with: colon, space", []],
    ["${EMPTY:other}", "", []],
    ["${B} ${C:c} ${D}", "${B} c ${D}", ["B", "D"]],
    // What a variable holds is taken as it is.
    ["${MONEY}", "$1 $& ${A}", []],
    ["$A $ {A} ${1A} ${A", "$A $ {A} ${1A} ${A", []],
    ["%{A} ${A}", "%{A} 1", []],
  ];
  for (const [text, expected, missing] of cases) {
    it(JSON.stringify(text), () => {
      assert.deepEqual(substituteVariables(text, environment), { text: expected, missing });
    });
  }

  it("names of JavaScript's own objects are not set", () => {
    assert.deepEqual(substituteVariables("${constructor}", {}).missing, ["constructor"]);
  });
});

describe("conf: escapes", () => {
  const cases: readonly (readonly [string, string])[] = [
    ["plain", "plain"],
    [String.raw`\n\r\t\0`, "\n\r\t\0"],
    [String.raw`\"\'\\`, `"'\\`],
    [String.raw`\\n`, String.raw`\n`],
    [String.raw`\d+\.\w`, String.raw`\d+\.\w`],
    ["end\\", "end\\"],
  ];
  for (const [text, expected] of cases) it(text, () => assert.equal(readEscapes(text), expected));
});
