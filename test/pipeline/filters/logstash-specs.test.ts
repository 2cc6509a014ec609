import assert from "node:assert/strict";
import type { Event } from "../../../src/event/event.ts";
import { FieldReference } from "../../../src/event/field-reference.ts";
import { Timestamp } from "../../../src/event/timestamp.ts";
import type { StoredTree } from "../../../src/event/value.ts";
import { GrokLibrary } from "../../../src/language/grok/library.ts";
import { compileSprintf } from "../../../src/language/sprintf.ts";
import { PLUGINS } from "../../../src/pipeline/plugins.ts";
import type { EcsMode } from "../../../src/plugin/definitions.ts";
import { bundledRulesPath } from "../../../src/transform/user-agent-parser.ts";
import { conformanceCases, conformanceFile } from "../../support/conformance.ts";
import { comparable, runFilters } from "../../support/run-filters.ts";

interface Check {
  readonly op: string;
  readonly ref?: string;
  readonly value?: unknown;
  readonly event?: number;
  readonly negate?: boolean;
  readonly delta?: number;
  readonly operator?: string;
}

interface Case {
  readonly id: string;
  readonly plugin: string;
  readonly name: string;
  readonly config: string;
  readonly ecs_compatibility: EcsMode | null;
  readonly input: string | StoredTree | (string | StoredTree)[];
  readonly inputs_n: number;
  readonly expect: readonly (readonly [string, unknown, number?])[];
  readonly checks: readonly Check[];
  readonly confidence: string;
  readonly clock?: string;
  readonly tags?: readonly string[];
}

/** Cases that do not hold here, with the reason. */
const LEFT_OUT: Readonly<Record<string, string>> = {
  "8929b07c0b": "1.0 and 1 are one number in JavaScript",
  a06e2d0c99: "the time limit is the runtime's: test/pipeline/run/time-limit.test.ts",
  "47a714a2f2": "the time limit is the runtime's: test/pipeline/run/time-limit.test.ts",
  b425055def: "the time limit is the runtime's: test/pipeline/filters/kv.test.ts",
  a36f9e5fe6: "123.0 and 123 are one number in JavaScript",
  "5e209fcad6": "2147483648.0 and 2147483648 are one number in JavaScript",
};

/** Names of grok patterns that a case uses without defining them. */
function patternsOf(one: Case): string[] {
  const used = [...one.config.matchAll(/%\{([A-Z][A-Z0-9_]+)[:}\s]/g)].map((match) => match[1] as string);
  return used.filter((name) => !one.config.includes(`"${name}"`));
}

const libraries = (["disabled", "v1"] as const).map((ecs) => new GrokLibrary(ecs));
const known = (name: string): boolean => libraries.every((library) => library.get(name) !== undefined);

const filters = new Set(PLUGINS.filter(({ kind }) => kind === "filter").map(({ name }) => name));
const cases = conformanceCases<Case>("logstash-specs.jsonl");

