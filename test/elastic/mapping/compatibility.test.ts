import assert from "node:assert/strict";
import { misfit } from "../../../src/elastic/mapping/compatibility.ts";
import { readField } from "../../../src/elastic/mapping/mapping.ts";
import {
  BOOLEAN,
  DATE,
  FLOAT,
  INTEGER,
  TEXT,
  type TextForm,
  textShape,
  UNKNOWN,
  type ValueShape,
} from "../../../src/plugin/value-shape.ts";
import { call, realElasticsearch } from "../../support/elasticsearch.ts";

const OBJECT: ValueShape = { kind: "object" };

function literal(text: string): ValueShape {
  return { kind: "text", literal: text };
}

/** What values of a shape look like in a document. */
function samplesOf(shape: ValueShape): readonly unknown[] {
  if (shape.literal !== undefined) return [shape.literal];
  if (shape.form !== undefined) return SAMPLES[shape.form];
  switch (shape.kind) {
    case "object":
      return [{ inner: "x" }];
    case "integer":
      return [7];
    case "float":
      return [7.5, 3];
    case "boolean":
      return [true, false];
    case "date":
      return ["2026-11-12T13:45:07.123Z"];
    default:
      return ["7", "no number"];
  }
}

const SAMPLES: Readonly<Record<TextForm, readonly string[]>> = {
  integer: ["7"],
  number: ["7.5", "+7"],
  address: ["10.0.0.1", "2001:db8::1"],
  host: ["web-1.example.com", "10.0.0.1", "7"],
  word: ["GET", "42", "true"],
  time: ["2026-11-12 13:45:07,123"],
  name: ["12/Nov/2026:13:45:07 +0100", "ERROR", "/var/log"],
};

type Verdict = "never" | "maybe" | "fits";

