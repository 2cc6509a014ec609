import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Event } from "../../../src/event/event.ts";
import { FieldReference } from "../../../src/event/field-reference.ts";
import { Timestamp } from "../../../src/event/timestamp.ts";
import type { StoredTree, Value } from "../../../src/event/value.ts";
import { grok } from "../../../src/pipeline/filters/grok.ts";
import type { EcsMode, FilterHost, FilterInstance, OptionProblem } from "../../../src/plugin/definitions.ts";
import { runFilters } from "../../support/run-filters.ts";

const log = { info: () => undefined, warn: () => undefined, error: () => undefined };
const host: FilterHost = {
  pluginId: "grok#1",
  pipelineId: "test",
  ecs: "v1",
  log,
  now: () => 0,
  random: () => 0,
  child: (parent) => parent,
};

function settingsOf(given: object): never {
  const defaults = Object.fromEntries(Object.entries(grok.options).map(([name, option]) => [name, option.default]));
  return { ...defaults, ...given } as never;
}

function filterOf(given: object, ecs: EcsMode = "v1"): FilterInstance {
  return grok.create(settingsOf(given), { ...host, ecs });
}

function problemsOf(given: object): OptionProblem[] {
  return grok.check?.(settingsOf(given), "v1") ?? [];
}

/** The document after the filter; a text is a `message`. */
function outcome(given: object, input: string | StoredTree): Record<string, unknown> {
  const event = new Event(0, typeof input === "string" ? { message: input } : input);
  filterOf(given).apply(event, () => assert.fail("grok makes no events"));
  const { message: _, ...rest } = event.toObject();
  return rest;
}

const match = (pattern: string | string[]): { match: object } => ({ match: { message: pattern } });

