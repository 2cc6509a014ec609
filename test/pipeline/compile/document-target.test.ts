import assert from "node:assert/strict";
import { DiagnosticCollector } from "../../../src/diagnostics/diagnostic.ts";
import { targetOf } from "../../../src/pipeline/compile/document-target.ts";
import { documentShapes } from "../../../src/pipeline/compile/produced-fields.ts";
import { resolveGroup } from "../../../src/pipeline/compile/resolve-group.ts";

const NOW = Date.UTC(2026, 10, 23);

function targets(
  filter: string,
  output: string,
  input = "stdin { }",
  ecs: "v8" | "disabled" = "v8",
): (string | undefined)[] {
  const text = `input { ${input} } filter { ${filter} } output { ${output} }`;
  const found = new DiagnosticCollector();
  const group = resolveGroup([{ id: "t", sources: [{ name: "t", text }], ecs, supportEscapes: false }], found, "check");
  assert.equal(found.errors, 0, JSON.stringify(found));
  return documentShapes(group).map((shape) => {
    const target = targetOf(shape, NOW);
    return target === undefined ? undefined : `${target.isDataStream ? "stream" : "index"} ${target.name}`;
  });
}

const STREAM = 'mutate { replace => { "[data_stream][dataset]" => "App One" } }';

describe("where documents go, as far as a configuration says it", () => {
  const table: readonly (readonly [
    title: string,
    expected: string | undefined,
    filter: string,
    output: string,
    input?: string,
  ])[] = [
    ["the default data stream", "stream logs-generic-default", "", "elasticsearch { }"],
    [
      "named by options",
      "stream metrics-a-b",
      "",
      'elasticsearch { data_stream_type => "metrics" data_stream_dataset => "a" data_stream_namespace => "b" }',
    ],
    ["named by the event, made safe", "stream logs-app_one-default", STREAM, "elasticsearch { }"],
    [
      "named by the event, which the output does not look at",
      "stream logs-generic-default",
      STREAM,
      "elasticsearch { data_stream_auto_routing => false }",
    ],
    ["named by some events", undefined, `if [a] { ${STREAM} }`, "elasticsearch { }"],
    [
      "named by some inputs",
      undefined,
      "",
      "elasticsearch { }",
      'stdin { } generator { add_field => { "[data_stream][dataset]" => "x" } }',
    ],
    [
      "named by a text of the event",
      undefined,
      'mutate { replace => { "[data_stream][dataset]" => "%{message}" } }',
      "elasticsearch { }",
    ],
    ["an index of a day", "index web-2026.11.23", "", 'elasticsearch { index => "web-%{+YYYY.MM.dd}" }'],
    [
      "an index by a field that is always the same",
      "index web-x",
      'mutate { replace => { "[@metadata][i]" => "x" } }',
      'elasticsearch { index => "web-%{[@metadata][i]}" }',
    ],
    ["an index by a field", undefined, "", 'elasticsearch { index => "web-%{type}" }'],
    ["a variable without a value", undefined, "", 'elasticsearch { index => "${ANTLER_NO_SUCH_VARIABLE}" }'],
    ["deleting", undefined, "", 'elasticsearch { index => "a" action => "delete" document_id => "1" }'],
    ["another output", undefined, "", "null { }"],
  ];
  for (const [title, expected, filter, output, input] of table)
    it(title, () => assert.deepEqual(targets(filter, output, input), [expected]));

  it("another output for events that name their stream whole", () => {
    const parts = '"[data_stream][type]" => "logs" "[data_stream][dataset]" => "a" "[data_stream][namespace]" => "b"';
    assert.deepEqual(targets(`mutate { replace => { ${parts} } }`, "null { }"), ["stream logs-a-b"]);
  });

  it("without ECS an index of Logstash's", () => {
    assert.deepEqual(targets("", "elasticsearch { }", "stdin { }", "disabled"), ["index logstash-2026.11.23"]);
  });
});
