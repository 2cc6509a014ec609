import assert from "node:assert/strict";
import { DiagnosticCollector } from "../../../src/diagnostics/diagnostic.ts";
import { Event } from "../../../src/event/event.ts";
import { NO_SPLIT } from "../../../src/event/identity.ts";
import { Timestamp } from "../../../src/event/timestamp.ts";
import type { PipelineDefinition } from "../../../src/pipeline/compile/definition.ts";
import { resolveGroup } from "../../../src/pipeline/compile/resolve-group.ts";
import { compileWorkerProgram } from "../../../src/pipeline/compile/worker-program.ts";
import { ChunkRun } from "../../../src/pipeline/run/program.ts";
import { runStages, type StagedEvents } from "../../../src/pipeline/run/stages.ts";

const silent = { info: () => undefined, warn: () => undefined, error: () => undefined };

const define = (texts: Readonly<Record<string, string>>): PipelineDefinition[] =>
  Object.entries(texts).map(([id, text]) => ({
    id,
    sources: [{ name: `${id}.conf`, text }],
    ecs: "v8",
    supportEscapes: false,
  }));

function run(texts: Readonly<Record<string, string>>, entry: string, messages: readonly string[]): StagedEvents {
  const program = compileWorkerProgram(define(texts), { log: silent, now: () => 0, random: () => 0 });
  const entries = program.stages.map((stage) =>
    stage.id === entry
      ? messages.map((message, i) => new Event(i, { "@timestamp": new Timestamp(0), message }))
      : undefined,
  );
  return runStages(program, entries, new ChunkRun());
}

const problems = (texts: Readonly<Record<string, string>>, strictness: "start" | "check"): string[] => {
  const found = new DiagnosticCollector();
  resolveGroup(define(texts), found, strictness);
  return found.sorted().map(({ severity, code, message }) => `${severity} ${code} ${message}`);
};

const ENTRY = `input { stdin { } }
output { if [message] =~ /^a/ { pipeline { send_to => ["a"] } } else { pipeline { send_to => ["b"] } } }`;
const stage = (address: string, send: string): string => `input { pipeline { address => "${address}" } }
filter { mutate { add_field => { "seen" => "${address}" } } } output { ${send} }`;

describe("joined pipelines", () => {
  it("hand an event on without a copy, whatever the order of the definitions, and keep the order of records", () => {
    const { events, targets } = run(
      {
        end: stage("end", "null { }"),
        b: stage("b", 'pipeline { send_to => ["end"] }'),
        a: stage("a", 'pipeline { send_to => ["end"] }'),
        entry: ENTRY,
      },
      "entry",
      ["b1", "a1", "b2", "a2"],
    );
    assert.deepEqual(
      events.map((event) => [event.fields["message"], event.toObject()["seen"], event.split]),
      [
        ["b1", ["b", "end"], NO_SPLIT],
        ["a1", ["a", "end"], NO_SPLIT],
        ["b2", ["b", "end"], NO_SPLIT],
        ["a2", ["a", "end"], NO_SPLIT],
      ],
    );
    assert.deepEqual(targets, [[0], [0], [0], [0]]);
  });

  it("make copies with identities of their own where an event goes several ways", () => {
    const texts = {
      entry: 'input { stdin { } } output { pipeline { send_to => ["a", "b"] } }',
      a: stage("a", "null { }"),
      b: stage("b", "null { }"),
    };
    const first = run(texts, "entry", ["x"]);
    assert.deepEqual(
      first.events.map((event) => event.toObject()["seen"]),
      ["a", "b"],
    );
    const splits = first.events.map(({ split }) => `${split.high}.${split.low}`);
    assert.equal(new Set(splits).size, 2);
    assert.ok(splits.includes("0.0"));
    assert.deepEqual(
      run(texts, "entry", ["x"]).events.map(({ split }) => `${split.high}.${split.low}`),
      splits,
    );
  });

  it("leave an event that also has an output as it was when it went on", () => {
    const { events } = run(
      {
        entry: 'input { stdin { } } output { pipeline { send_to => "a" } null { } }',
        a: stage("a", "null { }"),
      },
      "entry",
      ["x"],
    );
    assert.deepEqual(
      events.map((event) => event.toObject()["seen"]),
      [undefined, "a"],
    );
  });

  it("count an event that is dropped on its way as filtered", () => {
    const { events } = run(
      { entry: ENTRY, a: 'input { pipeline { address => "a" } } filter { drop { } }', b: stage("b", "null { }") },
      "entry",
      ["a", "b"],
    );
    assert.deepEqual(
      events.map(({ cancelled }) => cancelled),
      [true, false],
    );
  });

  it("give tags and fields of the pipeline input", () => {
    const { events } = run(
      {
        entry: 'input { stdin { } } output { pipeline { send_to => "a" } }',
        a: 'input { pipeline { address => "a" tags => ["in"] add_field => { "x" => "1" } } } output { null { } }',
      },
      "entry",
      ["x"],
    );
    assert.deepEqual([events[0]?.toObject()["tags"], events[0]?.toObject()["x"]], [["in"], "1"]);
  });

  it("refuse an address that nobody has, one that two have, and a circle", () => {
    assert.deepEqual(problems({ entry: ENTRY, a: stage("a", "null { }") }, "start"), [
      'error CONF024 no pipeline has the address "b"',
    ]);
    assert.deepEqual(problems({ entry: ENTRY, a: stage("a", "null { }") }, "check"), [
      'warning CONF024 no pipeline has the address "b"',
    ]);
    assert.deepEqual(
      problems(
        { entry: ENTRY, a: stage("a", "null { }"), b: stage("b", "null { }"), c: stage("b", "null { }") },
        "start",
      ),
      ['error CONF017 the address "b" is taken by the pipeline "b"'],
    );
    assert.deepEqual(
      problems(
        { a: stage("a", 'pipeline { send_to => ["b"] }'), b: stage("b", 'pipeline { send_to => ["a"] }') },
        "start",
      ),
      ['error CONF025 events would go in a circle: "b" sends to itself'],
    );
  });
});
