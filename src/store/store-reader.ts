import { constants, existsSync } from "node:fs";
import { access, open, readFile, stat } from "node:fs/promises";
import type { DuckDBConnection } from "@duckdb/node-api";
import { columnName, quoted } from "./column-kinds.ts";
import { readCommits } from "./commit-log.ts";
import type { Cell } from "./document.ts";
import { openDuckDb } from "./duckdb.ts";
import type { News } from "./follow.ts";
import { closedPart, type FieldColumn, fieldsOf, openPart, type Part, unionOf } from "./relation.ts";
import { type ClosedSlice, checkFormat, commitsPath, dataPath, listSlices } from "./slice-files.ts";

/** Memory of a search, MB; what does not fit (sorting all of a big store) goes to disk. */
const MEMORY_MEGABYTES = 512;
const TIME = quoted("@timestamp");

/** A slice that was closed or removed while it was looked for: another look finds how it is now. */
export class SliceGoneError extends Error {}

/** A folder without a store. */
export class NoStoreError extends Error {}

/** What to look for: a condition over the columns (SQL), and times that bound it, epoch milliseconds (`until` excluded). */
export interface Selection {
  readonly where: string | undefined;
  readonly since: number | undefined;
  readonly until: number | undefined;
}

export interface DamagedSlice {
  readonly path: string;
  readonly reason: string;
}

/**
 * Searches a store, whether its owner is at work or not: closed slices do not change, and of the open one only what was committed is read. It
 * is a snapshot: what comes in later is not seen.
 */
export class StoreReader {
  readonly #connection: DuckDBConnection;
  readonly #end: () => void;
  readonly #closed: readonly ClosedSlice[];
  readonly #open: readonly Part[];
  readonly fields: readonly FieldColumn[];
  /** Slices that could not be read; what they hold is missing from the answers. */
  readonly damaged: readonly DamagedSlice[];

  private constructor(
    engine: { connection: DuckDBConnection; close(): void },
    closed: readonly ClosedSlice[],
    openParts: readonly Part[],
    damaged: readonly DamagedSlice[],
  ) {
    this.#connection = engine.connection;
    this.#end = () => engine.close();
    this.#closed = closed;
    this.#open = openParts;
    this.fields = fieldsOf([...closedParts(closed), ...openParts]);
    this.damaged = damaged;
  }

  /** @throws NoStoreError, StoreVersionError; SliceGoneError or ENOENT when slices were closed or removed meanwhile */
  static async open(folder: string, threads: number): Promise<StoreReader> {
    const format = await checkFormat(folder);
    if (format === "absent") throw new NoStoreError(`there is no store in ${folder}`);
    const { closed, open: numbers, damaged: listed } = await listSlices(folder);
    const damaged: DamagedSlice[] = [...listed];
    const whole: ClosedSlice[] = [];
    for (const slice of closed) {
      const reason = await defectOf(slice);
      if (reason === undefined) whole.push(slice);
      else damaged.push({ path: slice.path, reason });
    }
    const openParts: Part[] = [];
    for (const number of numbers) {
      const path = dataPath(folder, number);
      const { rows, longest, kinds, bytes } = readCommits(await readFile(commitsPath(folder, number)));
      if (rows === 0) continue;
      const reason = await lackOf(path, bytes);
      if (reason === undefined) openParts.push(openPart(path, rows, longest, kinds));
      // Without its commits it was closed meanwhile: the look at the folder is out of date.
      else if (existsSync(commitsPath(folder, number))) damaged.push({ path, reason });
      else throw new SliceGoneError(`${path} was closed meanwhile`);
    }
    const engine = await openDuckDb({ memoryMegabytes: MEMORY_MEGABYTES, threads });
    return new StoreReader(engine, whole, openParts, damaged);
  }

  /** A reader over what came in behind a place. */
  static async ofNews(news: News, threads: number): Promise<StoreReader> {
    const engine = await openDuckDb({ memoryMegabytes: MEMORY_MEGABYTES, threads });
    const whole = news.closed.filter(({ skip }) => skip === 0).map(({ slice }) => slice);
    const rest = news.closed
      .filter(({ skip }) => skip > 0)
      .map(({ slice, skip }): Part => {
        const part = closedPart([slice.path], slice.manifest.columns);
        return { ...part, table: `(SELECT * FROM ${part.table} OFFSET ${skip})` };
      });
    return new StoreReader(engine, whole, [...rest, ...news.lines], []);
  }

  /** Rows that a selection gives, newest first, in the order of `fields`; in pieces, as they come. `limit` 0: all. */
  async *rows(
    selection: Selection,
    fields: readonly FieldColumn[],
    limit: number,
    direction: "DESC" | "ASC" = "DESC",
  ): AsyncGenerator<Cell[][]> {
    const query = this.#query(selection, "*");
    if (query === undefined) return;
    const order = this.#hasTime ? `ORDER BY ${TIME} ${direction} NULLS LAST` : "";
    const columns = fields.map(({ path }) => quoted(columnName(path))).join(", ");
    const bound = limit > 0 ? `LIMIT ${limit}` : "";
    const result = await this.#connection.stream(`SELECT ${columns} FROM (${query}) ${order} ${bound}`);
    for await (const rows of result.yieldRows()) yield rows as Cell[][];
  }