describe("grok filter", () => {
  for (const { title, config, given, expect } of grok.examples) {
    it(`example: ${title}`, () => {
      const [event] = runFilters(`filter { ${config} }`, [given as string]);
      assert.ok(event !== undefined);
      for (const [reference, value] of Object.entries(expect as Record<string, Value>))
        assert.deepEqual(new FieldReference(reference).get(event) ?? null, value, reference);
    });
  }

  it("makes nested fields beside those that exist", () => {
    const given = match("%{INT:[a][b][n]:int} %{WORD:[a][b][w]} %{WORD:[c][d]}");
    assert.deepEqual(outcome(given, "1 x y"), { a: { b: { n: 1, w: "x" } }, c: { d: "y" } });
    const existing = { message: "1 x y", a: { b: { w: "old" }, k: true } };
    assert.deepEqual(outcome(given, existing), { a: { b: { n: 1, w: ["old", "x"] }, k: true }, c: { d: "y" } });
    assert.deepEqual(outcome(given, { message: "1 x y", a: "text" }), { a: { b: { n: 1, w: "x" } }, c: { d: "y" } });
  });

  it("adds to what a field has, or replaces it", () => {
    const given = match("%{WORD:w} %{INT:n:int}");
    assert.deepEqual(outcome(given, { message: "a 1", w: "old", n: 0 }), { w: ["old", "a"], n: [0, 1] });
    assert.deepEqual(outcome(given, { message: "a 1", w: ["x", "y"], n: null }), { w: ["x", "y", "a"], n: 1 });
    assert.deepEqual(outcome({ ...given, overwrite: ["w", "[n]"] }, { message: "a 1", w: "old", n: 0 }), {
      w: "a",
      n: 1,
    });
    assert.deepEqual(outcome(given, { message: "a 1", w: { deep: 1 } }), { w: { deep: 1 }, n: 1 });
  });

  it("replaces the field that it reads", () => {
    const event = new Event(0, { message: "info: started" });
    filterOf({ ...match("%{LOGLEVEL:level}: %{GREEDYDATA:message}"), overwrite: ["message"] }).apply(event, () => {});
    assert.deepEqual(event.toObject(), { message: "started", level: "info" });
  });

  it("gathers captures of one name", () => {
    const given = match("%{INT:n}(?:,%{INT:n})?(?:,%{INT:n})?");
    assert.deepEqual(outcome(given, "1"), { n: "1" });
    assert.deepEqual(outcome(given, "1,2,3"), { n: ["1", "2", "3"] });
    assert.deepEqual(outcome(match("%{INT:n:int} %{WORD:n}"), "1 a"), { n: [1, "a"] });
    assert.deepEqual(outcome(match("%{WORD:[a]} %{WORD:[a][b]}"), "x y"), { a: { b: "y" } });
  });

  it("drops empty captures, or keeps them", () => {
    const given = match("<%{DATA:a}> %{WORD:b}(?: %{WORD:[c][d]})?");
    assert.deepEqual(outcome(given, "<> x"), { b: "x" });
    assert.deepEqual(outcome({ ...given, keep_empty_captures: true }, "<> x"), { a: "", b: "x", c: { d: null } });
  });

  it("captures under pattern names when asked to", () => {
    assert.deepEqual(outcome({ ...match("%{WORD} %{INT:n}"), named_captures_only: false }, "a 1"), {
      WORD: "a",
      n: "1",
    });
  });

  it("puts captures below a target", () => {
    assert.deepEqual(outcome({ ...match("%{WORD:w} %{INT:[x][n]:int}"), target: "g" }, "a 1"), {
      g: { w: "a", x: { n: 1 } },
    });
    const event = new Event(0, { message: "a 1" });
    filterOf({ ...match("%{WORD:w}"), target: "[@metadata][g]" }).apply(event, () => {});
    assert.deepEqual([event.toObject(), event.metadataObject()], [{ message: "a 1" }, { g: { w: "a" } }]);
  });

  it("takes the first pattern that fits, or all", () => {
    const given = { match: { message: ["%{INT:n}", "%{WORD:w}"], other: "%{WORD:o}" } };
    const input = { message: "a 1", other: "b" };
    assert.deepEqual(outcome(given, { ...input }), { other: "b", n: "1" });
    assert.deepEqual(outcome({ ...given, break_on_match: false }, { ...input }), {
      other: "b",
      n: "1",
      w: "a",
      o: "b",
    });
    assert.deepEqual(outcome(given, { other: "b" }), { other: "b", o: "b" });
  });

  it("matches the elements of a list, numbers and times as text", () => {
    assert.deepEqual(outcome(match("%{INT:n}"), { message: ["a 1", "b", "c 2"] }), { n: ["1", "2"] });
    assert.deepEqual(outcome(match("^%{INT:n}$"), { message: 403 }), { n: "403" });
    assert.deepEqual(outcome(match("^%{YEAR:y}-"), { message: new Timestamp(0) }), { y: "1970" });
    assert.deepEqual(outcome(match("=>%{INT:n:int}"), { message: { a: 1 } }), { n: 1 });
    assert.deepEqual(outcome(match("^%{WORD:w}$"), { message: [true, null, ["x"]] }), { w: "true" });
  });

  it("tags when nothing fits or the field is missing", () => {
    assert.deepEqual(outcome(match("%{INT:n}"), "x"), { tags: ["_grokparsefailure"] });
    assert.deepEqual(outcome(match("%{DATA:n}x"), {}), { tags: ["_grokparsefailure"] });
    // A field that is missing is an empty text, as in Logstash.
    assert.deepEqual(outcome(match("^%{GREEDYDATA:n}$"), {}), {});
    assert.deepEqual(outcome({ ...match("%{INT:n}"), tag_on_failure: ["a", "b"] }, "x"), { tags: ["a", "b"] });
    assert.deepEqual(outcome({ ...match("%{INT:n}"), tag_on_failure: [] }, "x"), {});
  });

  it("says whether it matched, for add_tag and its like", () => {
    const filter = filterOf(match("%{INT}"));
    assert.equal(
      filter.apply(new Event(0, { message: "1" }), () => {}),
      true,
    );
    assert.equal(
      filter.apply(new Event(0, { message: "x" }), () => {}),
      false,
    );
  });

  it("names its time limit", () => {
    const { timeoutTags, timeoutMillis } = filterOf({ ...match("a"), tag_on_timeout: "late", timeout_millis: 7 });
    assert.deepEqual([timeoutTags, timeoutMillis], [["late"], 7]);
    assert.equal(filterOf({ ...match("a"), timeout_millis: 0 }).timeoutMillis, undefined);
    assert.deepEqual(filterOf(match("a")).timeoutTags, ["_groktimeout"]);
  });

  it("keeps the event's time a time", () => {
    const given = match("%{NOTSPACE:@timestamp}");
    const at = (input: StoredTree, more: object = {}): unknown[] => {
      const event = new Event(0, input);
      filterOf({ ...given, ...more }).apply(event, () => {});
      return [event.timestamp?.toString(), event.toObject()["tags"]];
    };
    const time = new Timestamp(0);
    assert.deepEqual(at({ message: "2026-11-12T13:45:07Z", "@timestamp": time }), [
      "1970-01-01T00:00:00.000Z",
      undefined,
    ]);
    assert.deepEqual(at({ message: "2026-11-12T13:45:07Z", "@timestamp": time }, { overwrite: ["@timestamp"] }), [
      "2026-11-12T13:45:07.000Z",
      undefined,
    ]);
    assert.deepEqual(at({ message: "soon", "@timestamp": time }, { overwrite: ["@timestamp"] }), [
      "1970-01-01T00:00:00.000Z",
      ["_timestampparsefailure"],
    ]);
  });

  it("names that objects inherit touch no prototype", () => {
    const event = new Event(0, { message: "a b c" });
    filterOf(match("%{WORD:[__proto__][x]} %{WORD:constructor} %{WORD:[k][__proto__]}")).apply(event, () => {});
    assert.equal(({} as Record<string, unknown>)["x"], undefined);
    assert.equal(Object.hasOwn(event.fields, "__proto__"), true);
    assert.equal(event.fields["constructor"], "b");
    assert.deepEqual(Object.getOwnPropertyNames(event.fields["k"]), ["__proto__"]);
  });

  it("names with quotes and line ends are names only", () => {
    const odd = '"]=1;throw 1;//\n`${0}';
    assert.deepEqual(outcome(match(`(?<${odd.replaceAll("]", "")}>.)`), "a"), { [odd.replaceAll("]", "")]: "a" });
  });
});