/** Mapping, value, what is said. `maybe`: some of the samples are refused. */
const TABLE: readonly (readonly [mapping: object, shape: ValueShape, verdict: Verdict])[] = [
  // Objects against values.
  [{ type: "keyword" }, OBJECT, "never"],
  [{ type: "text" }, OBJECT, "never"],
  [{ type: "long" }, OBJECT, "never"],
  [{ type: "long", ignore_malformed: true }, OBJECT, "never"],
  [{ type: "ip" }, OBJECT, "never"],
  [{ type: "date" }, OBJECT, "never"],
  [{ type: "boolean" }, OBJECT, "never"],
  [{ type: "flattened" }, OBJECT, "fits"],
  [{ type: "flattened" }, literal("a"), "never"],
  [{ type: "flattened" }, INTEGER, "never"],
  [{ properties: { inner: { type: "keyword" } } }, OBJECT, "fits"],
  [{ properties: { inner: { type: "keyword" } } }, literal("a"), "never"],
  [{ properties: { inner: { type: "keyword" } } }, INTEGER, "never"],
  [{ type: "nested" }, OBJECT, "fits"],
  [{ type: "nested" }, literal("a"), "never"],
  [{ type: "object", enabled: false }, literal("a"), "fits"],
  // Numbers.
  [{ type: "long" }, literal("many"), "never"],
  [{ type: "long" }, literal("12"), "fits"],
  [{ type: "long" }, literal("12.7"), "fits"],
  [{ type: "long" }, literal("-3"), "fits"],
  [{ type: "long" }, literal("+3"), "fits"],
  [{ type: "long" }, literal("1e3"), "fits"],
  [{ type: "long" }, literal(""), "fits"],
  [{ type: "long" }, literal("9223372036854775808"), "never"],
  [{ type: "long" }, literal("9223372036854775807"), "fits"],
  [{ type: "long" }, literal("0x10"), "never"],
  [{ type: "long" }, literal("1,000"), "never"],
  [{ type: "byte" }, literal("128"), "never"],
  [{ type: "byte" }, literal("-128"), "fits"],
  [{ type: "integer" }, literal("2147483648"), "never"],
  [{ type: "short" }, literal("-32768"), "fits"],
  [{ type: "double" }, literal("12.5"), "fits"],
  [{ type: "double" }, literal(".5"), "fits"],
  [{ type: "double" }, literal("many"), "never"],
  [{ type: "long", coerce: false }, literal("12"), "never"],
  [{ type: "long", coerce: false }, INTEGER, "fits"],
  [{ type: "long", coerce: false }, FLOAT, "maybe"],
  [{ type: "long" }, FLOAT, "fits"],
  [{ type: "double" }, INTEGER, "fits"],
  [{ type: "long" }, BOOLEAN, "never"],
  [{ type: "double" }, BOOLEAN, "never"],
  [{ type: "long" }, DATE, "never"],
  [{ type: "long" }, textShape("word"), "maybe"],
  [{ type: "long" }, textShape("host"), "maybe"],
  [{ type: "long" }, textShape("integer"), "fits"],
  [{ type: "long" }, textShape("number"), "fits"],
  [{ type: "long" }, textShape("address"), "never"],
  [{ type: "long" }, textShape("time"), "never"],
  [{ type: "long" }, textShape("name"), "never"],
  [{ type: "long", coerce: false }, textShape("number"), "never"],
  [{ type: "long", ignore_malformed: true }, literal("many"), "fits"],
  [{ type: "keyword", fields: { number: { type: "long" } } }, literal("many"), "never"],
  // Booleans.
  [{ type: "boolean" }, BOOLEAN, "fits"],
  [{ type: "boolean" }, literal("true"), "fits"],
  [{ type: "boolean" }, literal(""), "fits"],
  [{ type: "boolean" }, literal("yes"), "never"],
  [{ type: "boolean" }, literal("True"), "never"],
  [{ type: "boolean" }, INTEGER, "never"],
  [{ type: "boolean" }, textShape("integer"), "never"],
  [{ type: "boolean" }, textShape("address"), "never"],
  [{ type: "boolean" }, textShape("word"), "maybe"],
  // Addresses.
  [{ type: "ip" }, literal("10.0.0.1"), "fits"],
  [{ type: "ip" }, literal("::ffff:10.0.0.1"), "fits"],
  [{ type: "ip" }, literal("localhost"), "never"],
  [{ type: "ip" }, literal("10.0.0.0/8"), "never"],
  [{ type: "ip" }, literal("10.0.0.01"), "never"],
  [{ type: "ip" }, literal("-"), "never"],
  [{ type: "ip" }, INTEGER, "never"],
  [{ type: "ip" }, BOOLEAN, "never"],
  [{ type: "ip" }, DATE, "never"],
  [{ type: "ip" }, textShape("address"), "fits"],
  [{ type: "ip" }, textShape("word"), "never"],
  [{ type: "ip" }, textShape("number"), "never"],
  [{ type: "ip" }, textShape("host"), "maybe"],
  // Times.
  [{ type: "date" }, DATE, "fits"],
  [{ type: "date" }, INTEGER, "fits"],
  [{ type: "date" }, literal("2026-11-12"), "fits"],
  [{ type: "date" }, literal("2026-11-12T13:45:07+01:00"), "fits"],
  [{ type: "date" }, literal("2026"), "fits"],
  [{ type: "date" }, literal("1762951507123"), "fits"],
  [{ type: "date" }, literal("12/Nov/2026"), "never"],
  [{ type: "date" }, literal("2026-11-12 13:45:07"), "never"],
  [{ type: "date" }, literal("now"), "never"],
  [{ type: "date" }, BOOLEAN, "never"],
  [{ type: "date" }, textShape("name"), "never"],
  [{ type: "date" }, textShape("address"), "never"],
  [{ type: "date" }, textShape("word"), "maybe"],
  [{ type: "date", format: "dd/MMM/yyyy" }, literal("12/Nov/2026"), "fits"],
  [{ type: "date", ignore_malformed: true }, literal("soon"), "fits"],
  // Everything else takes any value.
  [{ type: "keyword" }, INTEGER, "fits"],
  [{ type: "keyword" }, BOOLEAN, "fits"],
  [{ type: "text" }, DATE, "fits"],
  [{ type: "text" }, TEXT, "fits"],
  [{ type: "keyword" }, literal("many"), "fits"],
];

