import assert from "node:assert/strict";
import { FieldReference } from "../../../src/event/field-reference.ts";
import type { StoredTree } from "../../../src/event/value.ts";
import { GrokLibrary } from "../../../src/language/grok/library.ts";
import { conformanceCases } from "../../support/conformance.ts";
import { comparable, runFilters } from "../../support/run-filters.ts";

interface Case {
  readonly id: string;
  readonly plugin: string;
  readonly config: string;
  readonly config_hash?: { readonly grok?: { readonly match?: unknown; readonly pattern_definitions?: object } };
  readonly ecs_compatibility: "disabled" | "v1" | "v8" | null;
  readonly input: string | StoredTree | (string | StoredTree)[];
  readonly inputs_n: number;
  readonly expect: readonly (readonly [string, unknown, number?])[];
  readonly checks: readonly { readonly op: string; readonly ref?: string; readonly value?: unknown }[];
  readonly confidence: string;
}

/** Cases that are left out, with the reason. */
const LEFT_OUT: Readonly<Record<string, string>> = {
  "8929b07c0b": "1.0 and 1 are one number in JavaScript",
  "47a714a2f2": "about the time limit, which the runtime's tests have",
  a06e2d0c99: "about the time limit, which the runtime's tests have",
};

const cases = conformanceCases<Case>("logstash-specs.jsonl")?.filter(
  ({ plugin, config_hash }) =>
    (plugin === "patterns-core" || plugin === "filter-grok") && config_hash?.grok !== undefined,
);

/** Names of patterns that a case needs and that nobody defines. */
function missing({ ecs_compatibility, config_hash }: Case): string[] {
  const library = new GrokLibrary(ecs_compatibility ?? "disabled");
  const own = Object.keys(config_hash?.grok?.pattern_definitions ?? {});
  const names = [...JSON.stringify(config_hash).matchAll(/%\{(\w+)/g)].map((found) => found[1] as string);
  return names.filter((name) => library.get(name) === undefined && !own.includes(name));
}

function run({ config, ecs_compatibility, input, inputs_n, expect, checks }: Case): void {
  const inputs = inputs_n > 1 && Array.isArray(input) ? input : [input as string | StoredTree];
  const events = runFilters(config, inputs, { ecs: ecs_compatibility ?? "disabled" });
  const fieldOf = (reference: string, index = 0): unknown => {
    const event = events[index];
    assert.ok(event !== undefined, `there is no event ${index}`);
    return comparable(new FieldReference(reference).get(event)) ?? null;
  };
  for (const [reference, value, index] of expect) assert.deepEqual(fieldOf(reference, index), value, reference);
  for (const { op, ref = "", value } of checks) {
    const actual = fieldOf(ref);
    const label = `${ref} ${op} ${JSON.stringify(value)}, is ${JSON.stringify(actual)}`;
    const all = (value as readonly unknown[] | undefined) ?? [];
    if (op === "absent") assert.equal(actual, null, label);
    else if (op === "present") assert.ok(actual !== null || new FieldReference(ref).has(events[0] as never), label);
    else if (op === "ne") assert.notDeepEqual(actual, value, label);
    else if (op === "to_s") assert.equal(String(actual), value, label);
    else if (op === "include")
      assert.ok(
        all.every((one) => includes(actual, one)),
        label,
      );
    else if (op === "not_include") assert.ok(!all.some((one) => includes(actual, one)), label);
    else if (op === "start_with") assert.ok(String(actual).startsWith(String(value)), label);
    else if (op === "type") assert.equal(typeof actual, value === "String" ? "string" : "number", label);
    else assert.fail(`a check that this test does not know: ${op}`);
  }
}

function includes(actual: unknown, one: unknown): boolean {
  if (typeof actual === "string") return actual.includes(String(one));
  return Array.isArray(actual) && actual.includes(one);
}

describe("Logstash's own specs of grok and its patterns", () => {
  if (cases === undefined) {
    it.skip("the conformance folder is not beside this checkout");
    return;
  }
  const runnable = cases.filter((one) => missing(one).length === 0 && LEFT_OUT[one.id] === undefined);
  const high = runnable.filter(({ confidence }) => confidence === "high");
  const needed = new Set(cases.flatMap(missing));

  it(`${high.length} of ${cases.length} cases`, () => {
    assert.ok(high.length > 0);
    const wrong: string[] = [];
    for (const one of high) {
      try {
        run(one);
      } catch (error) {
        wrong.push(`${one.id} ${one.config.replaceAll("\n", " ")}: ${(error as Error).message.slice(0, 300)}`);
      }
    }
    assert.deepEqual(wrong, []);
  });
  it.skip(`${runnable.length - high.length} cases of medium confidence`);
  it.skip(
    `${cases.length - runnable.length - Object.keys(LEFT_OUT).length} cases of patterns that are not here: ${needed.size} names`,
  );
  for (const [id, reason] of Object.entries(LEFT_OUT)) it.skip(`${id}: ${reason}`);
});
