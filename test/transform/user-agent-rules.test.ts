import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { parse } from "yaml";
import { bundledRulesPath } from "../../src/transform/user-agent-parser.ts";
import { readUserAgentRules, UserAgentRulesError } from "../../src/transform/user-agent-rules.ts";

const PLAIN = `# a comment
user_agent_parsers:
  - regex: '(Fire''fox)/(\\d+)' # behind
    family_replacement: 'F $1'

os_parsers:
  - regex: 'Win'
    os_replacement: 'Windows'
    os_v1_replacement: '7'
device_parsers:
  - regex: 'phone'
    regex_flag: 'i'
    device_replacement: '$1'
    brand_replacement: 'none'
`;

describe("rules of user agents", () => {
  const rules = {
    agents: [
      {
        pattern: "(Fire'fox)/(\\d+)",
        ignoreCase: false,
        values: ["F $1", undefined, undefined, undefined, undefined],
      },
    ],
    systems: [{ pattern: "Win", ignoreCase: false, values: ["Windows", "7", undefined, undefined, undefined] }],
    devices: [{ pattern: "phone", ignoreCase: true, values: ["$1"] }],
  };

  it("are read from lines as uap-core writes them", () => assert.deepEqual(readUserAgentRules(PLAIN), rules));

  it("are read from any other YAML too", () => {
    const other = JSON.stringify(parse(PLAIN));
    assert.deepEqual(readUserAgentRules(other), rules);
    const quoted = PLAIN.replace("'Win'", '"Win"').replace("'7'", "7");
    assert.deepEqual(readUserAgentRules(quoted), rules);
  });

  it("are all those of uap-core, as a YAML parser reads them", function () {
    this.timeout(20_000);
    const text = readFileSync(bundledRulesPath(), "utf8");
    const document = parse(text) as Record<string, Record<string, string>[]>;
    const { agents, systems, devices } = readUserAgentRules(text);
    const patterns = (name: string): unknown[] => (document[name] ?? []).map(({ regex }) => regex);
    assert.deepEqual(
      agents.map(({ pattern }) => pattern),
      patterns("user_agent_parsers"),
    );
    assert.deepEqual(
      systems.map(({ pattern }) => pattern),
      patterns("os_parsers"),
    );
    assert.deepEqual(
      devices.map(({ pattern }) => pattern),
      patterns("device_parsers"),
    );
    assert.deepEqual(
      devices.map(({ values: [name] }) => name),
      (document["device_parsers"] ?? []).map((entry) => entry["device_replacement"]),
    );
    assert.ok(agents.length > 300 && systems.length > 150 && devices.length > 600);
  });

  const bad: [name: string, text: string, message: RegExp][] = [
    ["no YAML", "a: [", /YAML/],
    ["an empty file", "", /no rules/],
    ["a text", "hello", /no lists/],
    ["other lists", "x:\n  - regex: 'a'\n", /no rules/],
    ["a list that is none", "os_parsers: 7", /no list/],
    ["a rule without an expression", "os_parsers:\n  - os_replacement: 'a'\n", /rule 1 of os_parsers has no regex/],
    ["an expression that is none", "os_parsers:\n  - regex: '(a'\n", /rule 1 of os_parsers: /],
    ["nothing in a list", "os_parsers:\n  -\n", /rule 1 of os_parsers has no regex/],
  ];
  for (const [name, text, message] of bad) {
    it(`are not read from ${name}`, () =>
      assert.throws(
        () => readUserAgentRules(text),
        (error) => {
          assert.ok(error instanceof UserAgentRulesError);
          assert.match(error.message, message);
          return true;
        },
      ));
  }
});
