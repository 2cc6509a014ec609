import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ByteWriter } from "../../src/event/byte-writer.ts";
import { Timestamp } from "../../src/event/timestamp.ts";
import type { StoredTree } from "../../src/event/value.ts";
import { parseKql } from "../../src/language/kql/parser.ts";
import { openDuckDb } from "../../src/store/duckdb.ts";
import type { FieldType } from "../../src/store/field-types.ts";
import { FlatWriter } from "../../src/store/flat-writer.ts";
import { kqlCondition } from "../../src/store/kql-sql.ts";
import { closedPart, type FieldColumn, fieldsOf, openPart, type Part, unionOf } from "../../src/store/relation.ts";

const FOLDER = join("test", "fixtures", "kql");

export type FixtureDocument = Readonly<Record<string, unknown>>;

/** The documents; their ids are their numbers, from 0. */
export function fixtureDocuments(): FixtureDocument[] {
  const lines = readFileSync(join(FOLDER, "documents.ndjson"), "utf8").trimEnd().split("\n");
  return lines.map((line) => JSON.parse(line) as FixtureDocument);
}

export interface FixtureMapping {
  readonly properties: Readonly<Record<string, FixtureProperty>>;
}

export interface FixtureProperty {
  readonly type?: string;
  readonly fields?: Readonly<Record<string, FixtureProperty>>;
  readonly properties?: Readonly<Record<string, FixtureProperty>>;
}

export function fixtureMapping(): FixtureMapping {
  return JSON.parse(readFileSync(join(FOLDER, "mapping.json"), "utf8")) as FixtureMapping;
}

/** A mapped field; `nestedPath` is the innermost nested object that it is in. */
export interface MappedField {
  readonly name: string;
  readonly type: string;
  readonly nestedPath?: string;
}

export function mappedFields(mapping: FixtureMapping = fixtureMapping()): MappedField[] {
  const found: MappedField[] = [];
  const walk = (properties: FixtureMapping["properties"], prefix: string, nestedPath: string | undefined): void => {
    for (const [key, property] of Object.entries(properties)) {
      const name = prefix + key;
      const within = property.type === "nested" ? name : nestedPath;
      const place = within === undefined ? {} : { nestedPath: within };
      if (property.properties !== undefined) walk(property.properties, `${name}.`, within);
      else found.push({ name, type: property.type ?? "", ...place });
      for (const [sub, { type = "" }] of Object.entries(property.fields ?? {})) {
        found.push({ name: `${name}.${sub}`, type, ...place });
      }
    }
  };
  walk(mapping.properties, "", undefined);
  return found;
}

/** The documents in a table as the store reads them: a closed and an open slice of different columns, flattened by the store's own writer. */
export class FixtureStore {
  readonly #engine: Awaited<ReturnType<typeof openDuckDb>>;
  readonly #folder: string;
  readonly #table: string;
  readonly fields: readonly FieldColumn[];

  private constructor(engine: Awaited<ReturnType<typeof openDuckDb>>, folder: string, parts: readonly Part[]) {
    this.#engine = engine;
    this.#folder = folder;
    this.fields = fieldsOf(parts);
    this.#table = unionOf(parts, this.fields);
  }

  static async open(documents: readonly FixtureDocument[]): Promise<FixtureStore> {
    const folder = mkdtempSync(join(tmpdir(), "antler-kql-"));
    const half = Math.ceil(documents.length / 2);
    const numbered = documents.map((document, i) => ({ ...document, number_: String(i) }));
    const parts = [numbered.slice(0, half), numbered.slice(half)].map((slice, i) =>
      writeSlice(join(folder, `${i}.ndjson`), slice),
    );
    const engine = await openDuckDb({ memoryMegabytes: 512, threads: 2 });
    // One is closed, as the store closes it; the other is open.
    const [first, second] = parts as [Part, Part];
    const closed = join(folder, "0.parquet");
    await engine.connection.run(`COPY (SELECT * FROM ${first.table}) TO '${closed}' (FORMAT parquet)`);
    const store = new FixtureStore(engine, folder, [closedPart([closed], first.columns), second]);
    await store.#engine.connection.run(`CREATE TABLE fixture AS ${store.#table}`);
    return store;
  }

  /** Ids of the documents that a query selects, sorted. */
  async search(query: string, now: number, nestedPaths: readonly string[] = []): Promise<number[]> {
    const typeOf = (path: string): FieldType | undefined => (nestedPaths.includes(path) ? "nested" : undefined);
    const fields = this.fields.filter(({ path }) => path !== "number_");
    const where = kqlCondition(parseKql(query), { fields, now, typeOf }) ?? "TRUE";
    const rows = await this.#engine.connection.runAndReadAll(`SELECT number_ FROM fixture WHERE ${where}`);
    return rows
      .getRows()
      .map(([id]) => Number(id))
      .sort((a, b) => a - b);
  }

  close(): void {
    this.#engine.close();
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

function writeSlice(path: string, documents: readonly FixtureDocument[]): Part {
  const writer = new FlatWriter();
  const out = new ByteWriter(1 << 16);
  let longest = 0;
  for (const document of documents) {
    const start = out.length;
    const time = Timestamp.parse(String(document["@timestamp"]));
    writer.write(out, { ...document, "@timestamp": time } as StoredTree);
    longest = Math.max(longest, out.length - start);
  }
  writeFileSync(path, out.bytes.subarray(0, out.length));
  return openPart(path, documents.length, longest, writer.takeKinds());
}
