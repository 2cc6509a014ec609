import assert from "node:assert/strict";
import { describe, it } from "mocha";
import type { ObjectValue } from "../../../../src/event/value.ts";
import { findings, madeHost, processed, processors } from "./run-processors.ts";

type Case = readonly [title: string, yaml: string, before: ObjectValue, after: ObjectValue];

const JSON_CASES: readonly Case[] = [
  ["in place", "- decode_json_fields: { fields: [m] }", { m: '{"a":{"b":1}}' }, { m: { a: { b: 1 } } }],
  ["under a target", "- decode_json_fields: { fields: [m], target: x.y }", { m: "[1]" }, { m: "[1]" }],
  [
    "a list",
    "- decode_json_fields: { fields: [m], target: x.y, process_array: true }",
    { m: "[1]" },
    { m: "[1]", x: { y: [1] } },
  ],
  [
    "at the top, what is there stays",
    "- decode_json_fields: { fields: [message], target: '' }",
    { message: '{"message":"in","n":1,"host":{"name":"a","ip":"b"}}', host: { name: "c" } },
    {
      message: '{"message":"in","n":1,"host":{"name":"a","ip":"b"}}',
      host: { name: "c", ip: "b" },
      n: 1,
    },
  ],
  [
    "at the top, over what is there, with keys expanded",
    "- decode_json_fields: { fields: [message], target: '', overwrite_keys: true, expand_keys: true }",
    { message: '{"message":"in","a.b":1,"a":{"c":2}}' },
    { message: "in", a: { b: 1, c: 2 } },
  ],
  [
    "two levels",
    "- decode_json_fields: { fields: [m], max_depth: 2 }",
    { m: '{"a":"{\\"b\\":\\"{}\\"}","c":"[x","d":"5"}' },
    { m: { a: { b: "{}" }, c: "[x", d: "5" } },
  ],
  ["no text", "- decode_json_fields: { fields: [m, none] }", { m: 1 }, { m: 1 }],
  ["not JSON, quietly", "- decode_json_fields: { fields: [m], add_error_key: false }", { m: "{" }, { m: "{" }],
];

const DISSECT_CASES: readonly Case[] = [
  [
    "parts under dissect",
    '- dissect: { tokenizer: "%{ip} [%{time}] %{size|integer}" }',
    { message: "10.0.0.1 [now] 42" },
    { message: "10.0.0.1 [now] 42", dissect: { ip: "10.0.0.1", time: "now", size: 42 } },
  ],
  [
    "at the top, trimmed",
    '- dissect: { tokenizer: "%{a.b}|%{c}", target_prefix: "", trim_values: all, field: m }',
    { m: " x | y" },
    { m: " x | y", a: { b: "x" }, c: "y" },
  ],
  [
    "does not fit",
    '- dissect: { tokenizer: "%{a}|%{b}" }',
    { message: "x", log: { flags: ["multiline"] } },
    { message: "x", log: { flags: ["multiline", "dissect_parsing_error"] } },
  ],
  [
    "does not fit, quietly",
    '- dissect: { tokenizer: "%{a}|%{b}", ignore_failure: true }',
    { message: "x" },
    { message: "x" },
  ],
  [
    "a field is there",
    '- dissect: { tokenizer: "%{a} %{b}", target_prefix: "" }',
    { message: "x y", b: 1 },
    { message: "x y", b: 1, log: { flags: ["dissect_parsing_error"] } },
  ],
  [
    "over what is there",
    '- dissect: { tokenizer: "%{a} %{b}", target_prefix: "", overwrite_keys: true }',
    { message: "x y", b: 1 },
    { message: "x y", a: "x", b: "y" },
  ],
];

const OTHER_CASES: readonly Case[] = [
  [
    "truncate_fields in bytes, whole characters",
    "- truncate_fields: { fields: [a, b, none], max_bytes: 4 }",
    { a: "aéé", b: "abcd" },
    { a: "aé", b: "abcd", log: { flags: ["truncated"] } },
  ],
  [
    "truncate_fields in characters",
    "- truncate_fields: { fields: [a], max_characters: 2 }",
    { a: "a😀b" },
    { a: "a😀", log: { flags: ["truncated"] } },
  ],
  [
    "truncate_fields of a number",
    "- truncate_fields: { fields: [a, b], max_characters: 2 }",
    { a: "abc", b: 1 },
    { a: "abc", b: 1, error: { message: "truncate_fields: b is no text" } },
  ],
  [
    "convert",
    "- convert: { fields: [{ from: a, type: integer }, { from: b, to: c.d, type: float }, { from: e, type: boolean }, { from: f, type: string }, { from: g, type: ip }, { from: h, to: i }] }",
    { a: "-0x1F", b: "1.5", e: "T", f: 1.5, g: "::1", h: [1] },
    { a: -31, b: "1.5", c: { d: 1.5 }, e: true, f: "1.5", g: "::1", h: [1], i: [1] },
  ],
  [
    "convert, renaming",
    "- convert: { mode: rename, fields: [{ from: a, to: b, type: long }] }",
    { a: "9007199254740991" },
    { b: 9007199254740991 },
  ],
  [
    "convert that fails",
    "- convert: { fields: [{ from: a, type: integer }, { from: b, type: integer }] }",
    { a: "1", b: "2147483648" },
    { a: "1", b: "2147483648", error: { message: 'convert: b is no integer: "2147483648"' } },
  ],
  [
    "convert that goes on",
    "- convert: { fail_on_error: false, fields: [{ from: a, type: ip }, { from: b, type: integer }] }",
    { a: "1", b: "2" },
    { a: "1", b: 2 },
  ],
  [
    "replace",
    "- replace: { fields: [{ field: a, pattern: '(?P<x>\\d)(\\d)', replacement: '$2$x-$$$9' }] }",
    { a: "12 34" },
    { a: "21-$ 43-$" },
  ],
  [
    "urldecode",
    "- urldecode: { fields: [{ from: a, to: b }, { from: c }] }",
    { a: "x+%C3%A9%20", c: "%2F" },
    { a: "x+%C3%A9%20", b: "x é ", c: "/" },
  ],
  [
    "urldecode that fails",
    "- urldecode: { fields: [{ from: a }] }",
    { a: "100%" },
    { a: "100%", error: { message: "urldecode: a has a % without two hexadecimal digits" } },
  ],
  [
    "decode_base64_field",
    "- decode_base64_field: { field: { from: a, to: b } }",
    { a: "aGVsbG8=" },
    { a: "aGVsbG8=", b: "hello" },
  ],
  [
    "decode_base64_field in place, without padding",
    "- decode_base64_field: { field.from: a }",
    { a: "aGVsbG8" },
    { a: "hello" },
  ],
  [
    "decode_base64_field that fails",
    "- decode_base64_field: { field.from: a }",
    { a: "a b" },
    { a: "a b", error: { message: "decode_base64_field: a is no base64" } },
  ],
];

