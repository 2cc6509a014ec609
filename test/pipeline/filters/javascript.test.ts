import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Event } from "../../../src/event/event.ts";
import { javascript } from "../../../src/pipeline/filters/javascript.ts";
import { runBounded } from "../../../src/pipeline/run/bounded.ts";
import type { FilterHost } from "../../../src/plugin/definitions.ts";
import { comparable, runFilters } from "../../support/run-filters.ts";
import { outcome, problemsOf } from "./support.ts";

describe("filter javascript", () => {
  const run = (code: string, input: Parameters<typeof outcome>[1] = "hello", more = ""): unknown =>
    outcome(`javascript { ${more} code => '${code}' }`, input);

  it("reads and writes fields, which are copies", () => {
    const code =
      'const l = event.get("list"); l.push(3); event.get("[a]").x = 1; event.set("[b][c]", l.length).set("none", event.get("no") === undefined)';
    assert.deepEqual(run(code, { list: [1, 2], a: { y: null } }), {
      list: [1, 2],
      a: { y: null },
      b: { c: 3 },
      none: true,
    });
  });
  it("carries dates, maps, sets and big integers", () => {
    const code = `event.set("t", new Date(0)); event.set("m", new Map([["k", [1n]]])); event.set("s", new Set(["v"]));
      event.set("is", [event.timestamp instanceof Date, event.get("l") instanceof Array, Date.now(), Math.random()])`;
    assert.deepEqual(run(code, { l: [1] }), {
      l: [1],
      t: "1970-01-01T00:00:00.000Z",
      m: { k: [1] },
      s: ["v"],
      is: [true, true, Date.UTC(2026, 10, 22, 12), 0.5],
    });
  });
  it("tags, removes, tells, cancels", () => {
    const code =
      'event.tag("a", "b").untag("a"); event.set("had", event.remove("gone")); event.set("has", [event.has("gone"), event.includes("had")]); event.set("text", event.sprintf("%{had}!"))';
    assert.deepEqual(run(code, { gone: 1 }), { had: 1, tags: ["b"], has: [false, true], text: "1!" });
    assert.deepEqual(runFilters(`filter { javascript { code => 'event.cancel()' } }`, ["x"]), []);
  });
  it("makes events", () => {
    const code =
      'const c = event.clone(); c.set("n", 1); emit(c); c.set("late", true); emit(new Event({ n: 2, "@timestamp": "2020-01-01T00:00:00Z" }))';
    const events = runFilters(`filter { javascript { add_tag => ["ok"] code => '${code}' } }`, ["hello"]);
    assert.deepEqual(
      events.map((event) => comparable(event.toObject())),
      [
        { message: "hello", "@timestamp": "2026-11-22T12:00:00.000Z", tags: ["ok"] },
        { message: "hello", "@timestamp": "2026-11-22T12:00:00.000Z", n: 1, late: true },
        { "@version": "1", "@timestamp": "2020-01-01T00:00:00.000Z", n: 2 },
      ],
    );
  });
  it("reaches nothing of the program", () => {
    assert.deepEqual(
      run(
        'event.set("t", [typeof process, typeof require, typeof fetch, typeof setTimeout, typeof globalThis.Buffer, typeof URL])',
      ),
      {
        message: "hello",
        t: ["undefined", "undefined", "undefined", "undefined", "undefined", "function"],
      },
    );
  });
  it("tags what is thrown, with its message where that is wanted", () => {
    const throwing: Record<string, RegExp> = {
      'throw new RangeError("mine")': /: mine$/,
      'throw "text"': /: text$/,
      "throw null": /: null$/,
      'event.set("@timestamp", "x")': /holds a Date/,
      'event.set("f", () => 1)': /cannot hold a function/,
      'event.set("[a", 1)': /field reference/,
      'const a = []; a.push(a); event.set("a", a)': /nested/,
      "undeclared = 1": /not defined/,
      "emit({})": /no event/,
    };
    for (const [code, message] of Object.entries(throwing)) {
      const { tags } = run(code, "x", "tag_with_exception_message => true") as { tags: string[] };
      assert.equal(tags.at(-1), "_javascriptexception");
      assert.match(tags[0] ?? "", message);
    }
  });
  it("keeps state from event to event, for each filter its own", () => {
    const code = "state.n = (state.n ?? 0) + step(); event.set(name, state.n)";
    const filter = (name: string, step: number): string =>
      `javascript { init => 'const name = "${name}"; function step() { return ${step}; }' code => '${code}' }`;
    const events = runFilters(`filter { ${filter("a", 1)} ${filter("b", 10)} }`, ["x", "y"]);
    assert.deepEqual(
      events.map(({ fields }) => [fields["a"], fields["b"]]),
      [
        [1, 10],
        [2, 20],
      ],
    );
    const stateful = (settings: object): boolean | undefined => javascript.stateful?.(settings as never);
    assert.deepEqual(
      [{ code }, { code: "event.tag('x')" }, { code: "f(event)", init: "function f() {}" }, { path: "/x" }].map(
        stateful,
      ),
      [true, false, true, true],
    );
  });
  it("runs a file with its parameters", () => {
    const folder = mkdtempSync(join(tmpdir(), "antler-javascript-"));
    try {
      const path = join(folder, "filter.js");
      const filter = `javascript { path => "${path}" script_params => { "by" => 2 } }`;
      writeFileSync(
        path,
        "let by; function register(params) { by = params.by; } function filter(event) { event.set('y', event.get('x') * by); }",
      );
      assert.deepEqual(outcome(filter, { x: 4 }), { x: 4, y: 8 });
      writeFileSync(path, "const filter = (event) => [new Event({ x: 1 })];");
      assert.deepEqual((outcome(filter, { x: 4 }) as { x: unknown }).x, 1);
      writeFileSync(path, "function other() {}");
      assert.throws(() => outcome(filter, { x: 4 }), /defines no function filter/);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
  it("is checked, with lines", () => {
    assert.deepEqual(problemsOf(javascript, { code: "if (event.get('a')) return;\nevent.tag('b')" }), []);
    assert.match(problemsOf(javascript, { code: "let a = 1;\nlet b = ;" })[0]?.message ?? "", /^line 2: /);
    assert.match(problemsOf(javascript, { code: "", init: "\n\nlet b = ;" })[0]?.message ?? "", /^line 3: /);
    assert.match(problemsOf(javascript, {})[0]?.message ?? "", /either/);
    assert.equal(problemsOf(javascript, { path: "/does/not/exist.js" })[0]?.severity, "host");
  });
  it("is stopped when it loops, and logs once a minute", () => {
    const said: unknown[] = [];
    const say = (message: string, details?: object): void => {
      said.push([message, (details as { count?: number } | undefined)?.count]);
    };
    const host: FilterHost = {
      pluginId: "javascript#1",
      pipelineId: "main",
      ecs: "v8",
      log: { info: say, warn: say, error: say },
      now: () => 0,
      random: () => 0,
      child: (parent) => parent.copy(parent.split),
    };
    const settings = {
      code: 'if (event.get("loop")) for (;;); throw new Error("bad")',
      script_params: {},
      tag_on_exception: "_oops",
    };
    const filter = javascript.create(settings as never, host);
    assert.equal(
      runBounded(() => {
        filter.apply(new Event(0, { loop: true }), () => undefined);
      }, 50),
      false,
    );
    const event = new Event(0, {});
    for (let i = 0; i < 3; i++) filter.apply(event, () => undefined);
    assert.deepEqual(event.fields["tags"], ["_oops"]);
    assert.deepEqual(said, [["JavaScript exception in javascript#1: bad", 1]]);
    assert.deepEqual(filter.timeoutTags, ["_oops"]);
  });
});
