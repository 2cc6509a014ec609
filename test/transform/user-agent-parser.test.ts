import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import fc from "fast-check";
import { bundledRulesPath, openUserAgentParser, UserAgentParser } from "../../src/transform/user-agent-parser.ts";
import { readUserAgentRules, type UserAgentRule } from "../../src/transform/user-agent-rules.ts";

const NONE = [undefined, undefined, undefined, undefined];

function rule(pattern: string, ...values: (string | undefined)[]): UserAgentRule {
  return { pattern, ignoreCase: false, values: [0, 1, 2, 3, 4].map((i) => values[i]) };
}

describe("user agents", () => {
  const rules = readUserAgentRules(readFileSync(bundledRulesPath(), "utf8"));
  const parser = openUserAgentParser(bundledRulesPath());

  it("are the first rule's that matches", () => {
    const own = new UserAgentParser({
      agents: [rule("(Fox)/(\\d+)\\.?(\\d*)"), rule("Fox", "Other Fox"), rule("(\\w*)bot", "Bot $1", "$1")],
      systems: [rule("(Win) ?(\\d+)?", "MS $1")],
      devices: [{ pattern: "(phone)(x?)", ignoreCase: true, values: [" $2 $1 $7 "] }],
    });
    assert.deepEqual(own.parse("a Fox/12 Win 7 PHONEx"), {
      name: "Fox",
      version: ["12", undefined, undefined, undefined],
      system: "MS Win",
      systemVersion: ["7", undefined, undefined, undefined],
      device: "x PHONE",
    });
    assert.equal(own.parse("Fox").name, "Other Fox");
    assert.deepEqual(own.parse("abot").version, ["a", undefined, undefined, undefined]);
    assert.deepEqual(own.parse("").name, "Other");
    assert.deepEqual(own.parse("Win").systemVersion, NONE);
  });

  it("have no name from a group that matches nothing: the next rule counts", () => {
    const own = new UserAgentParser({ agents: [rule("(x)?y"), rule("y", "Y")], systems: [], devices: [] });
    assert.equal(own.parse("y").name, "Y");
    assert.equal(own.parse("xy").name, "x");
  });

  const rows: [agent: string, name: string, system: string, device: string][] = [
    ["curl/8.5.0", "curl", "Other", "Other"],
    ["", "Other", "Other", "Other"],
    ["-", "Other", "Other", "Other"],
    [
      "Mozilla/5.0 (iPhone; CPU iPhone OS 17_4 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.4 Mobile/15E148 Safari/604.1",
      "Mobile Safari",
      "iOS",
      "iPhone",
    ],
    [
      "Mozilla/5.0 (Linux; Android 13; SM-S901B) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/112.0.0.0 Mobile Safari/537.36",
      "Chrome Mobile",
      "Android",
      "Samsung SM-S901B",
    ],
    ["Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)", "Googlebot", "Other", "Spider"],
    ["Mozilla/5.0 (X11; Ubuntu; Linux x86_64; rv:124.0) Gecko/20100101 Firefox/124.0", "Firefox", "Ubuntu", "Other"],
  ];
  for (const [agent, name, system, device] of rows) {
    it(`tells ${agent.slice(0, 80)}`, () => {
      const found = parser.parse(agent);
      assert.deepEqual([found.name, found.system, found.device], [name, system, device]);
    });
  }

  it("are the same when every rule is tried", function () {
    this.timeout(60_000);
    const every = everyRule(rules);
    const words = [...new Set(rulesText(rules).match(/[A-Za-z]{3,}(?:[ /.;-][A-Za-z0-9.]+)*/g) ?? [])];
    const piece = fc.oneof(
      { weight: 5, arbitrary: fc.constantFrom(...words) },
      fc.constantFrom(
        "Mozilla/5.0 (",
        "; ",
        ") ",
        "/1.2.3",
        " ",
        "Android 9",
        "Windows NT 10.0",
        " Build/",
        "Chrome/1.2.3.4",
      ),
      fc.tuple(fc.nat(99), fc.nat(99)).map(([a, b]) => `${a}.${b}`),
      fc.string({ maxLength: 6 }),
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 12 }), fc.boolean(), (pieces, spaced) => {
        const text = pieces.join(spaced ? " " : "");
        assert.deepEqual(parsed(text), every(text));
      }),
      { numRuns: 1500 },
    );
  });

  it("are the same when every rule is tried, for texts that differ in digits only", function () {
    this.timeout(120_000);
    const every = everyRule(rules);
    const samples = samplesOf(rules);
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom(...samples), { minLength: 1, maxLength: 4 }),
        fc.constantFrom("", " ", "; ", ") AppleWebKit/537.36 ", " Build/"),
        fc.infiniteStream(fc.nat(9)),
        (pieces, between, digits) => {
          const text = pieces.join(between);
          // The first has no plan yet, the second makes it; some take the digits that a rule names.
          const texts = [text, text.replace(/\d/g, () => String(digits.next().value)), text];
          texts.push(
            text.replace(/\d/g, (own) => ((digits.next().value ?? 0) < 5 ? own : String(digits.next().value))),
          );
          for (const one of texts) assert.deepEqual(parsed(one), every(one), one);
        },
      ),
      { numRuns: 600 },
    );
  });

  function parsed(text: string): unknown[] {
    const { name, version, system, systemVersion, device } = parser.parse(text);
    return [name, version, system, systemVersion, device];
  }
});