function said(mapping: object, shape: ValueShape): Verdict {
  const problem = misfit(shape, readField(mapping as Record<string, unknown>));
  return problem === undefined ? "fits" : problem.certain ? "never" : "maybe";
}

describe("values against mapped fields", () => {
  for (const [mapping, shape, verdict] of TABLE) {
    it(`${JSON.stringify(mapping)} and ${JSON.stringify(shape)}: ${verdict}`, () => {
      assert.equal(said(mapping, shape), verdict);
    });
  }

  it("says nothing of what is not known: a value of any kind, a text that says anything, a type of a plugin", () => {
    for (const type of ["long", "ip", "boolean", "date"]) {
      assert.equal(said({ type }, UNKNOWN), "fits");
      assert.equal(said({ type }, TEXT), "fits");
    }
    assert.equal(said({ type: "made_by_a_plugin" }, OBJECT), "fits");
    assert.equal(said({ type: "date", format: "epoch_second" }, literal("soon")), "fits");
  });

  // Types that the tests' server lacks.
  it("constant_keyword takes its own value only, and any until it has one", () => {
    assert.equal(said({ type: "constant_keyword", value: "app" }, literal("app")), "fits");
    assert.equal(said({ type: "constant_keyword", value: "app" }, literal("web")), "never");
    assert.equal(said({ type: "constant_keyword" }, literal("web")), "fits");
    assert.equal(said({ type: "constant_keyword", value: "app" }, OBJECT), "never");
    assert.equal(said({ type: "scaled_float" }, literal("many")), "never");
    assert.equal(said({ type: "unsigned_long" }, literal("-1")), "never");
    assert.equal(said({ type: "match_only_text" }, OBJECT), "never");
    assert.equal(said({ type: "wildcard" }, INTEGER), "fits");
  });

  it("an alias takes nothing", () => {
    assert.equal(said({ type: "alias", path: "a" }, literal("x")), "never");
    assert.equal(said({ type: "alias", path: "a" }, UNKNOWN), "never");
  });

  it("names what the value is and what the field takes", () => {
    const field = readField({ type: "constant_keyword", value: "app" });
    assert.deepEqual(misfit(literal("web"), field), {
      certain: true,
      value: 'the text "web"',
      takes: 'constant_keyword with the value "app"',
    });
    assert.equal(misfit(literal("x".repeat(200)), readField({ type: "long" }))?.value.length, 72);
  });

  it("agrees with Elasticsearch on every row", async function () {
    this.timeout(120_000);
    const url = await realElasticsearch();
    if (url === undefined) this.skip();
    const index = "antler-compatibility";
    const properties = Object.fromEntries(TABLE.map(([mapping], i) => [`f${i}`, mapping]));
    await call(url, "PUT", index, {
      mappings: { dynamic: false, properties },
      settings: { number_of_shards: 1, "index.mapping.total_fields.limit": 2000 },
    });
    try {
      const rows = TABLE.flatMap(([, shape], i) =>
        samplesOf(shape).map((value) => ({ i, body: [`{"create":{}}`, JSON.stringify({ [`f${i}`]: value })] })),
      );
      const response = await fetch(`${url}/${index}/_bulk`, {
        method: "POST",
        headers: { "content-type": "application/x-ndjson" },
        body: `${rows.flatMap(({ body }) => body).join("\n")}\n`,
      });
      const { items } = (await response.json()) as { items: { create: { status: number } }[] };
      const wrong: string[] = [];
      for (const [i, [mapping, shape, verdict]] of TABLE.entries()) {
        const taken = items.filter((_, k) => rows[k]?.i === i).map(({ create }) => create.status === 201);
        const real = taken.every(Boolean) ? "fits" : taken.some(Boolean) ? "maybe" : "never";
        if (real !== verdict)
          wrong.push(`${JSON.stringify(mapping)} ${JSON.stringify(shape)}: ${verdict}, but the server: ${real}`);
      }
      assert.deepEqual(wrong, []);
    } finally {
      await call(url, "DELETE", index);
    }
  });
});
