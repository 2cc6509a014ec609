import assert from "node:assert/strict";
import { mkdirSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { ByteWriter } from "../../src/event/byte-writer.ts";
import { SharedTree } from "../../src/event/shared-tree.ts";
import type { ObjectValue, StoredTree } from "../../src/event/value.ts";
import { parseKql } from "../../src/language/kql/parser.ts";
import { FlatWriter } from "../../src/store/flat-writer.ts";
import { kqlCondition } from "../../src/store/kql-sql.ts";
import { type Selection, StoreReader } from "../../src/store/store-reader.ts";
import { allDocuments, never, rowsOf, scratchFolder, storeOptions, withStore } from "./support.ts";

async function counted(folder: string, query: string, more: Partial<Selection> = {}): Promise<number> {
  const reader = await StoreReader.open(folder, 1);
  try {
    const where = kqlCondition(parseKql(query), { fields: reader.fields, now: 0 });
    return await reader.count({ where, since: undefined, until: undefined, ...more });
  } finally {
    reader.close();
  }
}

/** What an open slice gives back, and what the closed one does. */
async function keptIn(folder: string, documents: readonly ObjectValue[]): Promise<ObjectValue[][]> {
  mkdirSync(folder, { recursive: true });
  const { options, said } = storeOptions(folder);
  await withStore(options, (store) => store.append(rowsOf(documents), never));
  const open = await allDocuments(folder);
  await withStore({ ...options, sliceBytes: 1 }, (store) => store.append(rowsOf([{ last: 1 }], 1000), never));
  assert.deepEqual(said, []);
  assert.ok(readdirSync(folder).includes("00000001.parquet"));
  return [open, (await allDocuments(folder)).filter(({ last }) => last === undefined)];
}

describe("fields that a log may have and an engine may not", () => {
  const cases: Readonly<Record<string, readonly ObjectValue[]>> = {
    "names that are empty": [{ "": "x", n: 1 }, { a: { "": 1 } }, { "": { b: 1 } }],
    "names with NUL and halves of surrogate pairs": [{ "x\0y": 1 }, { "\ud800": 1 }, { "\udfff": 2 }, { "^0": 3 }],
    "names of the store's own columns": [
      { _same: "x", _more: "y", message: "m", event: { original: "m" } },
      { _same: { deep: 1 }, _more: { deep: 2 } },
      { n: 1 },
    ],
    "names of the engine's own columns": [{ rowid: 1, filename: "f", file_row_number: 2, file_index: 3 }],
    "the same path twice": [{ "a.b": 1, a: { b: 2 } }],
  };
  for (const [name, documents] of Object.entries(cases)) {
    it(`keeps ${name}`, async () => {
      for (const found of await keptIn(scratchFolder(), documents)) assert.deepEqual(found, documents);
    });
  }

  it("does not take a name with points for the field of that path", async () => {
    const documents = [
      { "source.address": "1.1.1.1", ip: "1.1.1.1" },
      { "source.address": "2.2.2.2", ip: "2.2.2.2", source: { ip: "9.9.9.9" } },
    ];
    for (const found of await keptIn(scratchFolder(), documents)) {
      assert.deepEqual(
        found.map((one) => (one["source"] as ObjectValue)["address"]),
        ["1.1.1.1", "2.2.2.2"],
      );
    }
  });

  it("does not take folders for fields", async () => {
    const documents = [{ env: "a", n: 1 }];
    for (const found of await keptIn(join(scratchFolder(), "env=prod", "n=5"), documents))
      assert.deepEqual(found, documents);
  });

  it("finds what stands beyond the thousandth field, by name, by pattern, and as free text; twins too", async () => {
    const folder = scratchFolder();
    const wide = Object.fromEntries(Array.from({ length: 1000 }, (_, i) => [`f${i}`, i]));
    const late = { late: "yes", tail: { in: "needle" }, event: { original: "m" }, message: "m" };
    const { options } = storeOptions(folder);
    await withStore(options, async (store) => {
      await store.append(rowsOf([wide, late]), never);
      await store.append(rowsOf([{ late: "yes" }], 10), never);
    });
    for (const [query, count] of Object.entries({
      "late:yes": 2,
      "late:*": 2,
      "tail.in:needle": 1,
      "t*:needle": 1,
      needle: 1,
    }))
      assert.equal(await counted(folder, query), count, query);
    assert.deepEqual(
      (await allDocuments(folder)).find(({ tail }) => tail !== undefined),
      late,
    );
  });

  it("keeps the fields of constants beyond the thousandth, and what differs beside them", async () => {
    const writer = new FlatWriter();
    const line = (document: StoredTree): unknown => {
      const out = new ByteWriter(1024);
      writer.write(out, document);
      return JSON.parse(Buffer.from(out.bytes.subarray(0, out.length)).toString());
    };
    const related = new SharedTree({ ip: ["1.1.1.1"] });
    const lines = ["9.9.9.9", "1.1.1.1", "8.8.8.8"].map((ip) => line({ source: { ip }, related }));
    assert.deepEqual(lines[2], { "source.ip": "8.8.8.8", "related.ip": ["1.1.1.1"] });
    line(Object.fromEntries(Array.from({ length: 1000 }, (_, i) => [`f${i}`, i])));
    const shared = new SharedTree({ a: 1, b: 2 });
    for (let i = 0; i < 4; i++) assert.deepEqual(line({ related2: shared }), { _more: { related2: { a: 1, b: 2 } } });
    const known = new SharedTree({ beyond: "x" });
    for (let i = 0; i < 4; i++) assert.deepEqual(line({ source: known }), { _more: { "source.beyond": "x" } });
  });

  it("takes any text in a query", async () => {
    const folder = scratchFolder();
    const odd = "it's \0 \"q\" % _ \\ \u2028 '; DROP";
    await withStore(storeOptions(folder).options, (store) => store.append(rowsOf([{ a: odd }, { a: "else" }]), never));
    const asked = JSON.stringify(odd).replaceAll("\u2028", "\\u2028");
    assert.equal(await counted(folder, `a:${asked}`), 1);
    assert.equal(await counted(folder, "a:*\\u0000*"), 1);
    for (const part of ["'", "%", "_", "\\\\", '\\"'])
      assert.equal(
        await counted(folder, `a:*${part}*${part}*`),
        Number(odd.split(part.at(-1) as string).length > 2),
        part,
      );
  });

  it("finds by time where one row has a time that no engine knows", async () => {
    const folder = scratchFolder();
    const documents = [{ "@timestamp": "2026-01-01T00:00:00Z" }, { "@timestamp": "20000-01-01T00:00:00Z" }];
    const since = Date.UTC(2025, 0, 1);
    const { options } = storeOptions(folder);
    await withStore(options, (store) => store.append(rowsOf(documents), never));
    const open = await counted(folder, "*", { since });
    await withStore({ ...options, sliceBytes: 1 }, (store) => store.append(rowsOf([{ n: 1 }], 9), never));
    assert.ok(open > 0);
    assert.equal(await counted(folder, "*", { since }), open);
  });

  it("closes slices of lines of 10 MiB", async function () {
    this.timeout(60_000);
    const folder = scratchFolder();
    const { options, said } = storeOptions(folder);
    const documents = Array.from({ length: 6 }, (_, n) => ({ n, text: `${n}`.repeat(10 << 20) }));
    await withStore(options, async (store) => {
      for (const [i, one] of documents.entries()) await store.append(rowsOf([one], i), never);
    });
    await withStore({ ...options, sliceBytes: 1 }, (store) => store.append(rowsOf([{ n: 9 }], 100), never));
    assert.deepEqual(said, []);
    assert.ok(readdirSync(folder).includes("00000001.parquet"));
    assert.equal(await counted(folder, "text:333333*"), 1);
  });
});