function rulesText({
  agents,
  systems,
  devices,
}: Record<"agents" | "systems" | "devices", readonly UserAgentRule[]>): string {
  return [...agents, ...systems, ...devices].map(({ pattern }) => pattern.replace(/\\./g, " ")).join("\n");
}

/** Texts that some of the expressions match, made of what they are written with. */
function samplesOf(rules: ReturnType<typeof readUserAgentRules>): string[] {
  const common = [
    "Mozilla/5.0 (Windows NT 6.1; Win64; x64; rv:97.0) Gecko/20100101 Firefox/97.0",
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/97.0.4692.71 Safari/537.36",
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.4.1 Safari/605.1.15",
    "Mozilla/5.0 (Linux; Android 13; SM-S901B) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/112.0.0.0 Mobile Safari/537.36",
    "curl/8.5.0",
  ];
  const written = [...rules.agents, ...rules.systems, ...rules.devices].map(({ pattern }) =>
    pattern
      .replace(/\\d/g, "7")
      .replace(/\\[sSwWbB]/g, " ")
      .replace(/\[\^[^\]]*\]/g, "q")
      .replace(/\[(?:\\(.)|([^\\]))[^\]]*\]/g, "$1$2")
      .replace(/\{\d+(?:,\d*)?\}|\(\?[:=]|[()^$?*+]/g, "")
      .replace(/\|.*$/, "")
      .replace(/\\(.)/g, "$1"),
  );
  return [...common, ...written];
}

/** The rules taken one after the other, as uap-core's specification says. */
function everyRule(rules: ReturnType<typeof readUserAgentRules>): (text: string) => unknown[] {
  const compiled = (list: readonly UserAgentRule[]): (readonly [RegExp, UserAgentRule])[] =>
    list.map((one) => [new RegExp(one.pattern, one.ignoreCase ? "i" : ""), one] as const);
  const lists = [compiled(rules.agents), compiled(rules.systems), compiled(rules.devices)];
  return (text) => {
    const [agent, system, device] = lists.map((list) => {
      for (const [expression, { values }] of list) {
        const match = expression.exec(text);
        if (match === null) continue;
        const given = values.map((value, i) => {
          const filled = value?.includes("$")
            ? value.replace(/\$(\d)/g, (_, n: string) => match[Number(n)] ?? "").trim()
            : (value ?? match[i + 1]);
          return filled === "" ? undefined : filled;
        });
        if (given[0] !== undefined) return given;
      }
      return ["Other"];
    });
    return [agent?.[0], agent?.slice(1), system?.[0], system?.slice(1), device?.[0]];
  };
}
