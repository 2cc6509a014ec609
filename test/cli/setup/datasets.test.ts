import assert from "node:assert/strict";
import { knownDatasets } from "../../../src/cli/setup/datasets.ts";
import { setupTargets } from "../../../src/cli/setup/targets.ts";
import { DiagnosticCollector } from "../../../src/diagnostics/diagnostic.ts";
import { type ResolvedGroup, resolveGroup } from "../../../src/pipeline/compile/resolve-group.ts";

function group(...texts: string[]): ResolvedGroup {
  const found = new DiagnosticCollector();
  const definitions = texts.map((text, i) => {
    const id = `p${i}`;
    return { id, sources: [{ name: id, text }], ecs: "v8" as const, supportEscapes: false };
  });
  const resolved = resolveGroup(definitions, found, "check");
  assert.equal(found.errors, 0);
  return resolved;
}

function names(...texts: string[]): { datasets: string[]; dynamic: readonly string[] } {
  const resolved = group(...texts);
  const { datasets, dynamic } = knownDatasets(resolved, resolved.outputs);
  return { datasets: datasets.map(({ type, dataset }) => `${type}-${dataset}`), dynamic };
}

const OUTPUT = 'output { elasticsearch { data_stream_dataset => "other" } }';

describe("setup: datasets of a configuration", () => {
  it("of the output's options", () => {
    const config =
      'input { stdin { } } output { elasticsearch { data_stream_type => "metrics" data_stream_dataset => "host.cpu" } }';
    assert.deepEqual(names(config).datasets, ["metrics-host.cpu"]);
  });

  it("of mutate, of add_field of any filter and of inputs, in conditions and joined pipelines too", () => {
    const found = names(
      `input { stdin { add_field => { "[data_stream][dataset]" => "from.input" } } }
       filter {
         if [x] { mutate { replace => { "[data_stream][dataset]" => "In-Branch" } } }
         else { if [y] { grok { match => { "message" => "a" } add_field => { "[data_stream][dataset]" => "deep" "[data_stream][type]" => "traces" } } } }
       }
       output { pipeline { send_to => "next" } }`,
      `input { pipeline { address => "next" } } filter { mutate { update => { "[data_stream][dataset]" => "updated" } } } ${OUTPUT}`,
    );
    assert.deepEqual(found.datasets, [
      "logs-from.input",
      "logs-in_branch",
      "logs-other",
      "logs-updated",
      "traces-deep",
    ]);
  });

  it("not what is known only when an event is there, which is said", () => {
    const found = names(
      `input { stdin { } } filter { mutate { add_field => { "[data_stream][dataset]" => "%{app}" } } } ${OUTPUT}`,
    );
    assert.deepEqual(found, { datasets: ["logs-other"], dynamic: ["%{app}"] });
  });

  it("not those of events, where the output does not route by them", () => {
    const config = `input { stdin { } } filter { mutate { add_field => { "[data_stream][dataset]" => "a" } } }
      output { elasticsearch { data_stream_auto_routing => false } }`;
    assert.deepEqual(names(config).datasets, ["logs-generic"]);
  });

  it("outputs that write to indices have none, each cluster has its own", () => {
    const resolved = group(
      `input { stdin { } } output {
        elasticsearch { hosts => ["http://one:9200"] data_stream_dataset => "a" }
        elasticsearch { hosts => ["http://one:9200"] data_stream_dataset => "b" }
        elasticsearch { hosts => ["http://two:9200"] index => "c" }
        elasticsearch { hosts => ["https://user:pass@three"] }
      }`,
    );
    const targets = setupTargets([resolved], {}).map(({ place, datasets }) => [place, datasets.map((d) => d.dataset)]);
    assert.deepEqual(targets, [
      ["http://one:9200", ["a", "b"]],
      ["https://three:9200", ["generic"]],
    ]);
    assert.deepEqual(
      setupTargets([resolved], { hosts: ["http://four:9200"] }).map(({ place }) => place),
      ["http://four:9200"],
    );
  });

  it("credentials of its own replace those of the output", () => {
    const resolved = group('input { stdin { } } output { elasticsearch { user => "writer" password => "w" } }');
    const [target] = setupTargets([resolved], { apiKey: "id:key" });
    assert.deepEqual(
      [target?.connection.apiKey, target?.connection.user, target?.connection.password],
      ["id:key", undefined, undefined],
    );
  });
});
