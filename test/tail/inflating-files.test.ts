import { strict as assert } from "node:assert";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import fc from "fast-check";
import { InflatingFiles } from "../../src/tail/inflating-files.ts";
import { nodeFileSystem } from "../../src/tail/real-environment.ts";

describe("InflatingFiles", () => {
  const folder = mkdtempSync(join(tmpdir(), "antler-inflating-"));
  const path = join(folder, "a.gz");
  after(() => rmSync(folder, { recursive: true }));

  const noise = fc.uint8Array({ minLength: 0, maxLength: 3000 });
  const repeats = fc.nat({ max: 200 });

  it("read any place of a content, forwards and backwards, as it was before gzip", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(noise, repeats), { minLength: 1, maxLength: 4 }),
        fc.array(fc.tuple(fc.double({ min: 0, max: 1.1, noNaN: true }), fc.integer({ min: 1, max: 50_000 })), {
          maxLength: 20,
        }),
        fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 4 }),
        async (members, reads, known) => {
          const parts = members.map(([bytes, times]) => Buffer.concat(Array.from({ length: times }, () => bytes)));
          const content = Buffer.concat(parts);
          writeFileSync(path, Buffer.concat(parts.map((part) => gzipSync(part))));
          const files = new InflatingFiles(nodeFileSystem);
          const offsets = known.map((share) => Math.floor(share * content.length));
          const descriptor = await files.openGzip(path, { wanted: () => true, offsets });
          assert.ok(descriptor !== null);
          try {
            assert.equal(files.fault(descriptor), null);
            assert.equal((await files.fstat(descriptor)).size, content.length);
            for (const [share, length] of reads) {
              const position = Math.floor(share * content.length);
              await files.ready(descriptor, position);
              const into = Buffer.alloc(length);
              const read = await files.read(descriptor, into, 0, length, position);
              const expected = content.subarray(position, position + read);
              assert.ok(into.subarray(0, read).equals(expected));
              assert.ok(read > 0 || position >= content.length);
            }
          } finally {
            await files.close(descriptor);
          }
        },
      ),
      { numRuns: 60 },
    );
  });

  it("do not go through what is not wanted, and say why a content ends early", async () => {
    const files = new InflatingFiles(nodeFileSystem);
    const whole = gzipSync(Buffer.from(Array.from({ length: 200_000 }, (_, i) => (i * i) % 251)));
    writeFileSync(path, whole);
    assert.equal(await files.openGzip(path, { wanted: (head) => head.length !== 1024, offsets: [] }), null);
    writeFileSync(path, whole.subarray(0, -3));
    const descriptor = (await files.openGzip(path)) as number;
    assert.equal((await files.fstat(descriptor)).size, 200_000);
    assert.equal(files.fault(descriptor), "unexpected end of file");
    await files.close(descriptor);
  });
});
