import assert from "node:assert/strict";
import { FILE_ID_BYTES, IDENTITY_BYTES, IDENTITY_CHARACTERS, identityString } from "../../src/event/identity.ts";
import { RecordBatch } from "../../src/event/record-batch.ts";
import { splitOf } from "../../src/event/split-path.ts";

describe("identity", () => {
  const fileId = Uint8Array.from({ length: FILE_ID_BYTES }, (_, i) => 200 + i);

  it("is the 37 bytes of the design in base64url", () => {
    const offset = 0x0a0b0c0d0e0f;
    const text = identityString(fileId, 0x010203, offset, 0x11121314, 0xfffefdfc, { high: -1, low: 7 });
    assert.equal(text.length, IDENTITY_CHARACTERS);
    const bytes = Buffer.from(text, "base64url");
    assert.equal(bytes.length, IDENTITY_BYTES);
    assert.deepEqual([...bytes.subarray(0, 12)], [...fileId]);
    assert.equal(bytes.readUIntBE(12, 3), 0x010203);
    assert.equal(bytes.readUIntBE(15, 6), offset);
    assert.equal(bytes.readUInt32BE(21), 0x11121314);
    assert.equal(bytes.readUInt32BE(25), 0xfffefdfc);
    assert.equal(bytes.readInt32BE(29), -1);
    assert.equal(bytes.readInt32BE(33), 7);
    assert.equal(bytes.toString("base64url"), text);
  });

  it("differs by any of its parts", () => {
    const seen = new Set([
      identityString(fileId, 0, 0, 1, 1),
      identityString(fileId, 1, 0, 1, 1),
      identityString(fileId, 0, 1, 1, 1),
      identityString(fileId, 0, 0, 2, 1),
      identityString(fileId, 0, 0, 1, 2),
      identityString(fileId, 0, 0, 1, 1, splitOf({ high: 0, low: 0 }, "split#1", 1)),
      identityString(fileId, 0, 0, 1, 1, splitOf({ high: 0, low: 0 }, "split#1", 2)),
      identityString(fileId, 0, 0, 1, 1, splitOf({ high: 0, low: 0 }, "clone#1", 1)),
    ]);
    assert.equal(seen.size, 8);
  });
});

describe("RecordBatch", () => {
  it("keeps bytes and places of records, offsets beyond 32 bits included", () => {
    const batch = RecordBatch.allocate(16, 2);
    const source = { input: 0, fileId: new Uint8Array(12), generation: 0, fields: [] };
    const index = batch.sourceIndex(source);
    assert.equal(batch.fits(17), false);
    batch.append(index, Buffer.from("xhello"), 1, 6, 2 ** 40 + 5, 6, 0xffffffff, 0);
    batch.append(batch.sourceIndex(source), Buffer.from("you"), 0, 3, 2 ** 40 + 11, 4, 1, 0);
    assert.equal(batch.recordBytes(0).toString(), "hello");
    assert.equal(batch.recordBytes(1).toString(), "you");
    assert.equal(batch.offsetOf(0), 2 ** 40 + 5);
    assert.equal(batch.sources.length, 1);
    assert.equal(batch.fits(1), false, "the table is full");
    batch.clear();
    assert.equal(batch.fits(16), true);
  });
});
