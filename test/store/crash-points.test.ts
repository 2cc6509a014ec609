import assert from "node:assert/strict";
import { copyFileSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { commitsPath, dataPath, manifestPath } from "../../src/store/slice-files.ts";
import { StoreReader } from "../../src/store/store-reader.ts";
import { StoreWriter } from "../../src/store/store-writer.ts";
import { allDocuments, FILE, never, rowsOf, scratchFolder, storeOptions, withStore } from "./support.ts";

const numbers = async (folder: string): Promise<number[]> =>
  (await allDocuments(folder)).map(({ n }) => n as number).sort((a, b) => a - b);

describe("a store after a crash between two steps", () => {
  for (const bytes of [0, 5, 8]) {
    it(`begins a slice anew of which ${bytes} bytes of the log were written, and knows what older ones have`, async () => {
      const folder = scratchFolder();
      const { options } = storeOptions(folder);
      await withStore(options, (store) => store.append(rowsOf([{ n: 0 }]), never));
      writeFileSync(dataPath(folder, 2), "");
      writeFileSync(commitsPath(folder, 2), readFileSync(commitsPath(folder, 1)).subarray(0, bytes));
      await withStore(options, (store) => store.append(rowsOf([{ n: 1 }], 1), never));
      assert.deepEqual(await numbers(folder), [0, 1]);
      await withStore(options, async (store) => {
        assert.deepEqual(
          [0, 1, 2].map((start) => store.ranges.covers({ source: FILE, start, end: start + 1 })),
          [true, true, false],
        );
      });
      assert.deepEqual(await numbers(folder), [0, 1]);
    });
  }

  it("removes lines of a closed slice, which else come back when it is removed", async () => {
    const folder = scratchFolder();
    const { options } = storeOptions(folder);
    await withStore(options, (store) => store.append(rowsOf([{ n: 0 }]), never));
    for (const path of [commitsPath(folder, 1), dataPath(folder, 1)]) copyFileSync(path, `${path}.kept`);
    await withStore({ ...options, sliceBytes: 1 }, (store) => store.append(rowsOf([{ n: 1 }], 1), never));
    for (const path of [commitsPath(folder, 1), dataPath(folder, 1)]) copyFileSync(`${path}.kept`, path);
    await withStore(options, async () => undefined);
    assert.deepEqual(await numbers(folder), [0, 1]);
    assert.deepEqual(
      readdirSync(folder).filter((name) => name.startsWith("00000001") && !name.endsWith(".kept")),
      ["00000001.json", "00000001.parquet"],
    );
    // Retention that was cut off between the manifest and the rows.
    rmSync(manifestPath(folder, 1));
    await withStore(options, async () => undefined);
    assert.ok(!readdirSync(folder).includes("00000001.parquet"));
    assert.deepEqual(await numbers(folder), [1]);
  });

  it("does not empty itself when the clock is far ahead at a start and nothing was closed yet", async () => {
    const folder = scratchFolder();
    let now = Date.UTC(2026, 0, 1);
    const limits = { retention: { bytes: 1e12, ageMs: 86_400_000 }, sliceBytes: 1, now: () => now };
    const { options, said } = storeOptions(folder, limits);
    await withStore(options, (store) => store.append(rowsOf([{ n: 0 }]), never));
    now += 365 * 86_400_000;
    await withStore(options, (store) => store.append(rowsOf([{ n: 1 }], 1), never));
    assert.deepEqual(await numbers(folder), [0, 1]);
    assert.match(said.join("\n"), /the clock stands far ahead/);
  });

  it("names an open slice whose lines are gone or cut short, and gives the others", async () => {
    for (const harm of [(path: string) => rmSync(path), (path: string) => truncateSync(path, 3)]) {
      const folder = scratchFolder();
      const { options, said } = storeOptions(folder, { sliceBytes: 1 });
      for (let n = 0; n < 2; n++) await withStore(options, (store) => store.append(rowsOf([{ n }], n), never));
      harm(dataPath(folder, 2));
      const reader = await StoreReader.open(folder, 1);
      reader.close();
      assert.deepEqual(
        reader.damaged.map(({ path }) => path),
        [dataPath(folder, 2)],
      );
      assert.deepEqual(await numbers(folder), [0]);
      await withStore(options, (store) => store.append(rowsOf([{ n: 2 }], 2), never));
      assert.deepEqual(await numbers(folder), [0, 2]);
      assert.match(said.join("\n"), /an open slice of the store cannot be read and is left alone/);
    }
  });

  it("leaves an open slice alone whose log is damaged inside, instead of cutting off what was committed", async () => {
    const folder = scratchFolder();
    const { options, said } = storeOptions(folder);
    await withStore(options, async (store) => {
      for (let n = 0; n < 4; n++) await store.append(rowsOf([{ n }], n), never);
    });
    const size = readFileSync(dataPath(folder, 1)).length;
    const log = readFileSync(commitsPath(folder, 1));
    const at = log.indexOf('"rows":2');
    log[at + 7] = 0x39;
    writeFileSync(commitsPath(folder, 1), log);
    await (await StoreWriter.open(options)).close();
    assert.equal(readFileSync(dataPath(folder, 1)).length, size);
    assert.match(said.join("\n"), /an open slice of the store cannot be read and is left alone/);
    assert.ok(readdirSync(folder).includes("00000002.commits"), join(folder, "00000002.commits"));
  });
});
