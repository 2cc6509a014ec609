import assert from "node:assert/strict";
import { DiagnosticCollector } from "../../../src/diagnostics/diagnostic.ts";
import { lineColumn } from "../../../src/diagnostics/source.ts";
import { documentFields } from "../../../src/pipeline/compile/check-mappings.ts";
import { placeOfMaker } from "../../../src/pipeline/compile/maker-place.ts";
import { documentShapes } from "../../../src/pipeline/compile/produced-fields.ts";
import { resolveGroup } from "../../../src/pipeline/compile/resolve-group.ts";
import type { ValueShape } from "../../../src/plugin/value-shape.ts";

const INPUT = ["@timestamp", "@version", "message", "event.original", "host.name", "event.sequence"];

/** `a.b: integer`, in their order; what the input makes is left out. A `?` behind it: not certain. */
function produced(filter: string, ecs: "v8" | "disabled" = "v8"): string[] {
  const text = `input { generator { } }\nfilter {\n${filter}\n}\noutput { elasticsearch { } }`;
  return fieldsOf(text, ecs).filter((field) => !INPUT.includes(field.split(":")[0] as string));
}

function fieldsOf(text: string, ecs: "v8" | "disabled" = "v8"): string[] {
  const found = new DiagnosticCollector();
  const definition = { id: "test", sources: [{ name: "test.conf", text }], ecs, supportEscapes: false };
  const shapes = documentShapes(resolveGroup([definition], found, "check"));
  assert.equal(found.errors, 0, JSON.stringify(found));
  return shapes.flatMap((shape) =>
    documentFields(shape).map(({ path, value, certain }) => `${path.join(".")}: ${shown(value)}${certain ? "" : "?"}`),
  );
}

function shown({ kind, literal, form }: ValueShape): string {
  return literal !== undefined ? JSON.stringify(literal) : form === undefined ? kind : `${kind} (${form})`;
}

