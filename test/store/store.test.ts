import assert from "node:assert/strict";
import { appendFileSync, readdirSync, readFileSync, statSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import type { ObjectValue } from "../../src/event/value.ts";
import { commitsPath, dataPath, parquetPath, StoreVersionError } from "../../src/store/slice-files.ts";
import { NoStoreError, StoreReader } from "../../src/store/store-reader.ts";
import { StoreWriter } from "../../src/store/store-writer.ts";
import { allDocuments, FILE, never, rowsOf, scratchFolder, storeOptions, withStore } from "./support.ts";

const numbered = (from: number, count: number): ObjectValue[] =>
  Array.from({ length: count }, (_, i) => ({ n: from + i, message: `line ${from + i}` }));
const numbers = async (folder: string): Promise<number[]> =>
  (await allDocuments(folder)).map(({ n }) => n as number).sort((a, b) => a - b);
const upTo = (count: number): number[] => Array.from({ length: count }, (_, i) => i);

describe("store", () => {
  it("gives documents back as they were written, open and closed, of every kind of value", async () => {
    const leaf = fc.oneof(
      fc.string({ unit: "grapheme", maxLength: 12 }),
      fc.integer(),
      fc.double({ noDefaultInfinity: true, noNaN: true }).map((value) => (Object.is(value, -0) ? 0 : value)),
      fc.boolean(),
      fc.array(fc.oneof(fc.string({ maxLength: 5 }), fc.integer(), fc.record({ x: fc.integer() })), { maxLength: 3 }),
      fc.constant({}),
    );
    const name = fc.constantFrom("a", "A", "b", "user", "^", "Ünï", 'q"q', "message", "toString");
    const document = fc.dictionary(
      name,
      fc.oneof(
        leaf,
        fc.dictionary(name, fc.oneof(leaf, fc.dictionary(name, leaf, { maxKeys: 2 })), { minKeys: 1, maxKeys: 3 }),
      ),
      { maxKeys: 4 },
    );
    const folder = scratchFolder();
    let run = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(document, { minLength: 1, maxLength: 8 }), async (bare) => {
        const documents = bare.map((fields, i) => ({ ...structuredClone(fields), i }));
        const own = join(folder, String(run++));
        const { options, said } = storeOptions(own);
        const byNumber = (found: ObjectValue[]): ObjectValue[] =>
          found.sort((a, b) => (a["i"] as number) - (b["i"] as number));
        await withStore(options, async (store) => store.append(rowsOf(documents), never));
        assert.deepEqual(byNumber(await allDocuments(own)), documents);
        await withStore({ ...options, sliceBytes: 1 }, (store) =>
          store.append(rowsOf([{ i: documents.length }], 1000), never),
        );
        assert.deepEqual(byNumber(await allDocuments(own)), [...documents, { i: documents.length }]);
        assert.deepEqual(said, []);
        assert.ok(readdirSync(own).includes("00000001.parquet"));
      }),
      { numRuns: 25 },
    );
  });

  it("spares fields that say again what others say, and gives them back", async () => {
    const folder = scratchFolder();
    const documents: ObjectValue[] = [
      {
        message: "GET /a?b=1",
        event: { original: "GET /a?b=1" },
        source: { ip: "1.2.3.4", address: "1.2.3.4" },
        related: { ip: ["1.2.3.4"] },
        url: { original: "/a?b=1", path: "/a", query: "b=1" },
      },
      { message: "other", event: { original: "GET /" }, url: { original: "/x", path: "/y", query: "z" } },
      { source: { ip: "1.2.3.4", address: "host.example" }, related: { ip: ["1.2.3.4", "5.6.7.8"] } },
    ];
    await withStore(storeOptions(folder).options, (store) => store.append(rowsOf(documents), never));
    const line = readFileSync(dataPath(folder, 1), "utf8").split("\n")[0] as string;
    assert.ok(!line.includes('"message"') && !line.includes("url.original") && !line.includes("related"), line);
    assert.deepEqual(await allDocuments(folder), documents);
  });

  it("takes up where the last commit ended, whatever a crash left behind it", async () => {
    const folder = scratchFolder();
    const { options } = storeOptions(folder);
    await withStore(options, (store) => store.append(rowsOf(numbered(0, 5)), never));
    appendFileSync(dataPath(folder, 1), '{"n":99,"message":"never committed"}\n{"n":10');
    appendFileSync(commitsPath(folder, 1), Buffer.from([40, 0, 0, 0, 1, 2, 3, 4, 123]));
    assert.deepEqual(await numbers(folder), upTo(5));
    await withStore(options, (store) => store.append(rowsOf(numbered(5, 3), 5), never));
    assert.deepEqual(await numbers(folder), upTo(8));
  });

  it("knows after a restart what it has, in slices long closed too", async () => {
    const folder = scratchFolder();
    const { options } = storeOptions(folder, { sliceBytes: 1 });
    for (let i = 0; i < 3; i++)
      await withStore(options, (store) => store.append(rowsOf(numbered(i * 10, 10), i * 10), never));
    await withStore(options, async (store) => {
      assert.deepEqual(
        [0, 15, 29, 30].map((offset) => store.ranges.covers({ source: FILE, start: offset, end: offset + 1 })),
        [true, true, true, false],
      );
      assert.equal(store.ranges.covers({ source: { ...FILE, generation: 1 }, start: 0, end: 1 }), false);
    });
  });

  it("finishes a slice whose closing was cut off", async () => {
    const folder = scratchFolder();
    const { options } = storeOptions(folder, { sliceBytes: 1 });
    await withStore({ ...options, sliceBytes: 1e9 }, (store) => store.append(rowsOf(numbered(0, 5)), never));
    writeFileSync(`${parquetPath(folder, 1)}.tmp`, "half");
    writeFileSync(parquetPath(folder, 1), "whole, but without its manifest");
    assert.deepEqual(await numbers(folder), upTo(5));
    await withStore(options, (store) => store.append(rowsOf(numbered(5, 1), 5), never));
    assert.deepEqual(await numbers(folder), upTo(6));
    assert.ok(!readdirSync(folder).includes("00000001.commits"));
    assert.deepEqual(
      readdirSync(folder).filter((name) => name !== "store.json" && (statSync(join(folder, name)).mode & 0o077) !== 0),
      [],
    );
  });

  it("removes whole slices, the oldest first, by size and by age", async () => {
    const folder = scratchFolder();
    let now = Date.UTC(2026, 0, 1);
    const { options } = storeOptions(folder, { sliceBytes: 1, now: () => now });
    for (let i = 0; i < 4; i++) {
      await withStore(options, (store) => store.append(rowsOf(numbered(i, 1), i), never));
      now += 60_000;
    }
    const size = statSync(parquetPath(folder, 1)).size;
    await withStore({ ...options, retention: { bytes: size * 2.5, ageMs: 1e12 } }, (store) =>
      store.append(rowsOf(numbered(4, 1), 4), never),
    );
    assert.deepEqual(await numbers(folder), [2, 3, 4]);
    now += 60_000;
    await withStore({ ...options, retention: { bytes: 1e12, ageMs: 150_000 } }, (store) =>
      store.append(rowsOf(numbered(5, 1), 5), never),
    );
    assert.deepEqual(await numbers(folder), [3, 4, 5]);
  });

  it("does not empty itself when the clock is set a year ahead, running or stopped", async () => {
    const folder = scratchFolder();
    let now = Date.UTC(2026, 0, 1);
    const { options, said } = storeOptions(folder, {
      sliceBytes: 1,
      now: () => now,
      retention: { bytes: 1e12, ageMs: 86_400_000 },
    });
    await withStore(options, async (store) => {
      for (let i = 0; i < 3; i++) await store.append(rowsOf(numbered(i, 1), i), never);
      now += 365 * 86_400_000;
      for (let i = 3; i < 6; i++) await store.append(rowsOf(numbered(i, 1), i), never);
    });
    assert.deepEqual(await numbers(folder), upTo(6));
    now += 365 * 86_400_000;
    await withStore(options, (store) => store.append(rowsOf(numbered(6, 1), 6), never));
    assert.deepEqual(await numbers(folder), upTo(7));
    assert.match(said.join("\n"), /the clock stands far ahead/);
  });

  it("leaves out slices that are damaged, names them, and gives the others", async () => {
    const folder = scratchFolder();
    const { options, said } = storeOptions(folder, { sliceBytes: 1 });
    for (let i = 0; i < 4; i++) await withStore(options, (store) => store.append(rowsOf(numbered(i, 1), i), never));
    truncateSync(parquetPath(folder, 1), 50);
    writeFileSync(join(folder, "00000002.json"), "{");
    const reader = await StoreReader.open(folder, 1);
    reader.close();
    assert.deepEqual(reader.damaged.map(({ path }) => path).sort(), [parquetPath(folder, 1), parquetPath(folder, 2)]);
    assert.deepEqual(await numbers(folder), [2, 3]);
    await withStore(options, (store) => store.append(rowsOf(numbered(4, 1), 4), never));
    assert.deepEqual(await numbers(folder), [2, 3, 4]);
    assert.match(said.join("\n"), /warn a slice of the store cannot be read/);
  });

  it("names a folder of another version, and one without a store", async () => {
    const folder = scratchFolder();
    await assert.rejects(StoreReader.open(folder, 1), NoStoreError);
    writeFileSync(join(folder, "store.json"), '{"format":2}');
    await assert.rejects(StoreReader.open(folder, 1), StoreVersionError);
    await assert.rejects(
      StoreWriter.open(storeOptions(folder).options),
      /another version of Antler \(format 2, this one reads 1\)/,
    );
  });

  it("holds rows while the disk is full, says so once, and goes on when there is room", async function () {
    this.timeout(20_000);
    const { mountSmall } = await import("./small-filesystem.ts");
    const small = mountSmall(2 << 20);
    if (small === undefined) return this.skip();
    try {
      const { options, said } = storeOptions(join(small.folder, "store"));
      writeFileSync(join(small.folder, "ballast"), Buffer.alloc(1 << 20));
      const big = (from: number): ObjectValue[] =>
        numbered(from, 10).map((one) => ({ ...one, pad: "x".repeat(60_000) }));
      await withStore(options, async (store) => {
        await store.append(rowsOf(big(0)), never);
        let done = false;
        const held = store.append(rowsOf(big(10), 10), never).then(() => {
          done = true;
        });
        while (said.length === 0) await new Promise((resolve) => setTimeout(resolve, 20));
        assert.equal(done, false);
        assert.match(said[0] as string, /^error the store cannot be written to; rows wait/);
        truncateSync(join(small.folder, "ballast"), 0);
        await held;
        assert.deepEqual(said.slice(1), ["info the store can be written to again"]);
      });
      assert.deepEqual(await numbers(options.folder), upTo(20));
    } finally {
      small.unmount();
    }
  });
});
