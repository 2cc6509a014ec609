import { basename, dirname, join } from "node:path";
import type { Discovery, FoundFile } from "./discover.ts";
import type { TailEnvironment } from "./environment.ts";
import { lineTimeReader } from "./line-time.ts";

const ROTATED_ENDING = String.raw`[.-]\d[\w.-]*?(?:\.gz)?$`;
const DATE_ENDING = String.raw`[.-]\d{4}-?\d\d-?\d\d[\d.-]*`;

/** Where a file begins by the time of its lines. */
export interface HistoryStart {
  /** Of its content, in bytes; "end": all of it is older. */
  readonly offset: number | "end";
  /** Why it was not found by the lines' times. */
  readonly doubt?: string;
}

/** A file, and those that its log was rotated to; oldest first. */
export type HistoryChain = readonly FoundFile[];

/** Adds to what a scan found the rotated and compressed siblings of each, and puts together what is one log's. */
export async function historyOf(
  found: readonly FoundFile[],
  discovery: Discovery,
  fs: TailEnvironment["fs"],
): Promise<HistoryChain[]> {
  const folders = new Map<string, Promise<string[]>>();
  const namesIn = (folder: string): Promise<string[]> => {
    const names = folders.get(folder) ?? fs.readFolder(folder).catch(() => []);
    folders.set(folder, names);
    return names;
  };
  const all = new Map(found.map((file) => [file.path, file]));
  const rotatedOf = new Map<string, string>();
  for (const { path } of found) {
    const matches = rotatedName(basename(path));
    for (const name of await namesIn(dirname(path))) {
      const sibling = join(dirname(path), name);
      if (sibling === path || !matches.test(name)) continue;
      if (!discovery.isWanted(sibling)) continue;
      // app.log.1.gz is rotated of app.log, and not of app.log.1.
      const known = rotatedOf.get(sibling);
      if (known === undefined || known.length > path.length) rotatedOf.set(sibling, path);
      if (!all.has(sibling)) {
        const file = await discovery.stat(sibling);
        if (file !== null) all.set(sibling, file);
      }
    }
  }
  const chains = new Map<string, FoundFile[]>();
  const inodes = new Set<string>();
  for (const file of all.values()) {
    const inode = `${file.stat.device}:${file.stat.inode}`;
    if (inodes.has(inode)) continue;
    inodes.add(inode);
    const live = rotatedOf.get(file.path) ?? file.path;
    const chain = chains.get(live);
    if (chain === undefined) chains.set(live, [file]);
    else chain.push(file);
  }
  for (const [live, chain] of chains) {
    chain.sort((a, b) => Number(a.path === live) - Number(b.path === live) || a.stat.modified - b.stat.modified);
  }
  return [...chains.values()];
}

/** Names that logrotate gives: `NAME.1`, `NAME.2.gz`, `NAME-20250101`, and with `extension` or in other programs `STEM-20250101.log`. */
function rotatedName(name: string): RegExp {
  const literal = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
  const dot = name.lastIndexOf(".");
  const [stem, ending] = dot > 0 ? [name.slice(0, dot), name.slice(dot)] : [name, ""];
  return new RegExp(
    `^(?!.*\\.(?:bz2|xz|zst|lz4|zip)$)(?:${literal(name)}${ROTATED_ENDING}|${literal(stem)}${DATE_ENDING}${literal(ending)}(?:\\.gz)?$)`,
  );
}

/** Finds where a file begins: at its first line that is not older than `since` (epoch milliseconds). Lines without a time belong to the one before. */
export async function historyStart(
  { path, stat }: FoundFile,
  since: number,
  { findStart, clock }: TailEnvironment,
  timezone: string,
): Promise<HistoryStart> {
  if (stat.modified < since) return { offset: "end" };
  if (findStart === undefined) return { offset: 0, doubt: "its lines are not searched here" };
  const timeOf = lineTimeReader(timezone, () => clock.now());
  let timed = 0;
  let older = false;
  const before = (line: string): boolean => {
    const time = timeOf(line);
    if (time === undefined) return true;
    timed++;
    older ||= time < since;
    return time < since;
  };
  try {
    const offset = await findStart(path, before);
    if (timed === 0 && offset > 0) return { offset: 0, doubt: "no time was recognised in its lines" };
    // What stands before the first time belongs to the last line of the file before.
    return { offset: older ? offset : 0 };
  } catch (error) {
    return { offset: 0, doubt: `its lines cannot be searched: ${(error as Error).message}` };
  }
}
