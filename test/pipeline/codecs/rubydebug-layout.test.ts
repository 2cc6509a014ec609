import assert from "node:assert/strict";
import { encode, newEvent } from "../../support/run-codec.ts";

describe("rubydebug codec, its layout", () => {
  it("sets names before their arrows, and each depth four columns further in", () => {
    const event = newEvent(0, {
      message: 'say "hi"\n\t#{x} \\',
      tags: ["a", "b"],
      "@version": "1",
      count: 42,
      ratio: 0.5,
      ok: true,
      nothing: null,
      empty: {},
      none: [],
      host: { name: "web-1", os: { family: "debian" } },
      list: [{ a: 1 }, ["x"]],
    });
    assert.equal(
      encode("rubydebug { }", event),
      [
        "{",
        '       "message" => "say \\"hi\\"\\n\\t\\#{x} \\\\",',
        '          "tags" => [',
        '        [0] "a",',
        '        [1] "b"',
        "    ],",
        '      "@version" => "1",',
        '         "count" => 42,',
        '         "ratio" => 0.5,',
        '            "ok" => true,',
        '       "nothing" => nil,',
        '         "empty" => {},',
        '          "none" => [],',
        '          "host" => {',
        '        "name" => "web-1",',
        '          "os" => {',
        '            "family" => "debian"',
        "        }",
        "    },",
        '          "list" => [',
        "        [0] {",
        '            "a" => 1',
        "        },",
        "        [1] [",
        '            [0] "x"',
        "        ]",
        "    ],",
        '    "@timestamp" => 2026-11-22T12:00:00.000Z',
        "}",
        "",
      ].join("\n"),
    );
  });

  it("shows metadata only when told to, and only when there is some", () => {
    const event = newEvent();
    event.metadata = { a: 1 };
    assert.equal(encode("rubydebug { }", event), '{\n    "@timestamp" => 2026-11-22T12:00:00.000Z\n}\n');
    assert.equal(
      encode("rubydebug { metadata => true }", event),
      '{\n    "@timestamp" => 2026-11-22T12:00:00.000Z,\n     "@metadata" => {\n        "a" => 1\n    }\n}\n',
    );
    assert.doesNotMatch(encode("rubydebug { metadata => true }", newEvent()), /@metadata/);
  });

  it("sets numbers of a long list right", () => {
    const text = encode("rubydebug { }", newEvent(0, { list: Array.from({ length: 11 }, (_, i) => i) }));
    assert.match(text, /^ {8}\[ 9\] 9,\n {8}\[10\] 10$/m);
  });
});
