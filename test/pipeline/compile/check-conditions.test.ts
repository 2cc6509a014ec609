import assert from "node:assert/strict";
import { DiagnosticCollector } from "../../../src/diagnostics/diagnostic.ts";
import { resolvePipeline } from "../../../src/pipeline/compile/resolve.ts";

/** Warnings about conditions, as code and message. */
function warnings(filter: string, input = "stdin { }", output = "stdout { }"): string[] {
  const text = `input { ${input} } filter { ${filter} } output { ${output} }`;
  const found = new DiagnosticCollector();
  resolvePipeline({ id: "x", sources: [{ name: "x.conf", text }], ecs: "v8", supportEscapes: false }, found, "check");
  assert.equal(found.errors, 0, found.sorted()[0]?.message);
  return found
    .sorted()
    .filter(({ code }) => code === "CONF026" || code === "CONF027")
    .map(({ code, message, help }) => [code, message, ...(help === undefined ? [] : [help])].join(" "));
}

describe("branches that are never taken", () => {
  for (const [condition, why] of [
    ['if [message] == "a" { drop { } } else if [message] == "a" { drop { } }', /line 1 has the same condition/],
    ['if "a" == "b" { drop { } }', /never holds/],
    ['if [message] == "a" and "a" == "b" { drop { } }', /never holds/],
    ["if 1 == 1 { drop { } } else if [message] { drop { } }", /an earlier condition always holds/],
    ['if "a" != "b" { drop { } } else { drop { } }', /the `else`/],
    ['if [message] == "a" and ([tags] and [message] == "b") { drop { } }', /\[message\] cannot be "a" and "b" at once/],
  ] as const) {
    it(condition, () => {
      const [found, ...rest] = warnings(condition);
      assert.match(found ?? "", /^CONF026 /);
      assert.match(found ?? "", why);
      assert.deepEqual(rest, []);
    });
  }

  for (const condition of [
    'if [message] == "a" { drop { } } else if [message] == "A" { drop { } } else { drop { } }',
    'if [message] == "a" or [message] == "b" { drop { } }',
    'if "${STAGE:dev}" == "prod" { drop { } }',
    'if !([message] == "a" and [tags] == "b") { drop { } }',
    'if [message] == "a" { if [message] == "a" { drop { } } }',
  ]) {
    it(`says nothing of ${condition}`, () => assert.deepEqual(warnings(condition), []));
  }
});

describe("fields in conditions that nothing sets", () => {
  it("are named, once each, with what may have been meant", () => {
    assert.deepEqual(warnings("if [mesage] =~ /x/ { drop { } } else if [mesage] { drop { } }"), [
      "CONF027 nothing in this pipeline sets [mesage] did you mean [message]?",
    ]);
    assert.deepEqual(warnings("", "stdin { }", "if [nothing][like] { stdout { } }"), [
      "CONF027 nothing in this pipeline sets [nothing][like]",
    ]);
  });

  it("are known where filters and inputs set them, also in part", () => {
    const filters = `grok { match => { "message" => "%{IP:[source][ip]} %{WORD:verb}" } }
      mutate { add_field => { "stage" => "x" } rename => { "verb" => "[http][method]" } }
      dissect { mapping => { "message" => "%{a} %{+b}" } } date { match => ["a", "ISO8601"] target => "when" }
      fingerprint { } uuid { target => "id" }`;
    const fields = [
      "source",
      "[source][ip]",
      "http",
      "verb",
      "stage",
      "a",
      "b",
      "when",
      "tags",
      "[@metadata][x]",
      "[event][hash]",
      "id",
      "[host][name]",
      "site",
    ];
    const conditions = fields.map((name) => `if ${name.startsWith("[") ? name : `[${name}]`} { drop { } }`).join(" ");
    assert.deepEqual(warnings(`${filters} ${conditions}`, 'stdin { add_field => { "site" => "a" } }'), []);
  });

  for (const [what, filter, input] of [
    ["a filter can set any field", 'json { source => "message" } if [x] { drop { } }', "stdin { }"],
    ["kv can", "kv { } if [x] { drop { } }", "stdin { }"],
    ["the codec can", "if [x] { drop { } }", "stdin { codec => json }"],
    ["the input can", "if [x] { drop { } }", "beats { port => 5044 }"],
    ["one of several inputs can", "if [x] { drop { } }", "stdin { } beats { port => 5044 }"],
    ["events come from elsewhere", "if [x] { drop { } }", 'pipeline { address => "a" }'],
    [
      "a name is made from the event",
      'mutate { add_field => { "%{message}" => "1" } } if [x] { drop { } }',
      "stdin { }",
    ],
    ["there is no input", "if [x] { drop { } }", ""],
  ] as const) {
    it(`nothing is said where ${what}`, () => assert.deepEqual(warnings(filter, input), []));
  }
});
