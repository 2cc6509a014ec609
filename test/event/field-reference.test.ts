import assert from "node:assert/strict";
import { Event } from "../../src/event/event.ts";
import { FieldReference, FieldReferenceError, parseFieldReference } from "../../src/event/field-reference.ts";
import { TextSlice } from "../../src/event/lazy-value.ts";
import { SharedTree } from "../../src/event/shared-tree.ts";
import type { StoredValue } from "../../src/event/value.ts";

const ref = (text: string): FieldReference => new FieldReference(text);

describe("field references", () => {
  it("parses names, paths and composites", () => {
    assert.deepEqual(parseFieldReference("message"), ["message"]);
    assert.deepEqual(parseFieldReference("[a][b c][@d]"), ["a", "b c", "@d"]);
    assert.deepEqual(parseFieldReference("[[a][b]][c]"), ["a", "b", "c"]);
  });

  for (const bad of ["", "[", "[a", "a]", "[a]b", "[a[b]]", "[]", "a[b]"]) {
    it(`refuses ${JSON.stringify(bad)}`, () => {
      assert.throws(() => parseFieldReference(bad), FieldReferenceError);
    });
  }

  it("reads and writes nested fields, making what is on the way", () => {
    const event = new Event(0, {});
    ref("[http][response][status_code]").set(event, 404);
    ref("[http][version]").set(event, "1.1");
    assert.deepEqual(event.toObject(), { http: { response: { status_code: 404 }, version: "1.1" } });
    assert.equal(ref("[http][response][status_code]").get(event), 404);
    assert.equal(ref("[http][request][method]").get(event), undefined);
    assert.equal(ref("[http][version][x]").get(event), undefined);
  });

  it("tells missing from null", () => {
    const event = new Event(0, { a: null });
    assert.equal(ref("a").get(event), null);
    assert.equal(ref("a").has(event), true);
    assert.equal(ref("b").get(event), undefined);
  });

  it("reaches array elements, from the end too", () => {
    const event = new Event(0, { list: ["a", { b: 1 }, "c"] });
    assert.equal(ref("[list][0]").get(event), "a");
    assert.equal(ref("[list][-1]").get(event), "c");
    assert.equal(ref("[list][1][b]").get(event), 1);
    assert.equal(ref("[list][7]").get(event), undefined);
    ref("[list][0]").set(event, "z");
    ref("[list][2]").remove(event);
    assert.deepEqual(event.toObject(), { list: ["z", { b: 1 }] });
  });

  it("keeps metadata apart", () => {
    const event = new Event(0, {});
    ref("[@metadata][a][b]").set(event, 1);
    assert.deepEqual(event.toObject(), {});
    assert.equal(ref("[@metadata][a][b]").get(event), 1);
    assert.deepEqual(ref("[@metadata]").get(event), { a: { b: 1 } });
  });

  for (const name of ["__proto__", "constructor", "toString", "hasOwnProperty"]) {
    it(`treats ${name} as an ordinary name`, () => {
      const event = new Event(0, {});
      assert.equal(ref(name).get(event), undefined);
      assert.equal(ref(`[a][${name}][x]`).get(event), undefined);
      ref(`[a][${name}][polluted]`).set(event, 1);
      ref(name).set(event, { polluted: 2 } as unknown as StoredValue);
      assert.equal(ref(`[a][${name}][polluted]`).get(event), 1);
      assert.equal(ref(`[${name}][polluted]`).get(event), 2);
      assert.equal(({} as Record<string, unknown>)["polluted"], undefined);
    });
  }

  it("materialises slices and constants only where they are touched", () => {
    const shared = new SharedTree({ name: "web-1" });
    const event = new Event(0, { message: new TextSlice(Buffer.from("xhellox"), 1, 6), host: shared });
    assert.equal(ref("message").get(event), "hello");
    assert.equal(ref("[host][name]").get(event), "web-1");
    assert.equal(event.fields["host"], shared);
    ref("[host][ip]").set(event, "10.0.0.1");
    assert.deepEqual(event.toObject()["host"], { name: "web-1", ip: "10.0.0.1" });
    assert.deepEqual(shared.materialise(), { name: "web-1" });
  });

  it("removes and gives what was there", () => {
    const event = new Event(0, { a: { b: 1, c: 2 } });
    assert.equal(ref("[a][b]").remove(event), 1);
    assert.equal(ref("[a][b]").remove(event), undefined);
    assert.deepEqual(event.toObject(), { a: { c: 2 } });
  });
});

describe("tags", () => {
  it("are added once, and a single string becomes a list", () => {
    const event = new Event(0, { tags: "one" });
    event.tag("two");
    event.tag("two");
    assert.deepEqual(event.toObject()["tags"], ["one", "two"]);
    event.untag("one");
    assert.deepEqual(event.toObject()["tags"], ["two"]);
  });
});
