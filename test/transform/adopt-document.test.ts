import assert from "node:assert/strict";
import { Event } from "../../src/event/event.ts";
import { FieldReference } from "../../src/event/field-reference.ts";
import { Timestamp } from "../../src/event/timestamp.ts";
import { adoptDocument, setDocument } from "../../src/transform/adopt-document.ts";
import { mergeValues } from "../../src/transform/merge.ts";
import { ReservedFieldError, setField } from "../../src/transform/reserved-fields.ts";

describe("documents into events", () => {
  it("a new event takes names literally, one on its way takes them as references", () => {
    const fresh = new Event(0, {});
    adoptDocument(fresh, { "[a][b]": 1 });
    assert.deepEqual(fresh.toObject(), { "[a][b]": 1 });
    const later = new Event(0, {});
    setDocument(later, { "[a][b]": 1 }, () => 0);
    assert.deepEqual(later.toObject(), { a: { b: 1 } });
  });

  it("a new event keeps the metadata it has, one on its way gets the document's instead", () => {
    const fresh = new Event(0, {});
    fresh.metadata = { id: "x" };
    adoptDocument(fresh, { "@metadata": { a: 1 } });
    assert.deepEqual(fresh.metadataObject(), { id: "x", a: 1 });
    setDocument(fresh, { "@metadata": { b: 1 } }, () => 0);
    assert.deepEqual(fresh.metadataObject(), { b: 1 });
  });

  it("keeps metadata that is no object as a field", () => {
    const event = new Event(0, {});
    adoptDocument(event, { "@metadata": "x" });
    assert.deepEqual(event.fields, { "@metadata": "x" });
    assert.deepEqual(event.metadata, {});
  });

  it("a time that is none costs an event on its way its time, a new event keeps its own", () => {
    const fresh = new Event(0, { "@timestamp": new Timestamp(5) });
    adoptDocument(fresh, { "@timestamp": "soon" });
    assert.equal(fresh.timestamp?.epochMs, 5);
    setDocument(fresh, { "@timestamp": "soon" }, () => 7);
    assert.equal(fresh.timestamp?.epochMs, 7);
  });
});

describe("reserved fields", () => {
  const set = (name: string, value: never): Event => {
    const event = new Event(0, {});
    setField(event, new FieldReference(name), value);
    return event;
  };

  it("keep their types", () => {
    for (const [name, value] of [
      ["@timestamp", "2026-01-01T00:00:00Z"],
      ["[@timestamp]", 5],
      ["tags", { a: 1 }],
      ["tags", ["a", 1]],
    ])
      assert.throws(() => set(name as string, value as never), ReservedFieldError, `${name}`);
    assert.doesNotThrow(() => set("@timestamp", new Timestamp(0) as never));
    assert.doesNotThrow(() => set("tags", ["a"] as never));
    assert.doesNotThrow(() => set("[a][tags]", 5 as never));
    assert.doesNotThrow(() => set("[@metadata][tags]", 5 as never));
  });
});

describe("mergeValues", () => {
  it("makes lists of values, one object of objects, and nothing of both", () => {
    assert.deepEqual(mergeValues(undefined, "a"), ["a"]);
    assert.deepEqual(mergeValues("a", null), ["a"]);
    assert.deepEqual(mergeValues(["a"], ["b", "c"]), ["a", "b", "c"]);
    assert.deepEqual(mergeValues({ a: 1, b: 1 }, { b: 2 }), { a: 1, b: 2 });
    assert.equal(mergeValues({ a: 1 }, ["b"]), undefined);
    assert.equal(mergeValues(undefined, { a: 1 }), undefined);
  });
});