/** Names of filters that a case configures. */
function filtersOf(one: Case): string[] {
  const names = [...one.config.matchAll(/^\s*(?:filter\s*\{)?\s*([a-z_]+)\s*\{/gm)].map((match) => match[1] as string);
  return names.filter((name) => name !== "filter");
}

type Group = "binding" | "advisory" | "left out" | "later";

function groupOf(one: Case): Group {
  if (!filtersOf(one).every((name) => filters.has(name)) || !patternsOf(one).every(known)) return "later";
  if (LEFT_OUT[one.id] !== undefined || one.tags?.includes("depends_on_current_year_2026")) return "left out";
  return one.confidence === "high" ? "binding" : "advisory";
}

describe("Logstash's own specs", () => {
  if (cases === undefined) {
    it.skip("the conformance folder is not beside this checkout");
    return;
  }
  const counts = { run: 0, passed: 0, advisory: 0, "advisory that hold": 0, "left out": 0, later: 0 };
  for (const plugin of [...new Set(cases.map((one) => one.plugin))].sort()) {
    const groups: Record<Group, Case[]> = { binding: [], advisory: [], "left out": [], later: [] };
    for (const one of cases) if (one.plugin === plugin) groups[groupOf(one)].push(one);
    counts.later += groups.later.length;
    counts["left out"] += groups["left out"].length;
    if (groups.binding.length === 0) {
      it.skip(`${plugin}: ${groups.later.length} cases need filters or patterns of later issues`);
      continue;
    }
    const others = (["advisory", "left out", "later"] as const).filter((group) => groups[group].length > 0);
    const rest = others.map((group) => `, ${groups[group].length} ${group}`).join("");
    it(`${plugin}: ${groups.binding.length} cases${rest}`, function () {
      this.timeout(60_000);
      const wrong = groups.binding.map(faultOf).filter((fault) => fault !== undefined);
      counts.run += groups.binding.length;
      counts.passed += groups.binding.length - wrong.length;
      counts.advisory += groups.advisory.length;
      counts["advisory that hold"] += groups.advisory.filter((one) => faultOf(one) === undefined).length;
      assert.deepEqual(wrong, []);
    });
  }
  after(() => {
    const text = Object.entries(counts).map(([name, count]) => `${name} ${count}`);
    console.log(`    Logstash's specs: ${text.join(", ")}`);
  });
});

/** What does not hold in a case, on one line. */
function faultOf(one: Case): string | undefined {
  try {
    runCase(one);
    return undefined;
  } catch (error) {
    const lines = (error as Error).message.split("\n").slice(0, 4).join(" ");
    return `${one.id} ${one.name.slice(0, 100)}: ${lines.slice(0, 300)}`;
  }
}

function runCase(one: Case): void {
  const config = one.config
    .replaceAll("${FIXTURES}", conformanceFile("fixtures") as string)
    .replaceAll("build/resources/main/regexes.yaml", bundledRulesPath());
  const inputs = one.inputs_n > 1 && Array.isArray(one.input) ? one.input : [one.input as string | StoredTree];
  const now = one.clock === undefined ? Date.now() : Date.parse(one.clock);
  const outputs = runFilters(config, inputs, { ecs: one.ecs_compatibility ?? "disabled", now });
  for (const [reference, value, index = 0] of one.expect) {
    const event = outputs[index];
    assert.ok(event !== undefined, `there is no event ${index}`);
    assert.deepEqual(normal(fieldOf(event, reference)), normal(value), reference);
  }
  for (const check of one.checks) assertCheck(check, outputs);
}

function fieldOf(event: Event, reference: string): unknown {
  return comparable(new FieldReference(reference).get(event));
}

/** Missing and null are one; numbers in texts stay texts. */
function normal(value: unknown): unknown {
  if (typeof value === "object" && value !== null && "$timestamp" in value) return value.$timestamp;
  return value ?? null;
}

function assertCheck(check: Check, outputs: readonly Event[]): void {
  if (check.op === "output_count") {
    assert.equal(outputs.length, check.value);
    return;
  }
  if (check.op === "dropped" || check.op === "not_dropped") {
    assert.equal(outputs.length === 0, (check.op === "dropped") !== (check.negate ?? false));
    return;
  }
  const event = outputs[check.event ?? 0];
  assert.ok(event !== undefined, "no event came out");
  if (check.op === "sprintf") {
    assert.equal(compileSprintf(check.ref ?? "")(event), check.value);
    return;
  }
  if (check.op === "present" && check.ref !== undefined && new FieldReference(check.ref).has(event)) return;
  const actual = check.ref === undefined ? comparable(event.toObject()) : fieldOf(event, check.ref);
  const holds = evaluate(check, actual);
  assert.equal(
    holds,
    !(check.negate ?? false),
    `${check.ref} ${check.op} ${JSON.stringify(check.value)}, is ${JSON.stringify(actual)}`,
  );
}

function evaluate({ op, value, delta = 0, operator }: Check, actual: unknown): boolean {
  const same = (a: unknown, b: unknown): boolean => {
    try {
      assert.deepEqual(a, b);
      return true;
    } catch {
      return false;
    }
  };
  const values = Array.isArray(value) ? value : [value];
  const includes = (item: unknown): boolean =>
    typeof actual === "string"
      ? actual.includes(String(item))
      : Array.isArray(actual)
        ? actual.some((own) => same(own, item))
        : typeof actual === "object" && actual !== null && String(item) in actual;
  switch (op) {
    case "eq":
      return same(normal(actual), normal(value));
    case "ne":
      return !same(normal(actual), normal(value));
    case "present":
      return actual !== null;
    case "absent":
      return actual === null;
    case "include":
      return values.every(includes);
    case "not_include":
      return !values.some(includes);
    case "match":
      return new RegExp(String(value)).test(String(actual));
    case "type":
      return typeMatches(String(value), actual);
    case "not_type":
      return !typeMatches(String(value), actual);
    case "size":
      return (
        (Array.isArray(actual) || typeof actual === "string" ? actual.length : Object.keys(actual as object).length) ===
        value
      );
    case "to_s":
      return String(actual) === String(value);
    case "truthy":
      return actual !== null && actual !== false;
    case "falsey":
      return actual === null || actual === false;
    case "empty":
      return Array.isArray(actual) || typeof actual === "string"
        ? actual.length === 0
        : Object.keys((actual as object) ?? {}).length === 0;
    case "not_empty":
      return Array.isArray(actual) || typeof actual === "string"
        ? actual.length > 0
        : Object.keys((actual as object) ?? {}).length > 0;
    case "start_with":
      return String(actual).startsWith(String(value));
    case "end_with":
      return String(actual).endsWith(String(value));
    case "contain_exactly":
      return Array.isArray(actual) && actual.length === values.length && values.every(includes);
    case "within":
      return Math.abs(Number(actual) - Number(value)) <= delta;
    case "compare":
      if (operator !== "==") throw new Error(`the operator ${operator} is not known here`);
      return same(normal(actual), normal(value));
    default:
      throw new Error(`the check ${op} is not known here`);
  }
}

function typeMatches(type: string, actual: unknown): boolean {
  switch (type) {
    case "Array":
      return Array.isArray(actual);
    case "String":
      return typeof actual === "string";
    case "Hash":
      return typeof actual === "object" && actual !== null && !Array.isArray(actual);
    case "Integer":
    case "Fixnum":
      return Number.isInteger(actual);
    case "Float":
    case "Numeric":
      return typeof actual === "number";
    case "LogStash::Timestamp":
      return Timestamp.parse(String(actual)) !== undefined;
    default:
      throw new Error(`the type ${type} is not known here`);
  }
}
