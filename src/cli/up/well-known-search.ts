import { join } from "node:path";
import { codeOf, type HostFileStat, type HostFileSystem } from "./well-known-files.ts";
import {
  isNamedLikeLog,
  isRotated,
  kindOfPlace,
  type LogKind,
  SKIPPED_FOLDERS,
  searchedFolders,
  WELL_KNOWN_PLACES,
} from "./well-known-list.ts";

/** Names looked at in all folders together; a host with more has them named on the command line. */
const NAME_LIMIT = 20_000;

/** A file whose name and place are those of a log. */
export interface Candidate {
  readonly path: string;
  /** The path without the root's slash. */
  readonly place: string;
  readonly stat: HostFileStat;
  /** Undefined for an application's log. */
  readonly kind: LogKind | undefined;
}

export interface SearchResult {
  readonly candidates: readonly Candidate[];
  /** Folders that may not be listed and in which nothing was found by name. */
  readonly closedFolders: readonly { readonly path: string; readonly stat: HostFileStat }[];
  /** The search ended before everything was seen. */
  readonly cutShort: boolean;
}

/** Looks in the well-known places and in the folders where applications log. Each file once, however many names it has. */
export async function searchLogs(root: string, home: string | undefined, files: HostFileSystem): Promise<SearchResult> {
  const candidates: Candidate[] = [];
  const closed: { path: string; stat: HostFileStat }[] = [];
  const seen = new Set<string>();
  let left = NAME_LIMIT;

  async function look(place: string): Promise<HostFileStat | undefined> {
    left--;
    try {
      return await files.stat(join(root, place));
    } catch {
      // Gone meanwhile, a broken link, or in a folder that may not be entered, which is told of itself.
      return undefined;
    }
  }

  function take(place: string, stat: HostFileStat): void {
    if (stat.kind !== "file" || seen.has(stat.id)) return;
    seen.add(stat.id);
    candidates.push({ path: join(root, place), place, stat, kind: kindOfPlace(place) });
  }

  async function walk(folder: string, depth: number, takes: boolean, within: RegExp | undefined): Promise<void> {
    let names: string[];
    try {
      names = (await files.readFolder(join(root, folder))).sort();
    } catch (error) {
      const code = codeOf(error);
      const stat = code === "EACCES" || code === "EPERM" ? await look(folder) : undefined;
      if (stat !== undefined && takes) closed.push({ path: join(root, folder), stat });
      return;
    }
    for (const name of names) {
      if (left <= 0) return;
      const place = `${folder}/${name}`;
      const stat = await look(place);
      if (stat?.kind === "folder") {
        if (depth === 0 || seen.has(stat.id) || name.startsWith(".") || SKIPPED_FOLDERS.has(place)) continue;
        if (name === "node_modules") continue;
        seen.add(stat.id);
        await walk(place, depth - 1, takes || within?.test(name) === true, within);
      } else if (stat !== undefined && takes && isLog(place)) take(place, stat);
    }
  }

  for (const place of WELL_KNOWN_PLACES) {
    const stat = await look(place);
    if (stat !== undefined) take(place, stat);
  }
  for (const { folder, depth, within } of searchedFolders(home)) {
    await walk(folder, depth, within === undefined, within);
  }
  const closedFolders = closed.filter(({ path }) => !candidates.some((one) => one.path.startsWith(`${path}/`)));
  return { candidates, closedFolders, cutShort: left <= 0 };
}

function isLog(place: string): boolean {
  return !isRotated(place) && (kindOfPlace(place) !== undefined || isNamedLikeLog(place));
}