/** Filter, and the fields that it makes. */
const TABLE: readonly (readonly [title: string, filter: string, fields: readonly string[]])[] = [
  [
    "mutate: literals, places, lists",
    'mutate { add_field => { "a" => "x" "[b][c]" => "%{message}" "d" => ["1", "two"] } }',
    ['a: "x"', "b.c: text", 'd: "1"', 'd: "two"'],
  ],
  [
    "mutate: replace, convert and rename in their order, whatever the order in the configuration",
    'mutate { rename => { "b" => "n" } convert => { "n" => "integer" } replace => { "n" => "7" } }',
    ["n: integer"],
  ],
  [
    "mutate: a renamed field keeps its kind, one that nothing sets makes none",
    'grok { match => { "message" => "%{INT:a:int} %{WORD:b}" } } mutate { rename => { "a" => "[x][a]" "no" => "y" } copy => { "b" => "c" } }',
    ["b: text (word)", "x.a: integer", "c: text (word)"],
  ],
  [
    "mutate: convert of what is not known",
    'json { source => "message" } mutate { convert => { "a" => "integer" "b" => "boolean" "c" => "float" } }',
    ["a: integer", "b: boolean", "c: float"],
  ],
  [
    "mutate: a text that is changed is a text",
    'mutate { replace => { "a" => "X" "b" => "Y" } lowercase => ["a"] gsub => ["b", "y", "z"] }',
    ["a: text", "b: text"],
  ],
  [
    "mutate: merge",
    'mutate { replace => { "a" => "x" "b" => "y" } merge => { "a" => "b" } }',
    ['a: "x"', 'b: "y"', 'a: "y"'],
  ],
  [
    "grok: types and what patterns capture",
    'grok { match => { "message" => "%{IP:ip} %{NUMBER:n} %{NUMBER:f:float} %{WORD:w} %{HTTPDATE:t} %{DATA:d} (?<own>x)" } }',
    ["ip: text (address)", "n: text (number)", "f: float", "w: text (word)", "t: text (name)", "d: text", "own: text"],
  ],
  [
    "grok: what composed patterns capture",
    'grok { match => { "message" => "%{SYSLOGBASE}" } }',
    [
      "timestamp: text (name)",
      "log.syslog.facility.code: integer",
      "log.syslog.priority: integer",
      "host.hostname: text (host)",
      "process.name: text",
      "process.pid: integer",
    ],
  ],
  [
    "grok: a pattern of one's own says nothing by its name",
    'grok { pattern_definitions => { "WORD" => ".*" } match => { "message" => "%{WORD:w}" } }',
    ["w: text"],
  ],
  [
    "grok: below a target; overwritten; beside a value; not beside an object",
    'mutate { replace => { "a" => "x" "b" => "y" "[c][d]" => "z" } } grok { match => { "message" => "%{INT:a:int} %{INT:b:int} %{INT:c:int}" } overwrite => ["a"] } grok { match => { "message" => "%{INT:i:int}" } target => "t" }',
    ['b: "y"', "b: integer", 'c.d: "z"', "a: integer", "t.i: integer"],
  ],
  ["date", 'date { match => ["message", "UNIX"] target => "when" }', ["when: date"]],
  [
    "dissect",
    'dissect { mapping => { "message" => "%{a} %{[b][c]} %{d}" } convert_datatype => { "a" => "int" "d" => "float" } }',
    ["a: integer", "b.c: text", "d: float"],
  ],
  [
    "csv",
    'csv { columns => ["a", "b", "c"] convert => { "b" => "integer" "c" => "boolean" } autogenerate_column_names => false target => "row" }',
    ["row: object", "row.a: text", "row.b: integer", "row.c: boolean"],
  ],
  [
    "geoip of the country database",
    'geoip { source => "message" target => "source" }',
    [
      "source.geo.country_iso_code: text",
      "source.geo.country_name: text",
      "source.geo.continent_code: text",
      "source.geo.continent_name: text",
    ],
  ],
  [
    "geoip: a place is an object of two numbers",
    'geoip { source => "message" target => "source" fields => ["location", "ip", "dma_code"] }',
    [
      "source.geo.location.lat: float",
      "source.geo.location.lon: float",
      "source.ip: text (address)",
      "source.mmdb.dma_code: integer",
    ],
  ],
  [
    "translate",
    'translate { source => "message" target => "t" dictionary => { "1" => "one" } fallback => "%{message}" }',
    ['t: "one"', "t: text"],
  ],
  [
    "fingerprint",
    'fingerprint { target => "f" method => "MURMUR3" } fingerprint { target => "g" }',
    ["f: integer", "g: text"],
  ],
  ["json below a field", 'json { source => "message" target => "doc" }', ["doc: unknown"]],
  ["kv with keys named", 'kv { include_keys => ["user"] } ', ["user: text"]],
  ["xml", 'xml { source => "message" store_xml => false xpath => { "/a/text()" => "x" } }', ["x: text"]],
  [
    "code: what is there may be changed, what the code names is not known",
    'mutate { replace => { "a" => "x" "b" => "y" } } ruby { code => "event.set(\'a\', 1)" }',
    ['b: "y"?'],
  ],
  [
    "branches: each way, and the way around",
    'if [message] =~ /a/ { mutate { replace => { "a" => "x" } } } else if [message] =~ /b/ { drop { } } else { mutate { replace => { "a" => "y" } } }',
    ['a: "x"', 'a: "y"'],
  ],
  [
    "a condition about a field: inside it is not known, behind it is again if nothing has changed it",
    'mutate { replace => { "a" => "x" "b" => "x" } } if [a] == "x" and [b] =~ /x/ { mutate { replace => { "c" => "y" } rename => { "b" => "d" } } }',
    ['a: "x"', 'b: "x"?', 'c: "y"', "d: unknown?"],
  ],
  [
    "branches in branches: what was forgotten is known again behind them",
    'mutate { replace => { "a" => "x" "b" => "y" } } if [a] == "x" and [a] != "z" { if [b] == "y" { mutate { replace => { "c" => "z" } } } else if [a] { mutate { replace => { "[b][e]" => "z" } } } }',
    ['a: "x"', 'b: "y"?', 'b.e: "z"', 'c: "z"'],
  ],
  [
    "a condition that asks for a field: what it lies in is not known inside",
    'mutate { replace => { "a" => "x" "[o][p]" => "x" } } if ![a][b] { mutate { rename => { "a" => "[a][b]" } } } if [o] { mutate { copy => { "o" => "q" } } }',
    ["a.b: unknown?", 'a: "x"?', 'o.p: "x"', 'q.p: "x"'],
  ],
  [
    "where a branch drops events, the others are not just any",
    'mutate { replace => { "a" => "x" "b" => "y" } } if [a] !~ /^[0-9]+$/ { drop { } }',
    ["a: unknown?", 'b: "y"'],
  ],
  [
    "common options",
    'drop { percentage => 0 add_field => { "a" => "x" } remove_field => ["message"] add_tag => ["t"] }',
    ['a: "x"', "tags: text"],
  ],
];

