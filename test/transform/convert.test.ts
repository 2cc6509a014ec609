import assert from "node:assert/strict";
import { materialise } from "../../src/event/lazy-value.ts";
import { Timestamp } from "../../src/event/timestamp.ts";
import type { Value } from "../../src/event/value.ts";
import { ConversionError, type ConvertType, convertValue } from "../../src/transform/convert.ts";

describe("converting values", () => {
  const cases: readonly [ConvertType, Value, Value][] = [
    ["integer", "42", 42],
    ["integer", " -7 ", -7],
    ["integer", "1,234", 1234],
    ["integer", "12.9", 12],
    ["integer", "-12.9", -12],
    ["integer", "12 plums", 12],
    ["integer", "plums", 0],
    ["integer", "", 0],
    ["integer", "0x1F", 31],
    ["integer", "1e3", 1000],
    ["integer", "1_000", 1000],
    ["integer", 3.99, 3],
    ["integer", -3.99, -3],
    ["integer", true, 1],
    ["integer", false, 0],
    ["integer", new Timestamp(1999), 1],
    ["integer", ["1", "2", null], [1, 2, null]],
    ["integer_eu", "1.234,56", 1234],
    ["float", "1,234.5", 1234.5],
    ["float", "1e-3", 0.001],
    ["float", "0x1p4", 16],
    ["float", 5, 5],
    ["float", true, 1],
    ["float", new Timestamp(1500), 1.5],
    ["float_eu", "1.234,56", 1234.56],
    ["string", 5, "5"],
    ["string", 1.5, "1.5"],
    ["string", true, "true"],
    ["string", [1, false], ["1", "false"]],
    ["boolean", "TRUE", true],
    ["boolean", "y", true],
    ["boolean", "1.0", true],
    ["boolean", 1, true],
    ["boolean", "no", false],
    ["boolean", "", false],
    ["boolean", 0, false],
    ["boolean", "maybe", "maybe"],
    ["boolean", 2, 2],
    ["string", null, null],
    ["integer", { a: "1" }, { a: "1" }],
  ];
  for (const [type, value, expected] of cases) {
    it(`${JSON.stringify(value)} to ${type} is ${JSON.stringify(expected)}`, () => {
      assert.deepEqual(materialise(convertValue(value, type)), expected);
    });
  }

  for (const [type, value] of [
    ["float", "apples"],
    ["float", "12 apples"],
    ["float", ""],
    ["float", ".5"],
    ["integer", "one"],
    ["integer", "12 apples"],
    ["integer", [["1"]]],
  ] as const satisfies readonly [ConvertType, Value][]) {
    it(`${JSON.stringify(value)} is no ${type}`, () => {
      assert.throws(() => convertValue(value as Value, type), ConversionError);
    });
  }
});
