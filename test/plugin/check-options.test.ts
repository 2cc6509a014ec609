import assert from "node:assert/strict";
import { suggest } from "../../src/diagnostics/suggest.ts";
import { type Checkable, type CheckedOptions, checkOptions } from "../../src/plugin/check-options.ts";
import { list, number, type Options, text } from "../../src/plugin/options.ts";
import type { SettingProblem } from "../../src/plugin/settings.ts";
import { parsedSettings, textAt } from "../support/parsed-settings.ts";

const options: Options = {
  source: text({ description: "Field to read", required: true }),
  tag_on_failure: list({ description: "Tags", default: ["_failure"] }),
  limit: number({ description: "How many" }),
  old: text({ description: "Old", deprecated: "use source" }),
  quiet: text({ description: "Quiet", ignored: "always quiet" }),
  gone: text({ description: "Gone", obsolete: "left out" }),
};
const sample: Checkable = { kind: "filter", name: "sample", options };
const common: Options = { id: text({ description: "Name" }), limit: number({ description: "Common", default: 7 }) };

function check(written: string, plugin: Checkable = sample): CheckedOptions & { problems: SettingProblem[] } {
  const { settings, place } = parsedSettings(written);
  const problems: SettingProblem[] = [];
  const report = (problem: SettingProblem): void => {
    problems.push(problem);
  };
  const checked = checkOptions(plugin, common, settings, place, "v8", report, () => undefined, suggest);
  return { ...checked, problems };
}

describe("checking a plugin's settings", () => {
  it("gives all values, with defaults for those not written; the plugin's own options hide common ones", () => {
    assert.deepEqual(check('source => "message" id => "mine"'), {
      values: {
        id: "mine",
        limit: undefined,
        source: "message",
        tag_on_failure: ["_failure"],
        old: undefined,
        quiet: undefined,
        gone: undefined,
      },
      ok: true,
      problems: [],
    });
  });

  it("names an unknown option, where it stands, and the one that was meant", () => {
    const { ok, problems } = check('source => "a" tag_on_failur => ["oops"]');
    assert.equal(ok, false);
    assert.equal(problems.length, 1);
    const [problem] = problems;
    assert.equal(problem?.code, "CONF012");
    assert.equal(problem.message, 'unknown option "tag_on_failur" for filter "sample"');
    assert.equal(problem.help, 'did you mean "tag_on_failure"?');
    assert.equal(problem.label, "sample has no such option");
    assert.equal(textAt(problem.place), "tag_on_failur");
  });

  it("lists the options when nothing is like the unknown one", () => {
    const { problems } = check('source => "a" xyzzy => 1');
    assert.match(problems[0]?.help ?? "", /^its options: source, tag_on_failure, limit/);
  });

  it("does not take names that objects inherit for options", () => {
    for (const name of ["constructor", "__proto__", "toString"]) {
      assert.deepEqual(
        check(`source => "a" ${name} => 1`).problems.map(({ code }) => code),
        ["CONF012"],
        name,
      );
    }
  });

  it("reports what is required and missing, at the plugin's name", () => {
    const { ok, problems } = check("limit => 1");
    assert.equal(ok, false);
    assert.equal(problems[0]?.code, "CONF011");
    assert.equal(problems[0].message, 'filter "sample" needs the option "source"');
    assert.equal(textAt(problems[0].place), "sample");
  });

  it("reports everything that is wrong in one run", () => {
    const { problems } = check('limit => "many" nothing => 1 tag_on_failure => { "a" => "b" }');
    assert.deepEqual(problems.map(({ code }) => code).sort(), ["CONF011", "CONF012", "CONF013", "CONF013"]);
  });

  it("warns of options that are deprecated or have no effect, and takes no obsolete ones", () => {
    for (const [name, severity, what, help] of [
      ["old", "warning", "is deprecated", "use source"],
      ["quiet", "warning", "has no effect", "always quiet"],
      ["gone", "error", "is not supported", "left out"],
    ] as const) {
      const { ok, problems } = check(`source => "a" ${name} => "b"`);
      assert.equal(ok, severity === "warning", name);
      assert.deepEqual(
        problems.map(({ code, severity, message, help }) => ({ code, severity, message, help })),
        [{ code: "CONF010", severity, message: `option "${name}" of filter "sample" ${what}`, help }],
      );
      assert.equal(textAt(problems[0]?.place), name);
    }
  });

  describe("by the plugin's own check", () => {
    let seen: unknown[] = [];
    const checking: Checkable = {
      ...sample,
      check(values, ecs) {
        seen.push([values, ecs]);
        return [
          { option: "source", message: "no good", help: "another" },
          { option: "limit", message: "depends", severity: "host" },
        ];
      },
    };
    beforeEach(() => {
      seen = [];
    });

    it("reports it at the option's value, or at the plugin when the option is not written", () => {
      const { ok, problems } = check('source => "message"', checking);
      assert.equal(ok, false);
      assert.deepEqual(
        problems.map(({ code, severity, message, place, help }) => [code, severity, message, textAt(place), help]),
        [
          ["CONF016", "error", 'filter "sample": no good', '"message"', "another"],
          ["CONF016", "host", 'filter "sample": depends', "sample", undefined],
        ],
      );
      assert.equal((seen[0] as unknown[])[1], "v8");
    });

    it("is not asked about values that are wrong already", () => {
      check('source => ["a", "b"]', checking);
      assert.deepEqual(seen, []);
    });
  });
});
