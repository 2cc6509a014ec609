import assert from "node:assert/strict";
import { placeIn } from "../../../src/elastic/mapping/mapping.ts";
import { type IndexDesign, TemplateSet } from "../../../src/elastic/mapping/templates.ts";

const properties = (types: Record<string, string>) => ({
  mappings: { properties: Object.fromEntries(Object.entries(types).map(([name, type]) => [name, { type }])) },
});

function typeOf(design: IndexDesign | undefined, name: string): string | undefined {
  const place = design === undefined ? undefined : placeIn(design.mapping, [name]);
  return place?.kind === "field" ? place.field.type : undefined;
}

describe("templates from files", () => {
  it("the one of the highest priority; components in their order, its own part last", () => {
    const set = new TemplateSet();
    set.add("low", { index_patterns: ["logs-*"], template: properties({ a: "text" }) });
    set.add("high", {
      index_patterns: ["logs-app-*", "x"],
      priority: 200,
      data_stream: {},
      composed_of: ["one", "two", "custom"],
      template: properties({ c: "ip" }),
    });
    set.add("one", { template: properties({ a: "long", b: "long", c: "long" }) });
    set.add("two", { template: properties({ b: "keyword" }) });
    const design = set.find("logs-app-default");
    assert.deepEqual(
      ["a", "b", "c", "@timestamp"].map((name) => typeOf(design, name)),
      ["long", "keyword", "ip", "date"],
    );
    assert.equal(design?.isDataStream, true);
    assert.equal(design.origin, 'index template "high"');
    assert.deepEqual(design.missing, ["custom"]);
    assert.equal(typeOf(set.find("logs-web-default"), "a"), "text");
    assert.equal(set.find("metrics-app-default"), undefined);
  });

  it("objects add up, a field with a type takes the place of one", () => {
    const set = new TemplateSet();
    set.add("c", {
      template: {
        mappings: { properties: { a: { properties: { b: { type: "long" } } }, d: { type: "long", coerce: false } } },
      },
    });
    set.add("t", {
      index_patterns: "x",
      composed_of: ["c"],
      template: {
        mappings: { dynamic: "strict", properties: { a: { properties: { c: { type: "ip" } } }, d: { type: "long" } } },
      },
    });
    const root = set.find("x")?.mapping.root;
    assert.deepEqual([...(root?.properties.get("a")?.properties.keys() ?? [])], ["b", "c"]);
    assert.equal(root?.properties.get("d")?.settings["coerce"], undefined);
    assert.equal(root?.dynamic, "strict");
  });

  it("templates of the old kind add up by their order", () => {
    const set = new TemplateSet();
    set.add("b", { index_patterns: ["web-*"], order: 2, ...properties({ a: "ip" }) });
    set.add("a", { index_patterns: ["*"], order: 1, ...properties({ a: "long", b: "long" }) });
    const design = set.find("web-1");
    assert.deepEqual([typeOf(design, "a"), typeOf(design, "b")], ["ip", "long"]);
    assert.equal(design?.isDataStream, false);
  });

  it("what GET gives for templates and for indices", () => {
    const set = new TemplateSet();
    set.add("all", {
      index_templates: [{ name: "t", index_template: { index_patterns: ["t-*"], composed_of: ["c"] } }],
    });
    set.add("all", { component_templates: [{ name: "c", component_template: { template: properties({ a: "ip" }) } }] });
    set.add("mapping", { "web-1": properties({ a: "long" }) });
    set.add("old", { legacy: { order: 0, index_patterns: ["old-*"], ...properties({ a: "byte" }) } });
    assert.deepEqual(
      ["t-1", "web-1", "old-1"].map((name) => typeOf(set.find(name), "a")),
      ["ip", "long", "byte"],
    );
  });

  it("the limit of fields, however its name is taken apart", () => {
    const limitOf = (settings: object): number | undefined => {
      const set = new TemplateSet();
      set.add("t", { index_patterns: ["x"], template: { settings } });
      return set.find("x")?.fieldLimit;
    };
    assert.equal(limitOf({}), 1000);
    assert.equal(limitOf({ "index.mapping.total_fields.limit": 5 }), 5);
    assert.equal(limitOf({ index: { mapping: { total_fields: { limit: "6" } } } }), 6);
    assert.equal(limitOf({ index: { "mapping.total_fields.limit": 7 } }), 7);
    assert.equal(limitOf({ mapping: { total_fields: { limit: 8 } } }), 8);
    assert.equal(limitOf({ "index.mapping.total_fields.ignore_dynamic_beyond_limit": true }), undefined);
  });

  it("anything else is refused", () => {
    for (const odd of [null, 7, "x", [], {}, { a: 1 }, { mappings: 7 }, { name: { settings: {} } }])
      assert.throws(() => new TemplateSet().add("odd", odd), RangeError, JSON.stringify(odd));
  });
});
