import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { useragent } from "../../../src/pipeline/filters/useragent.ts";
import { comparable, runFilters } from "../../support/run-filters.ts";
import { filtered, outcome, problemsOf } from "./support.ts";

const SAFARI =
  "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_9_3) AppleWebKit/537.75.14 (KHTML, like Gecko) Version/7.0.3 Safari/7046A194A";
const ECS = {
  name: "Safari",
  version: "7.0.3",
  os: { name: "Mac OS X", version: "10.9.3", full: "Mac OS X 10.9.3" },
  device: { name: "Mac" },
};
const FLAT = {
  name: "Safari",
  version: "7.0.3",
  major: "7",
  minor: "0",
  patch: "3",
  os_name: "Mac OS X",
  os: "Mac OS X",
  os_full: "Mac OS X 10.9.3",
  os_version: "10.9.3",
  os_major: "10",
  os_minor: "9",
  os_patch: "3",
  device: "Mac",
};

describe("useragent filter", () => {
  it("gives ECS fields beside the text, and the parts of versions in metadata", () => {
    const event = filtered('useragent { source => "[user_agent][original]" }', { user_agent: { original: SAFARI } });
    assert.deepEqual(event.toObject()["user_agent"], { original: SAFARI, ...ECS });
    assert.deepEqual(comparable(event.metadataObject()), {
      filter: {
        user_agent: {
          version: { major: "7", minor: "0", patch: "3" },
          os: { version: { major: "10", minor: "9", patch: "3" } },
        },
      },
    });
  });

  const rows: [name: string, filter: string, input: object, expected: object, ecs?: "disabled"][] = [
    ["a target", 'useragent { source => "m" target => "[a][ua]" }', { m: SAFARI }, { m: SAFARI, a: { ua: ECS } }],
    ["the first of a list", 'useragent { source => "m" }', { m: [SAFARI, "x"] }, { m: [SAFARI, "x"], user_agent: ECS }],
    ["the source's own place", 'useragent { source => "m" target => "[m]" }', { m: SAFARI }, { m: ECS }],
    ["older names", 'useragent { source => "m" target => "ua" }', { m: SAFARI }, { m: SAFARI, ua: FLAT }, "disabled"],
    ["older names at the top", 'useragent { source => "m" }', { m: SAFARI }, { m: SAFARI, ...FLAT }, "disabled"],
    [
      "a prefix",
      'useragent { source => "m" prefix => "ua_" }',
      { m: "curl/8.5.0" },
      {
        m: "curl/8.5.0",
        ua_name: "curl",
        ua_version: "8.5.0",
        ua_major: "8",
        ua_minor: "5",
        ua_patch: "0",
        ua_os: "Other",
        ua_os_name: "Other",
        ua_os_full: "Other",
        ua_device: "Other",
      },
      "disabled",
    ],
    [
      "what is not known",
      'useragent { source => "m" }',
      { m: "?" },
      { m: "?", user_agent: { name: "Other", os: { name: "Other", full: "Other" }, device: { name: "Other" } } },
    ],
    ["an empty text", 'useragent { source => "m" add_tag => ["yes"] }', { m: "" }, { m: "" }],
    ["no field", 'useragent { source => "m" add_tag => ["yes"] }', {}, {}],
    ["a number", 'useragent { source => "m" add_tag => ["yes"] }', { m: 7 }, { m: 7 }],
  ];
  for (const [name, filter, input, expected, ecs] of rows) {
    it(`takes ${name}`, () =>
      assert.deepEqual(outcome(filter, input as never, ecs === undefined ? {} : { ecs }), expected));
  }

  it("gives a text that comes often what it gave the first time, also where the event has some of the fields", () => {
    for (const own of [{}, { user_agent: { name: "mine", os: { kernel: "6" } } }, { user_agent: { os: "mine" } }]) {
      const events = runFilters(
        'filter { useragent { source => "m" } }',
        Array.from({ length: 6 }, () => ({ m: SAFARI, ...own })),
      );
      const texts = events.map((event) => JSON.stringify([event.toObject(), event.metadataObject()]));
      assert.equal(texts.length, 6);
      assert.deepEqual([...new Set(texts)], [texts[0]]);
    }
  });

  it("tells a text again that it forgot, and long ones that it never keeps", () => {
    const filter = 'useragent { source => "m" lru_cache_size => 1 remove_field => ["m"] }';
    const long = `${SAFARI} ${"x".repeat(2000)}`;
    for (const m of [SAFARI, "curl/8.5.0", SAFARI, long]) {
      const name = m === "curl/8.5.0" ? "curl" : "Safari";
      assert.equal((outcome(filter, { m }) as { user_agent: { name: string } }).user_agent.name, name);
    }
  });

  it("takes rules from a file", () => {
    const folder = mkdtempSync(join(tmpdir(), "antler-agents-"));
    try {
      const rules = join(folder, "rules.yaml");
      writeFileSync(rules, 'user_agent_parsers:\n- {regex: "(Probe)/(.+)", family_replacement: "Our $1"}\n');
      assert.deepEqual(outcome(`useragent { source => "m" regexes => "${rules}" }`, { m: "Probe/3x" }), {
        m: "Probe/3x",
        user_agent: {
          name: "Our Probe",
          version: "3x",
          os: { name: "Other", full: "Other" },
          device: { name: "Other" },
        },
      });
      const bad = join(folder, "bad.yaml");
      writeFileSync(bad, "os_parsers:\n  - regex: '('\n");
      for (const file of [bad, join(folder, "none.yaml")]) {
        const [problem] = problemsOf(useragent, { source: "m", regexes: file });
        assert.deepEqual([problem?.option, problem?.severity], ["regexes", "host"]);
      }
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it("finds what is wrong with a prefix", () => {
    assert.deepEqual(problemsOf(useragent, { source: "m" }), []);
    assert.equal(problemsOf(useragent, { source: "m", prefix: "ua_" })[0]?.severity, "warning");
    assert.equal(problemsOf(useragent, { source: "m", prefix: "[ua" }).at(-1)?.option, "prefix");
  });
});
