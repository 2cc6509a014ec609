import assert from "node:assert/strict";
import { FieldReference } from "../../../src/event/field-reference.ts";
import { Timestamp } from "../../../src/event/timestamp.ts";
import type { StoredTree, Value } from "../../../src/event/value.ts";
import type { ResolvedFilter } from "../../../src/pipeline/compile/resolved.ts";
import { PLUGINS } from "../../../src/pipeline/plugins.ts";
import { EventShape } from "../../../src/plugin/event-shape.ts";
import type { ValueShape } from "../../../src/plugin/value-shape.ts";
import { FilterSession } from "../../support/filter-session.ts";
import { resolved } from "../../support/resolved.ts";

/** Every value in a tree by its path; elements of lists count as the list. */
function* leavesOf(
  value: unknown,
  path: readonly string[],
): Generator<readonly [path: readonly string[], value: unknown]> {
  if (Array.isArray(value)) for (const item of value) yield* leavesOf(item, path);
  else if (typeof value === "object" && value !== null && !(value instanceof Timestamp)) {
    for (const [name, inner] of Object.entries(value)) yield* leavesOf(inner, [...path, name]);
  } else if (value !== undefined && value !== null) yield [path, value];
}

/** Whether a value can have been meant by a shape. */
function fits(value: unknown, { kind, literal }: ValueShape): boolean {
  if (literal !== undefined) return value === literal;
  switch (kind) {
    case "unknown":
    case "object":
      return true;
    case "text":
      return typeof value === "string";
    case "integer":
      return Number.isInteger(value);
    case "float":
      return typeof value === "number";
    case "boolean":
      return typeof value === "boolean";
    default:
      return value instanceof Timestamp;
  }
}

/** What a filter makes of an event must be among what its shape says that can be. */
describe("what filters say that they make, against what they make", () => {
  let looked = 0;
  for (const plugin of PLUGINS) {
    if (plugin.kind !== "filter" || plugin.shape === undefined) continue;
    for (const { title, config, given } of plugin.examples) {
      if (given === undefined) continue;
      it(`${plugin.name}: ${title}`, async () => {
        const input = typeof given === "string" ? { message: given } : given;
        const [filter] = resolved(`input { stdin { } } filter { ${config} } output { null { } }`)
          .filters as ResolvedFilter[];
        assert.ok(filter?.plugin.shape);
        const shape = new EventShape();
        for (const [path, value] of leavesOf(input, []))
          shape.add(
            path.map((name) => `[${name}]`).join(""),
            typeof value === "string" ? { kind: "text", literal: value } : { kind: "unknown" },
            "",
          );
        filter.plugin.shape(filter.options as never, shape, filter.ecs);
        for (const event of await new FilterSession(`filter { ${config} }`).send(
          structuredClone(input) as StoredTree,
        )) {
          // What a failure leaves as it was is not said.
          if (event.fields["tags"] !== undefined) continue;
          const whole = Object.keys(event.fields).map(
            (name) => [name, new FieldReference(`[${name}]`).get(event)] as const,
          );
          for (const [path, value] of leavesOf(Object.fromEntries(whole) as Record<string, Value>, [])) {
            if (["tags", "@timestamp", "@version"].includes(path[0] as string)) continue;
            const reference = path.map((name) => `[${name}]`).join("");
            const made = shape.get(reference);
            const said = made.map((one) => JSON.stringify(one.value)).join(", ");
            if (made.length === 0) assert.ok(shape.canHave(reference), `${reference} is not said to be possible`);
            else if (!shape.open)
              assert.ok(
                made.some((one) => fits(value, one.value)),
                `${reference} is ${String(value)}, and was to be ${said}`,
              );
            looked++;
          }
        }
      });
    }
  }

  after(() => assert.ok(looked > 50, `only ${looked} values were looked at`));
});
