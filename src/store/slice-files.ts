import { mkdir, open as openFile, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { ColumnKind } from "./column-kinds.ts";

/**
 * A store's folder. `store.json` says its format. An open slice n is `n.ndjson` (rows) and `n.commits`; a closed one `n.parquet` and `n.json`,
 * which is written last and makes it one. Numbers have eight digits and grow.
 */
export const STORE_FORMAT = 1;

/** What is known of a closed slice without opening it. */
export interface SliceManifest {
  readonly rows: number;
  /** Size of the Parquet file. */
  readonly bytes: number;
  /** First and last time of its commits, epoch milliseconds: its place in retention. */
  readonly ingestedFrom: number;
  readonly ingestedTo: number;
  /** Least and greatest `@timestamp`, epoch milliseconds; null when no row has one. */
  readonly from: number | null;
  readonly to: number | null;
  /** Kind of each column by path of the field. */
  readonly columns: Readonly<Record<string, ColumnKind>>;
}

export interface ClosedSlice {
  readonly number: number;
  readonly path: string;
  readonly manifest: SliceManifest;
}

export interface SliceList {
  readonly closed: readonly ClosedSlice[];
  /** Numbers of slices that have data and are not closed. */
  readonly open: readonly number[];
  /** Files that cannot be read, and why. */
  readonly damaged: readonly { readonly path: string; readonly reason: string }[];
}

/** A folder that this version of Antler cannot use. */
export class StoreVersionError extends Error {}

export const dataPath = (folder: string, slice: number): string => join(folder, `${name(slice)}.ndjson`);
export const commitsPath = (folder: string, slice: number): string => join(folder, `${name(slice)}.commits`);
export const parquetPath = (folder: string, slice: number): string => join(folder, `${name(slice)}.parquet`);
export const manifestPath = (folder: string, slice: number): string => join(folder, `${name(slice)}.json`);

function name(slice: number): string {
  return String(slice).padStart(8, "0");
}

/** Makes the folder, or checks that its format is ours. @throws StoreVersionError */
export async function prepareFolder(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  if ((await checkFormat(folder)) === "absent") {
    const path = join(folder, "store.json");
    await writeFile(`${path}.tmp`, `${JSON.stringify({ format: STORE_FORMAT })}\n`, { mode: 0o600 });
    const file = await openFile(`${path}.tmp`, "r");
    await file.sync().finally(() => file.close());
    await rename(`${path}.tmp`, path);
  }
}

/** @throws StoreVersionError when another version of Antler wrote it */
export async function checkFormat(folder: string): Promise<"ours" | "absent"> {
  const path = join(folder, "store.json");
  let text: string;
  try {
    text = await readFile(path, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return "absent";
    throw error;
  }
  let format: unknown;
  try {
    format = (JSON.parse(text) as { format?: unknown }).format;
  } catch {
    throw new StoreVersionError(
      `${path} is damaged: restore it as {"format":${STORE_FORMAT}}, or use another --data folder`,
    );
  }
  if (format !== STORE_FORMAT) {
    throw new StoreVersionError(
      `${folder} was written by another version of Antler (format ${String(format)}, this one reads ${STORE_FORMAT}): use that version, or another --data folder`,
    );
  }
  return "ours";
}

/**
 * Removes what a crash left half removed, for the owner: lines of a slice that is closed, which would come back when it is removed; a Parquet
 * file whose manifest is gone; lines without their commits.
 */
export async function removeLeftovers(folder: string): Promise<void> {
  const names = new Set(await readdir(folder));
  const { closed } = await listSlices(folder);
  const isClosed = new Set(closed.map(({ number }) => name(number)));
  for (const file of names) {
    const match = /^(\d{8})\.(commits|ndjson|parquet|parquet\.tmp|json\.tmp)$/.exec(file);
    if (match === null) continue;
    const [, slice = "", ending] = match;
    const lines = ending === "commits" || ending === "ndjson";
    const bare = !names.has(`${slice}.json`) && !names.has(`${slice}.commits`);
    if (bare || (lines && isClosed.has(slice))) await rm(join(folder, file), { force: true });
  }
}

/** What lies in the folder; a manifest that cannot be read leaves the rest to be found. */
export async function listSlices(folder: string): Promise<SliceList> {
  const names = new Set(await readdir(folder));
  const closed: ClosedSlice[] = [];
  const open: number[] = [];
  const damaged: { path: string; reason: string }[] = [];
  for (const file of [...names].sort()) {
    const match = /^(\d{8})\.(json|commits)$/.exec(file);
    if (match === null) continue;
    const number = Number(match[1]);
    if (match[2] === "commits") {
      if (!names.has(`${match[1]}.json`)) open.push(number);
      continue;
    }
    const path = parquetPath(folder, number);
    try {
      const manifest = JSON.parse(await readFile(join(folder, file), "utf8")) as SliceManifest;
      if (!names.has(`${match[1]}.parquet`)) throw new Error("the file is gone");
      if (typeof manifest.rows !== "number" || typeof manifest.columns !== "object") throw new Error("no manifest");
      closed.push({ number, path, manifest });
    } catch (error) {
      damaged.push({ path, reason: (error as Error).message });
    }
  }
  return { closed, open, damaged };
}