describe("processors that decode", () => {
  for (const [group, cases] of [
    ["decode_json_fields: ", JSON_CASES],
    ["dissect: ", DISSECT_CASES],
    ["", OTHER_CASES],
  ] as const)
    for (const [title, yaml, before, expected] of cases)
      it(group + title, () => assert.deepEqual(processed(yaml, before).fields, expected));

  it("decode_json_fields notes what is no JSON, and goes on", () => {
    const { fields } = processed("- decode_json_fields: { fields: [a, b] }", { a: "{", b: "{}" });
    assert.deepEqual([fields["a"], fields["b"]], ["{", {}]);
    assert.match((fields["error"] as ObjectValue)["message"] as string, /^decode_json_fields: a: /);
  });

  it("decode_json_fields sets time and id", () => {
    const yaml = "- decode_json_fields: { fields: [m], target: '', overwrite_keys: true, document_id: key }";
    const { fields, metadata, timestamp } = processed(yaml, {
      m: '{"key":"k1","@timestamp":"2020-05-06T07:08:09.5+02:00","__proto__":{"x":1}}',
    });
    assert.deepEqual([metadata, timestamp], [{ _id: "k1" }, "2020-05-06T05:08:09.500Z"]);
    assert.equal(fields["key"], undefined);
    assert.equal(({} as ObjectValue)["x"], undefined);
  });

  it("fingerprint", () => {
    // sha256 of "|a|x|b.c|1|", sorted by name, from coreutils' sha256sum.
    const fields = { b: { c: 1 }, a: "x" };
    const hex = "3aaed69efd03c647a7de7e0e000f9ec4781ac6344db427f9bed40b2e6a158295";
    assert.equal(processed("- fingerprint: { fields: [b.c, a, a] }", fields).fields["fingerprint"], hex);
    const id =
      "- fingerprint: { fields: [a, none], ignore_missing: true, method: md5, encoding: base32, target_field: '@metadata._id' }";
    assert.equal(processed(id, fields).metadata["_id"], "ISY4AC2CCYYPQWMXF3BNXJK3OA======");
    const missing = processed("- fingerprint: { fields: [none] }", {});
    assert.deepEqual(missing.fields, { error: { message: "fingerprint: there is no field none" } });
    const time = processed("- fingerprint: { fields: ['@timestamp'], method: md5 }", {});
    assert.equal(time.fields["fingerprint"], "f24bc2051e563034332a91bacbf8160c");
  });

  it("rate_limit drops beyond the rate, for each value", () => {
    const time = { now: 0 };
    const list = processors(
      "- rate_limit: { limit: 2/s, fields: [user], algorithm.token_bucket.burst_multiplier: 1.5 }",
      madeHost({}, time),
    );
    const kept = (user: string): boolean =>
      list.every((processor) => processor.run({ timestamp: "", fields: { user }, metadata: {} }));
    assert.deepEqual(["a", "a", "a", "a", "b"].map(kept), [true, true, true, false, true]);
    time.now = 500;
    assert.deepEqual(["a", "a"].map(kept), [true, false]);
    time.now = 0;
    assert.equal(kept("a"), false);
    assert.equal(list[0]?.reads, undefined);
  });

  it("names what is wrong", () => {
    const cases: readonly (readonly [yaml: string, finding: RegExp])[] = [
      ["- dissect: { tokenizer: plain }", /^error 1: the tokenizer is wrong/],
      ["- truncate_fields: { fields: [a] }", /^error 1: truncate_fields needs max_bytes or max_characters/],
      ["- rate_limit: { limit: 10 }", /^error 1: limit is a number of events in a time/],
      ["- fingerprint: { fields: [a], method: xxhash }", /^error 1: method is sha256, md5/],
      ["- convert: { fields: [{ from: a, type: int }] }", /^error 1: there is no type "int"/],
      ["- decode_json_fields: { fields: [a], max_depth: 0 }", /^error 1: max_depth is a whole number from 1/],
      ["- replace: { fields: [{ field: a, pattern: '(', replacement: b }] }", /^error 1: this is not a regular/],
      ["- timestamp: { field: a, layouts: [never] }", /^error 1: "never" has nothing of Go's reference time/],
      ["- timestamp: { field: a, layouts: [UNIX], test: [x] }", /^error 1: no layout reads "x"/],
      ["- timestamp: { field: a, layouts: ['2006'], timezone: Moon/Base }", /^error 1: there is no time zone "Moon/],
    ];
    for (const [yaml, finding] of cases) assert.match(findings(yaml)[0] ?? "nothing found", finding, yaml);
  });
});