describe("grok filter's check", () => {
  it("undefined patterns, with what was meant", () => {
    const [problem, ...more] = problemsOf(match("%{INT:a} %{WROD:b}"));
    assert.deepEqual(more, []);
    assert.equal(problem?.option, "match");
    assert.match(problem?.message ?? "", /"WROD" is not defined \(character 10 /);
    assert.match(problem?.help ?? "", /"WORD"/);
  });

  it("bad expressions and fields, each pattern for itself", () => {
    const problems = problemsOf(match(["(a", "%{INT:n}", "%{INT:[n}"]));
    assert.equal(problems.length, 2);
    assert.match(problems[0]?.message ?? "", /bad regular expression/);
    const at = (pattern: string): string =>
      /character \d+/.exec(problemsOf(match(pattern))[0]?.message ?? "")?.[0] ?? "";
    assert.equal(at("%{INT:n} (a"), "character 10");
    assert.equal(at("%{INT:n} a|*b"), "character 12");
    assert.equal(at("(?<a>x) [b"), "character 9");
    assert.equal(at("(a)(?(1)b|c)"), "character 6");
  });

  it("an empty match is worth a warning", () => {
    assert.deepEqual(
      problemsOf({}).map(({ severity }) => severity),
      ["warning"],
    );
    assert.deepEqual(problemsOf(match("%{COMBINEDAPACHELOG}")), []);
  });
});

describe("grok filter's pattern files", () => {
  let folder = "";
  before(() => {
    folder = mkdtempSync(join(tmpdir(), "antler-grok-"));
    mkdirSync(join(folder, "sub"));
    writeFileSync(join(folder, "jobs.grok"), "# jobs\nJOB job-%{INT:[job][id]:int}\n");
    writeFileSync(join(folder, "other.txt"), "STEP [a-z]+\nALONE\n");
  });
  after(() => rmSync(folder, { recursive: true }));

  it("are read from folders", () => {
    const given = { ...match("%{JOB} %{STEP:step}"), patterns_dir: [folder] };
    assert.deepEqual(outcome(given, "job-7 build"), { job: { id: 7 }, step: "build" });
    assert.deepEqual(
      problemsOf(given).map(({ message }) => message.replace(folder, "…")),
      ["line 2 of …/other.txt has a name without a pattern"],
    );
  });

  it("are chosen by their names", () => {
    const given = { ...match("%{JOB} %{STEP:step}"), patterns_dir: [folder], patterns_files_glob: "*.grok" };
    assert.match(problemsOf(given)[0]?.message ?? "", /"STEP" is not defined/);
    assert.throws(() => filterOf(given), /"STEP" is not defined/);
  });

  it("are named by paths with wildcards", () => {
    const given = { ...match("%{JOB}"), patterns_dir: [join(folder, "*.grok")] };
    assert.deepEqual(outcome(given, "job-7"), { job: { id: 7 } });
  });

  it("stand behind pattern_definitions; a folder that is missing is a warning", () => {
    const given = { ...match("%{JOB:j}"), patterns_dir: [folder], pattern_definitions: { JOB: "x+" } };
    assert.deepEqual(outcome(given, "axx"), { j: "xx" });
    assert.equal(problemsOf({ ...match("a"), patterns_dir: [join(folder, "none")] })[0]?.severity, "warning");
  });
});
