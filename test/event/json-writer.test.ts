import assert from "node:assert/strict";
import fc from "fast-check";
import { ByteWriter } from "../../src/event/byte-writer.ts";
import { JsonWriter } from "../../src/event/json-writer.ts";
import { TextSlice } from "../../src/event/lazy-value.ts";
import { SharedTree } from "../../src/event/shared-tree.ts";
import { Timestamp } from "../../src/event/timestamp.ts";
import type { StoredTree } from "../../src/event/value.ts";

function written(tree: StoredTree): string {
  const out = new ByteWriter(16);
  const writer = new JsonWriter();
  writer.begin();
  writer.object(out, tree);
  return out.bytes.toString("utf8", 0, out.length);
}

describe("JsonWriter", () => {
  it("writes what JSON.parse reads back, for any JSON value", () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (tree) => {
        const expected = JSON.parse(JSON.stringify(tree)) as unknown;
        assert.deepEqual(JSON.parse(written(tree as unknown as StoredTree)), expected);
      }),
    );
  });

  it("writes any text, unpaired surrogates as U+FFFD", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (text) => {
        const parsed = JSON.parse(written({ text })) as { text: string };
        assert.equal(parsed.text, Buffer.from(text, "utf8").toString("utf8"));
      }),
    );
    assert.equal(written({ a: "\ud800x" }), '{"a":"\ufffdx"}');
  });

  it("copies a slice of bytes, escaped; invalid UTF-8 becomes U+FFFD", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), (bytes) => {
        const slice = new TextSlice(Buffer.from(bytes), 0, bytes.length);
        const parsed = JSON.parse(written({ a: slice, b: slice })) as { a: string; b: string };
        const expected = Buffer.from(bytes).toString("utf8");
        assert.deepEqual(parsed, { a: expected, b: expected });
      }),
    );
  });

  it("writes numbers, timestamps, shared constants and leaves out undefined", () => {
    const tree = {
      i: 0,
      n: -12,
      f: 1.5,
      big: 1e21,
      nan: Number.NaN,
      t: new Timestamp(Date.UTC(2026, 10, 22, 23, 49, 1, 7)),
      u: new Timestamp(0, 120_000),
      shared: new SharedTree({ name: "web-1" }),
      none: undefined as unknown as null,
    };
    assert.equal(
      written(tree),
      '{"i":0,"n":-12,"f":1.5,"big":1e+21,"nan":null,"t":"2026-11-22T23:49:01.007Z","u":"1970-01-01T00:00:00.00012Z","shared":{"name":"web-1"}}',
    );
  });

  it("writes times one after the other, of one day and of others", () => {
    const noon = Date.UTC(2026, 10, 22, 12);
    const time = fc.oneof(
      fc.integer({ min: -86_400_000, max: 86_400_000 }).map((ms) => noon + ms),
      fc.integer({ min: -86_400_001, max: 86_400_001 }),
      fc.constantFrom(-62_167_219_200_001, 253_402_300_800_000, 253_402_300_799_999),
    );
    fc.assert(
      fc.property(fc.array(time, { minLength: 1, maxLength: 20 }), (times) => {
        const tree = Object.fromEntries(times.map((ms, i) => [`t${i}`, new Timestamp(ms)]));
        const expected = Object.fromEntries(times.map((ms, i) => [`t${i}`, new Date(ms).toISOString()]));
        assert.deepEqual(JSON.parse(written(tree)), expected);
      }),
    );
  });
});
