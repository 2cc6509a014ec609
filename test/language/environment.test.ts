import assert from "node:assert/strict";
import { readEscapes, substituteVariables } from "../../src/language/environment.ts";

const ENVIRONMENT = { HOST: "web-1", EMPTY: "", "dotted.name": "d", CIRCLE: "${HOST}", MONEY: "$& $1" };

describe("environment variables", () => {
  const cases: readonly [string, string, readonly string[]][] = [
    ["no variables: $HOST $ {HOST} {HOST}", "no variables: $HOST $ {HOST} {HOST}", []],
    ["${HOST}", "web-1", []],
    ["http://${HOST}:9200/${HOST}", "http://web-1:9200/web-1", []],
    ["${NONE}", "${NONE}", ["NONE"]],
    ["${NONE:default}", "default", []],
    ["${NONE:}", "", []],
    ["${NONE:a:b c}", "a:b c", []],
    ["${HOST:default}", "web-1", []],
    ["${EMPTY}", "", []],
    ["${EMPTY:default}", "", []],
    ["${dotted.name}", "d", []],
    ["${CIRCLE}", "${HOST}", []],
    ["${MONEY}", "$& $1", []],
    ["${1ST} ${}", "${1ST} ${}", []],
    ["${NONE} ${OTHER} ${HOST}", "${NONE} ${OTHER} web-1", ["NONE", "OTHER"]],
    ["${constructor}", "${constructor}", ["constructor"]],
    ["${HOST", "${HOST", []],
  ];
  for (const [text, expected, missing] of cases) {
    it(JSON.stringify(text), () =>
      assert.deepEqual(substituteVariables(text, ENVIRONMENT), { text: expected, missing }),
    );
  }
});

describe("escapes of config.support_escapes", () => {
  const cases: readonly [string, string][] = [
    ["a\\nb\\rc\\td\\0e", "a\nb\rc\td\0e"],
    ["\\\"\\'\\\\", "\"'\\"],
    ["\\\\n", "\\n"],
    ["\\d+\\.", "\\d+\\."],
    ["end\\", "end\\"],
    ["\\\n", "\\\n"],
  ];
  for (const [text, expected] of cases) {
    it(JSON.stringify(text), () => assert.equal(readEscapes(text), expected));
  }
});
