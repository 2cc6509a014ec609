import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ByteWriter } from "../../src/event/byte-writer.ts";
import { Event } from "../../src/event/event.ts";
import type { Source } from "../../src/event/record-batch.ts";
import type { ObjectValue, StoredTree } from "../../src/event/value.ts";
import { DocumentReader } from "../../src/store/document.ts";
import { FlatWriter } from "../../src/store/flat-writer.ts";
import { StoreReader } from "../../src/store/store-reader.ts";
import { type Rows, type StoreOptions, StoreWriter } from "../../src/store/store-writer.ts";

export const never: AbortSignal = new AbortController().signal;

/** A folder that is removed after the test. */
export function scratchFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "antler-store-"));
  afterEach(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** What the store's log says, level first. */
export interface SaidStore {
  readonly said: string[];
  readonly options: StoreOptions;
}

export function storeOptions(folder: string, more: Partial<StoreOptions> = {}): SaidStore {
  const said: string[] = [];
  const say = (level: string) => (message: string) => void said.push(`${level} ${message}`);
  return {
    said,
    options: {
      folder,
      retention: { bytes: 1e12, ageMs: 1e12 },
      sliceBytes: 1e9,
      sliceAgeMs: 1e12,
      log: { info: say("info"), warn: say("warn"), error: say("error") },
      now: Date.now,
      ...more,
    },
  };
}

export const FILE: Source = { input: 0, fileId: new Uint8Array(12).fill(7), generation: 0, unit: "byte", fields: [] };

/** Documents as the encoder gives them, read from `FILE` at offsets that begin at `start`. */
export function rowsOf(documents: readonly ObjectValue[], start = 0): Rows {
  const writer = new FlatWriter();
  const out = new ByteWriter(1024);
  let longest = 0;
  for (const document of documents) {
    const before = out.length;
    writer.write(out, new Event(0, structuredClone(document) as StoredTree).fields);
    longest = Math.max(longest, out.length - before);
  }
  return {
    lines: Buffer.from(out.bytes.subarray(0, out.length)),
    rows: documents.length,
    longest,
    kinds: writer.takeKinds(),
    ranges: [{ source: FILE, start, end: start + Math.max(1, documents.length) }],
  };
}

export async function withStore<T>(options: StoreOptions, use: (store: StoreWriter) => Promise<T>): Promise<T> {
  const store = await StoreWriter.open(options);
  try {
    return await use(store);
  } finally {
    await store.close();
  }
}

/** Every document of a store. */
export async function allDocuments(folder: string): Promise<ObjectValue[]> {
  const reader = await StoreReader.open(folder, 1);
  try {
    const documents = new DocumentReader(reader.fields);
    const found: ObjectValue[] = [];
    const everything = { where: undefined, since: undefined, until: undefined };
    for await (const rows of reader.rows(everything, reader.fields, 0))
      found.push(...rows.map((row) => documents.document(row)));
    return found;
  } finally {
    reader.close();
  }
}
