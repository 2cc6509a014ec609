import { open, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { readCommits } from "./commit-log.ts";
import { openPart, type Part } from "./relation.ts";
import { type ClosedSlice, commitsPath, dataPath, listSlices } from "./slice-files.ts";

/** How far somebody has seen a store: rows and bytes of lines of a slice, all older ones whole. */
export interface Place {
  readonly slice: number;
  readonly rows: number;
  readonly bytes: number;
}

/** What came in behind a place. */
export interface News {
  readonly closed: readonly { readonly slice: ClosedSlice; readonly skip: number }[];
  readonly lines: readonly Part[];
  readonly place: Place;
}

/** The end of a store as it is now. */
export async function endOf(folder: string): Promise<Place> {
  const { closed, open: numbers } = await listSlices(folder);
  const last = numbers.at(-1);
  if (last === undefined) return { slice: Math.max(0, ...closed.map(({ number }) => number)) + 1, rows: 0, bytes: 0 };
  const { rows, bytes } = readCommits(await readFile(commitsPath(folder, last)));
  return { slice: last, rows, bytes };
}

/**
 * What came in behind a place. Only the new lines of an open slice are read: they are copied into `scratch`, a folder of the caller's, for the
 * engine reads files from their start.
 */
export async function newsSince(folder: string, place: Place, scratch: string): Promise<News> {
  const listed = await listSlices(folder);
  const closed = listed.closed
    .filter(({ number }) => number >= place.slice)
    .map((slice) => ({ slice, skip: slice.number === place.slice ? place.rows : 0 }))
    .filter(({ slice, skip }) => slice.manifest.rows > skip);
  let next = place;
  for (const { number } of listed.closed) if (number >= next.slice) next = { slice: number + 1, rows: 0, bytes: 0 };
  const lines: Part[] = [];
  for (const number of listed.open.filter((one) => one >= next.slice)) {
    const from = number === next.slice ? next : { slice: number, rows: 0, bytes: 0 };
    try {
      const state = readCommits(await readFile(commitsPath(folder, number)));
      next = { slice: number, rows: state.rows, bytes: state.bytes };
      if (state.rows <= from.rows) continue;
      const path = join(scratch, `${number}.ndjson`);
      await writeFile(path, await readRange(dataPath(folder, number), from.bytes, state.bytes), { mode: 0o600 });
      lines.push(openPart(path, state.rows - from.rows, state.longest, state.kinds));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
      // It was closed between two looks: the next one finds it so.
      next = from;
      break;
    }
  }
  return { closed, lines, place: next };
}

async function readRange(path: string, from: number, to: number): Promise<Buffer> {
  const file = await open(path, "r");
  try {
    const bytes = Buffer.alloc(to - from);
    for (let done = 0; done < bytes.length; ) {
      const { bytesRead } = await file.read(bytes, done, bytes.length - done, from + done);
      if (bytesRead === 0) throw new Error(`${path} is shorter than what was committed`);
      done += bytesRead;
    }
    return bytes;
  } finally {
    await file.close();
  }
}