  async count(selection: Selection): Promise<number> {
    const query = this.#query(selection, "1");
    if (query === undefined) return 0;
    const rows = (await this.#connection.runAndReadAll(`SELECT count(*)::DOUBLE FROM (${query})`)).getRows();
    return rows[0]?.[0] as number;
  }

  /** Least and greatest time of a selection, epoch milliseconds; undefined when nothing is selected. */
  async span(selection: Selection): Promise<readonly [from: number, to: number] | undefined> {
    const query = this.#hasTime ? this.#query(selection, TIME) : undefined;
    if (query === undefined) return undefined;
    const [row] = (
      await this.#connection.runAndReadAll(
        `SELECT epoch_ms(min(${TIME}))::DOUBLE, epoch_ms(max(${TIME}))::DOUBLE FROM (${query})`,
      )
    ).getRows();
    const from = row?.[0];
    return typeof from === "number" ? [from, row?.[1] as number] : undefined;
  }

  /** Counts over time in buckets of `bucketMs`, by the values of a field. */
  async histogram(
    selection: Selection,
    bucketMs: number,
    field: FieldColumn | undefined,
  ): Promise<{ time: number; value: string | undefined; count: number }[]> {
    const by = field === undefined ? "NULL" : `${quoted(columnName(field.path))}::VARCHAR`;
    const query = this.#hasTime ? this.#query(selection, `${TIME} t, ${by} v`) : undefined;
    if (query === undefined) return [];
    const bucket = `(floor(epoch_ms(t) / ${bucketMs}) * ${bucketMs})::DOUBLE`;
    const rows = (
      await this.#connection.runAndReadAll(
        `SELECT ${bucket} b, v, count(*)::DOUBLE FROM (${query}) WHERE t IS NOT NULL GROUP BY b, v ORDER BY b, v`,
      )
    ).getRows();
    return rows.map(([time, value, count]) => ({
      time: time as number,
      value: (value as string | null) ?? undefined,
      count: count as number,
    }));
  }

  close(): void {
    this.#end();
  }

  get #hasTime(): boolean {
    return this.fields.some(({ path }) => path === "@timestamp");
  }

  /** The selected rows; all fields are named, the engine reads the columns that are used. undefined: no slice can have any. */
  #query(selection: Selection, columns: string): string | undefined {
    const { where, since, until } = selection;
    const inTime = this.#closed.filter(
      ({ manifest: { from, to, columns: kinds } }) =>
        // Where one row's time is none that the engine knows, the manifest says nothing of the others.
        (kinds["@timestamp"] !== "timestamp" && kinds["@timestamp"] !== undefined) ||
        ((since === undefined || (to !== null && to >= since)) &&
          (until === undefined || (from !== null && from < until))),
    );
    const parts = [...closedParts(inTime), ...this.#open];
    if (parts.length === 0 || this.fields.length === 0) return undefined;
    const conditions: string[] = [];
    const time = this.fields.find(({ path }) => path === "@timestamp");
    if ((since !== undefined || until !== undefined) && time === undefined) return undefined;
    if (since !== undefined) conditions.push(`${TIME} >= make_timestamp_ms(${Math.floor(since)})`);
    if (until !== undefined) conditions.push(`${TIME} < make_timestamp_ms(${Math.floor(until)})`);
    if (where !== undefined) conditions.push(`(${where})`);
    const condition = conditions.length === 0 ? "" : ` WHERE ${conditions.join(" AND ")}`;
    return `SELECT ${columns} FROM (${unionOf(parts, this.fields)})${condition}`;
  }
}

/** Slices with the same columns are one table. */
function closedParts(slices: readonly ClosedSlice[]): Part[] {
  const groups = new Map<string, ClosedSlice[]>();
  for (const slice of slices) {
    const key = JSON.stringify(Object.entries(slice.manifest.columns).sort());
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [slice]);
    else group.push(slice);
  }
  return [...groups.values()].map((group) =>
    closedPart(
      group.map(({ path }) => path),
      (group[0] as ClosedSlice).manifest.columns,
    ),
  );
}

/** Why lines that were committed cannot be read. */
async function lackOf(path: string, bytes: number): Promise<string | undefined> {
  try {
    const { size } = await stat(path);
    if (size < bytes) return `it has ${size} bytes where ${bytes} were committed`;
    await access(path, constants.R_OK);
    return undefined;
  } catch (error) {
    return (error as Error).message;
  }
}

/** A file that is not what was written: cut short, overwritten, gone. */
async function defectOf({ path, manifest }: ClosedSlice): Promise<string | undefined> {
  try {
    const { size } = await stat(path);
    if (size !== manifest.bytes) return `it has ${size} bytes instead of ${manifest.bytes}`;
    const file = await open(path, "r");
    try {
      const { buffer } = await file.read(Buffer.alloc(4), 0, 4, size - 4);
      return buffer.toString("latin1") === "PAR1" ? undefined : "its end is not that of a Parquet file";
    } finally {
      await file.close();
    }
  } catch (error) {
    return (error as Error).message;
  }
}