describe("what pipelines make of fields", () => {
  for (const [title, filter, fields] of TABLE) {
    it(title, () => {
      assert.deepEqual(produced(filter).sort(), [...fields].sort());
    });
  }

  it("inputs: text, or anything by a codec or from a sender", () => {
    assert.deepEqual(fieldsOf("input { stdin { } } output { elasticsearch { } }"), [
      "message: text",
      "event.original: text",
      "host.hostname: text",
      "@timestamp: date",
      '@version: "1"',
    ]);
    assert.deepEqual(
      fieldsOf(
        'input { file { path => "/x" type => "t" add_field => { "a" => "b" } } } output { elasticsearch { } }',
        "disabled",
      ),
      ["message: text", "path: text", "host: text", "@timestamp: date", '@version: "1"', 'type: "t"', 'a: "b"'],
    );
    assert.deepEqual(fieldsOf("input { beats { port => 5044 } } output { elasticsearch { } }"), [
      "@timestamp: date",
      '@version: "1"',
    ]);
    assert.ok(fieldsOf("input { stdin { codec => json } } output { elasticsearch { } }").includes("message: text?"));
  });

  it("what is dropped comes to no output", () => {
    assert.deepEqual(produced("drop { }"), []);
    assert.deepEqual(fieldsOf("input { stdin { } } filter { drop { } } output { elasticsearch { } }"), []);
  });

  it("goes through pipelines that hand events on, each way by itself", () => {
    const found = new DiagnosticCollector();
    const pipeline = (id: string, text: string) => ({
      id,
      sources: [{ name: id, text }],
      ecs: "v8" as const,
      supportEscapes: false,
    });
    const group = resolveGroup(
      [
        pipeline("end", 'input { pipeline { address => "end" } } output { elasticsearch { } }'),
        pipeline(
          "a",
          'input { stdin { } } filter { mutate { replace => { "x" => "a" } } } output { pipeline { send_to => "end" } }',
        ),
        pipeline(
          "b",
          'input { stdin { } } filter { mutate { replace => { "x" => "b" } } } output { pipeline { send_to => "end" } }',
        ),
      ],
      found,
      "check",
    );
    const ways = documentShapes(group).map(({ event }) => event.get("x").map(({ value }) => value.literal));
    assert.deepEqual(ways.sort(), [["a"], ["b"]]);
  });

  it("knows the place of each", () => {
    const text = `input { stdin { } }
filter {
  mutate {
    add_field => {
      "a" => "x"
      "l" => ["x", "y"]
    }
  }
  grok { match => { "message" => ["%{INT:n}",
    "%{WORD:w} %{COMMONAPACHELOG}"] } }
  date { match => ["message", "UNIX"] }
}
output { elasticsearch { } }`;
    const found = new DiagnosticCollector();
    const definition = {
      id: "test",
      sources: [{ name: "test.conf", text }],
      ecs: "v8" as const,
      supportEscapes: false,
    };
    const [shape] = documentShapes(resolveGroup([definition], found, "check"));
    assert.ok(shape);
    const places = Object.fromEntries(
      documentFields(shape).map(({ path, maker }) => {
        const span = placeOfMaker(maker);
        const { line, column } = lineColumn(span.source, span.start);
        return [path.join("."), `${line}:${column} ${text.slice(span.start, span.end)}`];
      }),
    );
    assert.equal(places["a"], '5:7 "a" => "x"');
    assert.equal(places["l"], '6:7 "l"');
    assert.equal(places["n"], "9:42 n");
    assert.equal(places["w"], "10:13 w");
    assert.equal(places["source.address"], "9:10 match");
    assert.equal(places["@timestamp"], "11:3 date");
    assert.equal(places["message"], "1:9 stdin");
  });
});
