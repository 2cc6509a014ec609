import assert from "node:assert/strict";
import { dynamicField, matchesWildcard } from "../../../src/elastic/mapping/dynamic-templates.ts";
import { countFields } from "../../../src/elastic/mapping/field-count.ts";
import { placeIn, readMapping } from "../../../src/elastic/mapping/mapping.ts";

function place(mappings: object, ...names: string[]): string {
  const found = placeIn(readMapping(mappings), names);
  switch (found.kind) {
    case "field":
      return `field ${found.path}: ${found.field.type}`;
    case "scalar":
      return `under ${found.path}: ${found.field.type}`;
    case "unmapped":
      return `unmapped under "${found.above}", dynamic ${found.dynamic}`;
    default:
      return found.kind;
  }
}

describe("where fields of documents lead in a mapping", () => {
  const keyword = { type: "keyword" };

  it("through objects, by names with and without dots, on both sides", () => {
    const nested = { properties: { a: { properties: { b: keyword } } } };
    const dotted = { properties: { "a.b": keyword } };
    for (const mappings of [nested, dotted]) {
      assert.equal(place(mappings, "a", "b"), "field a.b: keyword");
      assert.equal(place(mappings, "a.b"), "field a.b: keyword");
      assert.equal(place(mappings, "a"), "field a: object");
    }
    assert.equal(
      place({ properties: { "a.b": keyword, a: { properties: { c: keyword } } } }, "a", "b"),
      "field a.b: keyword",
    );
  });

  it("into values", () => {
    assert.equal(place({ properties: { a: keyword } }, "a", "b"), "under a: keyword");
    assert.equal(place({ properties: { a: { type: "geo_point" } } }, "a", "lat"), "ignored");
    assert.equal(place({ properties: { a: { type: "flattened" } } }, "a", "b", "c"), "ignored");
    assert.equal(place({ properties: { a: { type: "made_by_a_plugin" } } }, "a", "b"), "ignored");
    assert.equal(place({ properties: { a: { enabled: false } } }, "a", "b"), "ignored");
    assert.equal(place({ enabled: false }, "a"), "ignored");
  });

  it("nowhere: what becomes of it is said by the nearest object that says it", () => {
    assert.equal(place({}, "a"), 'unmapped under "", dynamic true');
    assert.equal(place({ dynamic: "strict" }, "a", "b"), 'unmapped under "", dynamic strict');
    const inherits = { dynamic: "strict", properties: { a: { properties: {} } } };
    assert.equal(place(inherits, "a", "b"), 'unmapped under "a", dynamic strict');
    const own = { dynamic: "strict", properties: { a: { dynamic: false, properties: {} } } };
    assert.equal(place(own, "a", "b"), 'unmapped under "a", dynamic false');
  });

  it("without subobjects names with dots lie beside each other", () => {
    const mappings = { subobjects: false, properties: { a: keyword, "a.b": { type: "long" } } };
    assert.equal(place(mappings, "a", "b"), "field a.b: long");
    assert.equal(place(mappings, "a"), "field a: keyword");
    assert.equal(
      place({ properties: { m: { subobjects: false, properties: { "a.b": keyword } } } }, "m", "a", "b"),
      "field m.a.b: keyword",
    );
  });

  it("hostile: objects a thousand deep are refused", () => {
    let deep: object = {};
    for (let i = 0; i < 1000; i++) deep = { properties: { a: deep } };
    assert.throws(() => readMapping(deep), RangeError);
    for (const odd of [
      null,
      7,
      [],
      { properties: 7 },
      { properties: { a: null } },
      { dynamic_templates: [7, { a: null }] },
    ])
      readMapping(odd);
  });
});

describe("dynamic templates", () => {
  const template = (rule: object) => readMapping({ dynamic_templates: [{ one: rule }] });
  const typeOf = (rule: object, path: string, kind: "text" | "integer" | "object" | "unknown" | "date") =>
    dynamicField(template(rule), path.split("."), kind)?.field.type;
  const ip = { mapping: { type: "ip" } };

  it("by name, path and kind of value", () => {
    assert.equal(typeOf({ match: "*_ip", ...ip }, "a.client_ip", "text"), "ip");
    assert.equal(typeOf({ match: "*_ip", ...ip }, "client_ip.a", "text"), undefined);
    assert.equal(typeOf({ match: ["x", "*_ip"], unmatch: "client*", ...ip }, "client_ip", "text"), undefined);
    assert.equal(typeOf({ path_match: "a.*", path_unmatch: "*.no", ...ip }, "a.yes", "text"), "ip");
    assert.equal(typeOf({ path_match: "a.*", path_unmatch: "*.no", ...ip }, "a.no", "text"), undefined);
    assert.equal(typeOf({ match_mapping_type: "long", ...ip }, "a", "integer"), "ip");
    assert.equal(typeOf({ match_mapping_type: "long", ...ip }, "a", "text"), undefined);
    assert.equal(typeOf({ match_mapping_type: ["string", "date"], ...ip }, "a", "text"), "ip");
  });

  it("texts are no dates where that is not looked for", () => {
    const mapping = readMapping({
      date_detection: false,
      dynamic_templates: [{ one: { match_mapping_type: "string", ...ip } }],
    });
    assert.equal(dynamicField(mapping, ["a"], "text")?.field.type, "ip");
  });

  it("nothing where it depends on what a text says, on the name, or where the value is not known", () => {
    assert.equal(typeOf({ match_mapping_type: "string", ...ip }, "a", "text"), undefined);
    assert.equal(typeOf({ mapping: { type: "{dynamic_type}" } }, "a", "text"), undefined);
    assert.equal(typeOf({ match: "*", ...ip }, "a", "unknown"), undefined);
    assert.equal(typeOf({ match: "^ip\\d$", match_pattern: "regex", ...ip }, "ip1", "integer"), undefined);
    assert.equal(typeOf({ match: "*", runtime: { type: "ip" } }, "a", "text"), undefined);
  });
});

describe("patterns of names", () => {
  const table: readonly (readonly [pattern: string, name: string, fits: boolean])[] = [
    ["logs-*-*", "logs-app-default", true],
    ["logs-*-*", "logs-app", false],
    ["*", "", true],
    ["a", "a", true],
    ["a", "ab", false],
    ["a*a", "a", false],
    ["a*a", "aa", true],
    ["*b*", "abc", true],
    ["*.b", "a.b", true],
    ["*.b", "a_b", false],
  ];
  for (const [pattern, name, fits] of table)
    it(`${pattern} and "${name}": ${fits}`, () => assert.equal(matchesWildcard(pattern, name), fits));

  it("hostile: many stars take no longer", () => {
    assert.equal(matchesWildcard(`${"*a".repeat(2000)}b`, "a".repeat(100_000)), false);
  });
});

describe("counting fields", () => {
  it("objects, fields, multi-fields, aliases and runtime fields", () => {
    const mapping = readMapping({
      runtime: { day: { type: "keyword" } },
      properties: {
        a: { properties: { b: { type: "text", fields: { keyword: { type: "keyword" } } } } },
        c: { type: "alias", path: "a.b" },
      },
    });
    assert.equal(countFields(mapping), 5);
  });
});
