import { strict as assert } from "node:assert";
import { randomBytes } from "node:crypto";
import { crc32 } from "node:zlib";
import { lineChecksum } from "../../src/tail/line-checksum.ts";

describe("lineChecksum", () => {
  it("is zlib's CRC-32 at every length and place", () => {
    const bytes = randomBytes(2000);
    for (let length = 0; length < 700; length++) {
      const from = length % 13;
      assert.equal(lineChecksum(bytes, from, from + length) >>> 0, crc32(bytes.subarray(from, from + length)));
    }
  });
});
