import assert from "node:assert/strict";
import { TextSlice } from "../../src/event/lazy-value.ts";
import { SharedTree } from "../../src/event/shared-tree.ts";
import { Timestamp } from "../../src/event/timestamp.ts";
import type { StoredValue } from "../../src/event/value.ts";
import { WholeFloat } from "../../src/event/whole-float.ts";
import { rubyToS } from "../../src/transform/ruby-to-s.ts";

describe("rubyToS", () => {
  const rows: [string, StoredValue, string][] = [
    ["nothing of null", null, ""],
    ["a text as it is", 'a "b"', 'a "b"'],
    ["a text in the batch's bytes", new TextSlice(Buffer.from("xäy"), 0, 4), "xäy"],
    ["whole numbers", -17, "-17"],
    ["whole numbers beyond 21 digits without exponent", 1e21, "1000000000000000000000"],
    ["floats without a fraction", new WholeFloat(3), "3.0"],
    ["a fraction", 0.25, "0.25"],
    ["the smallest fraction without exponent", 0.0001, "0.0001"],
    ["small fractions with two digits of exponent", 0.00001, "1.0e-05"],
    ["several digits and an exponent", -1.5e-7, "-1.5e-07"],
    ["an exponent of three digits", 1e-100, "1.0e-100"],
    [
      "milliseconds of a time, also of a whole second",
      Timestamp.parse("2026-01-02T03:04:05Z") as Timestamp,
      "2026-01-02T03:04:05.000Z",
    ],
    [
      "microseconds in threes",
      Timestamp.parse("2026-01-02T03:04:05.1234Z") as Timestamp,
      "2026-01-02T03:04:05.123400Z",
    ],
    ["nanoseconds", Timestamp.parse("2026-01-02T03:04:05.1234567Z") as Timestamp, "2026-01-02T03:04:05.123456700Z"],
    ["a list", ["a", 1, null, true, new WholeFloat(2)], '["a", 1, nil, true, 2.0]'],
    ["an object", { b: "x\n", a: [0.00001] }, '{"b"=>"x\\n", "a"=>[1.0e-05]}'],
    ["an object that events share", new SharedTree({ a: { b: 1 } }), '{"a"=>{"b"=>1}}'],
  ];
  for (const [name, value, text] of rows) it(`writes ${name}`, () => assert.equal(rubyToS(value), text));

  it("leaves out what was removed", () => {
    assert.equal(rubyToS({ a: undefined as unknown as StoredValue, b: 1 }), '{"b"=>1}');
  });

  it("sorts names at all depths by their bytes", () => {
    assert.equal(rubyToS({ b: [{ ä: 1, z: 2 }], B: 3 }, true), '{"B"=>3, "b"=>[{"z"=>2, "ä"=>1}]}');
  });

  it("changes nothing of what it reads", () => {
    const list = [new WholeFloat(3)];
    rubyToS(list);
    assert.ok(list[0] instanceof WholeFloat);
  });
});
