import assert from "node:assert/strict";
import { Timestamp } from "../../../src/event/timestamp.ts";
import { rubydebug } from "../../../src/pipeline/codecs/rubydebug.ts";
import { encode } from "./support.ts";

describe("rubydebug codec", () => {
  it("shows an event as stdout does in Logstash", () => {
    const event = {
      "@timestamp": new Timestamp(Date.UTC(2026, 10, 22, 10)),
      "@version": "1",
      message: 'GET "/" 200\ttab',
      host: { name: "web-1", ip: ["10.0.0.1", "::1"] },
      tags: ["_grokparsefailure"],
      bytes: 512,
      ratio: 0.25,
      ok: true,
      nothing: null,
      empty: {},
      none: [],
    };
    assert.equal(
      encode(rubydebug, {}, event),
      `{
    "@timestamp" => 2026-11-22T10:00:00.000Z,
      "@version" => "1",
       "message" => "GET \\"/\\" 200\\ttab",
          "host" => {
        "name" => "web-1",
          "ip" => [
            [0] "10.0.0.1",
            [1] "::1"
        ]
    },
          "tags" => [
        [0] "_grokparsefailure"
    ],
         "bytes" => 512,
         "ratio" => 0.25,
            "ok" => true,
       "nothing" => nil,
         "empty" => {},
          "none" => []
}
`,
    );
  });

  it("aligns the numbers of long lists and shows objects in lists", () => {
    const list = Array.from({ length: 11 }, (_, i) => (i === 10 ? { a: 1 } : i));
    const text = encode(rubydebug, {}, { list });
    assert.ok(text.includes("\n        [ 0] 0,\n        [ 1] 1,\n"), text);
    assert.ok(text.includes('\n        [10] {\n            "a" => 1\n        }\n    ]\n}\n'), text);
  });

  const texts: [string, string][] = [
    ["a\nb\r\n", '"a\\nb\\r\\n"'],
    ["back\\slash", '"back\\\\slash"'],
    ["\x1b[31mred\x07\x00\x7f", '"\\e[31mred\\a\\x00\\x7F"'],
    ["#{x} #$y #@z # #a", '"\\#{x} \\#$y \\#@z # #a"'],
    ["Grüße 世界 🙂", '"Grüße 世界 🙂"'],
    ["\u0085\u2028", '"\\u0085\\u2028"'],
  ];
  for (const [text, expected] of texts) {
    it(`writes ${expected}`, () => {
      assert.equal(encode(rubydebug, {}, { t: text }), `{\n    "t" => ${expected}\n}\n`);
    });
  }

  const numbers: [number, string][] = [
    [1e20, "100000000000000000000"],
    [1e22, "10000000000000000000000"],
    [-0.5, "-0.5"],
    [0.0001, "0.0001"],
    [0.00001, "1.0e-05"],
    [-1.25e-10, "-1.25e-10"],
  ];
  for (const [value, expected] of numbers)
    it(`shows the number ${expected}`, () =>
      assert.equal(encode(rubydebug, {}, { n: value }), `{\n    "n" => ${expected}\n}\n`));

  it("shows metadata only when asked, and where there is any", () => {
    const event = { a: 1, "@metadata": { b: "c" } };
    assert.equal(encode(rubydebug, {}, event), '{\n    "a" => 1\n}\n');
    assert.equal(
      encode(rubydebug, { metadata: true }, event),
      '{\n            "a" => 1,\n    "@metadata" => {\n        "b" => "c"\n    }\n}\n',
    );
    assert.equal(encode(rubydebug, { metadata: true }, { a: 1 }), '{\n    "a" => 1\n}\n');
  });
});
