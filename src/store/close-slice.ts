import { chmod, open, rename, rm, stat, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import {
  byPath,
  type ColumnKind,
  columnName,
  type KindBits,
  kindOf,
  literal,
  quoted,
  SQL_TYPES,
} from "./column-kinds.ts";
import { openDuckDb } from "./duckdb.ts";
import { commitsPath, dataPath, manifestPath, parquetPath, type SliceManifest } from "./slice-files.ts";

/** Rows of a row group: small ones keep the memory low (measured: 79 MB, with 20,480 140, with 61,440 510) and cost 3 % of size. */
const ROW_GROUP_ROWS = 10_240;
/** Bytes of a column's dictionary, beyond which its texts are written as they are; measured: a tenth of the time and memory of the default. */
const DICTIONARY_BYTES = 65_536;
/**
 * Memory of the conversion, MB, and more of it with smaller row groups where it does not do: lines of megabytes, thousands of columns. Measured: less
 * than 100 fails on documents of 1.4 KB; 2,900 columns of 4,500 rows take more than a minute with 640, and 4 seconds with 2048, of which 660 are used.
 */
const ATTEMPTS: readonly { readonly megabytes: number; readonly rows: number }[] = [
  { megabytes: 160, rows: ROW_GROUP_ROWS },
  { megabytes: 2048, rows: 2048 },
];
/** The engine's buffers are made for lines of at least this size, bytes. */
const LEAST_LINE = 1024 * 1024;

/** What is to be closed: an open slice that gets nothing more. */
export interface ClosingSlice {
  readonly number: number;
  readonly rows: number;
  readonly longest: number;
  readonly firstAt: number;
  readonly lastAt: number;
  readonly kinds: KindBits;
}

/** The kinds of a slice's columns. */
export function columnKinds(kinds: Readonly<KindBits>): Record<string, ColumnKind> {
  const columns = Object.entries(kinds).map(([path, bits]): [string, ColumnKind] => [path, kindOf(bits)]);
  return byPath(columns.length === 0 ? [["@timestamp", "timestamp"]] : columns);
}

/** A table expression over the committed lines of an open slice. */
export function linesTable(
  path: string,
  slice: Pick<ClosingSlice, "rows" | "longest">,
  columns: Readonly<Record<string, ColumnKind>>,
): string {
  const types = Object.entries(columns).map(([field, kind]) => `${literal(columnName(field))}: '${SQL_TYPES[kind]}'`);
  // Behind the last commit there may be half a line; the limit keeps to what was committed.
  // A folder named `env=prod` above is no field.
  const options = `format = 'newline_delimited', hive_partitioning = false, ignore_errors = true, maximum_object_size = ${Math.max(LEAST_LINE, slice.longest + 1)}, columns = {${types.join(", ")}}`;
  return `(SELECT * FROM read_json(${literal(path)}, ${options}) LIMIT ${slice.rows})`;
}

/**
 * Makes an open slice a closed one: its lines become a Parquet file (zstd), then the manifest is written, then the lines are removed. A crash in
 * between leaves the open slice as it was.
 */
export async function closeSlice(folder: string, slice: ClosingSlice): Promise<SliceManifest> {
  const columns = columnKinds(slice.kinds);
  const target = parquetPath(folder, slice.number);
  const table = linesTable(dataPath(folder, slice.number), slice, columns);
  let span: TimeSpan | undefined;
  for (const [i, attempt] of ATTEMPTS.entries()) {
    try {
      span = await convert(table, target, columns, slice.rows, attempt);
      break;
    } catch (error) {
      await rm(`${target}.tmp`, { force: true });
      if (i === ATTEMPTS.length - 1 || !/out of memory|memory limit|could not allocate/i.test((error as Error).message))
        throw error;
    }
  }
  // The engine makes it readable for everybody; logs are not for everybody.
  await chmod(`${target}.tmp`, 0o600);
  await syncFile(`${target}.tmp`);
  await rename(`${target}.tmp`, target);
  const manifest: SliceManifest = {
    rows: slice.rows,
    bytes: (await stat(target)).size,
    ingestedFrom: slice.firstAt,
    ingestedTo: slice.lastAt,
    from: span?.from ?? null,
    to: span?.to ?? null,
    columns,
  };
  const description = manifestPath(folder, slice.number);
  await writeFile(`${description}.tmp`, `${JSON.stringify(manifest)}\n`, { mode: 0o600 });
  await syncFile(`${description}.tmp`);
  await rename(`${description}.tmp`, description);
  await syncFile(dirname(description));
  await removeLines(folder, slice.number);
  return manifest;
}

/** Epoch milliseconds; null where no row has a time. */
type TimeSpan = Pick<SliceManifest, "from" | "to">;

/** Writes the Parquet file `target`.tmp and reads it back. */
async function convert(
  table: string,
  target: string,
  columns: Readonly<Record<string, ColumnKind>>,
  rows: number,
  attempt: (typeof ATTEMPTS)[number],
): Promise<TimeSpan> {
  const engine = await openDuckDb({ memoryMegabytes: attempt.megabytes, threads: 1 });
  try {
    await engine.connection.run(
      `COPY ${table} TO ${literal(`${target}.tmp`)} (FORMAT parquet, COMPRESSION zstd, COMPRESSION_LEVEL 3, ROW_GROUP_SIZE ${attempt.rows}, STRING_DICTIONARY_PAGE_SIZE_LIMIT ${DICTIONARY_BYTES}, PARQUET_VERSION v2)`,
    );
    const times = columns["@timestamp"] === "timestamp";
    const time = quoted("@timestamp");
    const span = times ? `epoch_ms(min(${time}))::DOUBLE, epoch_ms(max(${time}))::DOUBLE` : "NULL, NULL";
    const query = `SELECT count(*)::INTEGER, ${span} FROM read_parquet(${literal(`${target}.tmp`)}, hive_partitioning = false)`;
    const [row] = (await engine.connection.runAndReadAll(query)).getRows();
    const found = row?.[0] as number;
    if (found !== rows) throw new Error(`${found} of ${rows} rows could be read back`);
    return { from: (row?.[1] as number | null) ?? null, to: (row?.[2] as number | null) ?? null };
  } finally {
    engine.close();
  }
}

/** The commits go first: without them the lines are no slice. */
export async function removeLines(folder: string, slice: number): Promise<void> {
  await rm(commitsPath(folder, slice), { force: true });
  await rm(dataPath(folder, slice), { force: true });
}

async function syncFile(path: string): Promise<void> {
  const file = await open(path, "r");
  await file.sync().finally(() => file.close());
}
