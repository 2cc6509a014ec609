import assert from "node:assert/strict";
import { DissectError } from "../../src/language/dissect.ts";
import { type BeatsDissectOptions, compileBeatsDissect } from "../../src/transform/beats-dissect.ts";

const dissect = (options: BeatsDissectOptions, message: string, more: object = {}): object =>
  compileBeatsDissect(options)({ message, ...more });

describe("Beats' dissect", () => {
  it("puts fields below its target", () => {
    assert.deepEqual(dissect({ tokenizer: "%{a}-%{b}" }, "x-y"), { "dissect.a": "x", "dissect.b": "y" });
    assert.deepEqual(dissect({ tokenizer: "%{a}", target_prefix: "" }, "x"), { a: "x" });
  });

  it("cuts by lengths, and wants all their characters", () => {
    assert.deepEqual(dissect({ tokenizer: "%{y#4}%{m#2}:%{rest}", target_prefix: "" }, "202611:x"), {
      y: "2026",
      m: "11",
      rest: "x",
    });
    assert.throws(() => dissect({ tokenizer: "%{y#4}" }, "202"), DissectError);
    assert.throws(() => dissect({ tokenizer: "%{y#4}-%{m}" }, "20261-1"), DissectError);
  });

  it("converts, and fails where it cannot", () => {
    const tokenizer = "%{n|integer} %{f|float} %{b|boolean}";
    assert.deepEqual(dissect({ tokenizer, target_prefix: "" }, "-7 1.5 true"), { n: -7, f: 1.5, b: true });
    assert.throws(() => dissect({ tokenizer }, "x 1.5 true"), /"x" is no integer/);
  });

  it("trims the side it is told", () => {
    const options = { tokenizer: "[%{a}]", target_prefix: "", trim_chars: " \t" };
    assert.deepEqual(dissect({ ...options, trim_values: "all" }, "[ x\t ]"), { a: "x" });
    assert.deepEqual(dissect({ ...options, trim_values: "left" }, "[ x ]"), { a: "x " });
  });

  it("leaves a field that is there, unless told to overwrite it; failures can be passed over", () => {
    const options = { tokenizer: "%{a}", target_prefix: "" };
    assert.throws(() => dissect(options, "x", { a: 1 }), /there is a field a/);
    assert.deepEqual(dissect({ ...options, overwrite_keys: true }, "x", { a: 1 }), { a: "x" });
    assert.deepEqual(dissect({ ...options, ignore_failure: true }, "x", { a: 1 }), {});
  });
});
