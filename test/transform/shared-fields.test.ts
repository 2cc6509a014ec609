import assert from "node:assert/strict";
import { Event } from "../../src/event/event.ts";
import { FieldReference } from "../../src/event/field-reference.ts";
import type { StoredTree } from "../../src/event/value.ts";
import { ReferenceSet, SharedFields } from "../../src/transform/shared-fields.ts";

const VALUES = [
  [["name"], "curl"],
  [["os", "name"], "Linux"],
  [["os", "version"], "6"],
] as const;

function applied(base: string, fields: StoredTree): Event {
  const event = new Event(0, fields);
  new SharedFields(VALUES, new ReferenceSet(base)).apply(event);
  return event;
}

describe("fields that events share", () => {
  const all = { name: "curl", os: { name: "Linux", version: "6" } };
  const rows: [name: string, base: string, before: StoredTree, after: object][] = [
    ["where there is nothing", "[ua]", {}, { ua: all }],
    ["beside what is there", "[ua]", { ua: { original: "x" } }, { ua: { original: "x", ...all } }],
    ["inside what is there", "[ua]", { ua: { os: { full: "x" } } }, { ua: { ...all, os: { full: "x", ...all.os } } }],
    ["over what is there", "[ua]", { ua: { name: "x", os: { name: "y" } } }, { ua: all }],
    ["in place of a text or null", "[ua]", { ua: "x" }, { ua: all }],
    ["in place of null", "[ua]", { ua: null }, { ua: all }],
    ["at the top", "", { a: 1 }, { a: 1, ...all }],
    ["deeper", "[a][b]", {}, { a: { b: all } }],
  ];
  for (const [name, base, before, after] of rows) {
    it(`are set ${name}`, () => assert.deepEqual(applied(base, before).toObject(), after));
  }

  it("are set in metadata", () => {
    assert.deepEqual(applied("[@metadata][filter]", {}).metadataObject(), { filter: all });
  });

  for (const before of [{}, { ua: { original: "x" } }]) {
    it(`change in one event only, where there was ${JSON.stringify(before)}`, () => {
      const shared = new SharedFields(VALUES, new ReferenceSet("[ua]"));
      const [first, second] = [new Event(0, structuredClone(before)), new Event(1, structuredClone(before))];
      shared.apply(first);
      shared.apply(second);
      new FieldReference("[ua][os][name]").set(first, "BSD");
      new FieldReference("[ua][name]").remove(first);
      assert.deepEqual(first.toObject(), { ua: { ...before.ua, os: { name: "BSD", version: "6" } } });
      assert.deepEqual(second.toObject(), { ua: { ...before.ua, ...all } });
    });
  }
});
