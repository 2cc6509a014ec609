import assert from "node:assert/strict";
import { describe, it } from "mocha";
import type { ObjectValue } from "../../../../src/event/value.ts";
import { findings, processed, processors } from "./run-processors.ts";

const CASES: readonly (readonly [title: string, yaml: string, before: ObjectValue, after: ObjectValue])[] = [
  ["drop_fields", "- drop_fields: { fields: [a.b, c, none] }", { a: { b: 1, d: 2 }, c: 3 }, { a: { d: 2 } }],
  [
    "drop_fields by expression",
    "- drop_fields: { fields: ['/^a\\.(b|c)/'] }",
    { a: { b: 1, c: { x: 1 }, d: 2 } },
    { a: { d: 2 } },
  ],
  ["drop_fields, key with dots", "- drop_fields: { fields: [a.b] }", { "a.b": 1, c: 2 }, { c: 2 }],
  [
    "drop_fields keeps type",
    "- drop_fields: { fields: [type, '@timestamp', '/./'] }",
    { type: "t", x: 1 },
    { type: "t" },
  ],
  [
    "include_fields",
    "- include_fields: { fields: [a.b, c.d, none] }",
    { a: { b: 1, x: 1 }, c: 2, type: "t" },
    { a: { b: 1 }, type: "t" },
  ],
  [
    "include_fields by expression",
    "- include_fields: { fields: ['/^ht/'] }",
    { http: { a: 1 }, message: "m" },
    { http: { a: 1 } },
  ],
  ["rename", "- rename: { fields: [{ from: a, to: b.c }] }", { a: 1 }, { b: { c: 1 } }],
  ["rename into itself", "- rename: { fields: [{ from: a, to: a.b }] }", { a: 1 }, { a: { b: 1 } }],
  [
    "rename of what may be missing",
    "- rename: { ignore_missing: true, fields: [{ from: a, to: b }, { from: c, to: d }] }",
    { c: 1 },
    { d: 1 },
  ],
  [
    "rename that fails changes nothing",
    "- rename: { fields: [{ from: a, to: x }, { from: b, to: c }] }",
    { a: 1, b: 2, c: 3 },
    { a: 1, b: 2, c: 3, error: { message: "rename: there is a field c already" } },
  ],
  [
    "rename that goes on",
    "- rename: { fail_on_error: false, fields: [{ from: none, to: x }, { from: b, to: c.d }, { from: a, to: e }] }",
    { a: 1, b: 2, c: 3 },
    { b: 2, c: 3, e: 1 },
  ],
  [
    "copy_fields",
    "- copy_fields: { fields: [{ from: message, to: event.original }] }",
    { message: "m" },
    { message: "m", event: { original: "m" } },
  ],
  [
    "copy_fields to what is there",
    "- copy_fields: { fields: [{ from: a, to: b }] }",
    { a: 1, b: 2, error: { message: "x" } },
    { a: 1, b: 2, error: { message: ["x", "copy_fields: there is a field b already"] } },
  ],
  [
    "if, then, else: the first branch",
    "- if: { equals: { a: 1 } }\n  then:\n    - add_tags: { tags: [one] }\n    - add_tags: { tags: [two] }\n  else:\n    add_tags: { tags: [other] }",
    { a: 1 },
    { a: 1, tags: ["one", "two"] },
  ],
  [
    "if, then, else: the other branch",
    "- if: { equals: { a: 1 } }\n  then:\n    - drop_event: { when: { has_fields: [a] } }\n  else:\n    add_tags: { tags: [other] }",
    { a: 2 },
    { a: 2, tags: ["other"] },
  ],
];

describe("processors that remove, move and choose", () => {
  for (const [title, yaml, before, expected] of CASES)
    it(title, () => assert.deepEqual(processed(yaml, before).fields, expected));

  it("drops in a branch", () => {
    const yaml = "- if: { has_fields: [a] }\n  then: [{ drop_event: { when: { equals: { a: 1 } } } }]";
    assert.equal(processed(yaml, { a: 1 }).kept, false);
    assert.equal(processed(yaml, { a: 2 }).kept, true);
  });

  it("tells what processors look at or change", () => {
    const reads = (yaml: string): readonly string[] | undefined => processors(yaml)[0]?.reads;
    assert.deepEqual(reads("- add_tags: { tags: [a] }"), ["tags"]);
    assert.deepEqual(reads("- add_fields: { target: x, fields: { a: { b: 1 } } }"), ["x.a", "x.a.b"]);
    assert.deepEqual(reads("- add_host_metadata: { when.not.contains.tags: forwarded }"), ["host", "tags"]);
    assert.deepEqual(reads("- drop_fields: { fields: [message] }"), ["message"]);
    assert.equal(reads("- include_fields: { fields: [message] }"), undefined);
    assert.deepEqual(reads("- if: { has_fields: [a] }\n  then: { add_tags: { tags: [b] } }"), ["a", "tags"]);
    assert.equal(reads("- if: { has_fields: [a] }\n  then: { drop_fields: { fields: ['/b/'] } }"), undefined);
  });

  it("names what is wrong", () => {
    const cases: readonly (readonly [yaml: string, finding: RegExp])[] = [
      ["- add_tag: { tags: [a] }", /^error 1: there is no processor "add_tag" \(did you mean "add_tags"\?\)/],
      [
        "- add_tags: { tags: [a] }\n- add_tags: { tag: x, targett: a }",
        /^error 2: add_tags has no option "targett" \(did you mean "target"\?\)/,
      ],
      ["- add_tags: { target: a }", /^error 1: add_tags needs tags/],
      ["- script: { lang: javascript }", /^error 1: the processor "script" is not supported \(do it in the pipeline/],
      ["- add_id: ~", /^warning 1: the processor "add_id" has no effect/],
      [
        "- add_tags: { tags: [a] }\n  add_fields: { fields: { a: 1 } }",
        /^error 2: a processor is a list entry of its own/,
      ],
      ["- rename: { fields: [{ from: a }] }", /^error 1: fields is a list of entries with from and to/],
      ["- drop_event: ~", /^warning 1: drop_event without a condition/],
      ["- add_tags: [a]", /^error 1: the options of add_tags are names and values/],
      ["- if: { has_fields: [a] }", /^error 1: if needs then/],
      ["- drop_fields: { fields: ['/(/'] }", /^error 1: this is not a regular expression/],
      ["- hello", /^error 1: a processor is a list entry with a name/],
    ];
    for (const [yaml, finding] of cases) {
      const all = findings(yaml);
      assert.match(all[0] ?? "nothing found", finding, yaml);
    }
    assert.deepEqual(findings("~"), []);
  });
});
