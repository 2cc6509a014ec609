import { resolve } from "node:path";
import { codeOf, type HostFileSystem, looksLikeText, readStart, realHostFiles } from "./well-known-files.ts";
import { isCompressed } from "./well-known-list.ts";
import { documentKind } from "./whole-documents.ts";

export interface ArgumentOptions {
  /** Folder that relative arguments are meant from. */
  readonly cwd?: string;
  readonly files?: HostFileSystem;
  /** Levels of folders below a folder that is given. Default 8. */
  readonly maxDepth?: number;
  /** Most files of one argument. Default 10,000. */
  readonly maxFiles?: number;
  /** Paths below `cwd` that match, relative or absolute as the pattern is. */
  readonly glob?: (pattern: string, cwd: string) => Promise<string[]>;
}

/** An argument that gives no log, or less than it seems. */
export interface ArgumentProblem {
  readonly argument: string;
  readonly kind:
    | "no such file"
    | "matches nothing"
    | "no logs"
    | "unreadable"
    | "not text"
    | "compressed"
    | "document"
    | "special file"
    | "too many";
  /** The argument can still be used: some of its files are taken. */
  readonly warning: boolean;
  readonly message: string;
  readonly help?: string;
}

export interface ExpandedArguments {
  /** Files there are now, each once, sorted. */
  readonly files: readonly { readonly path: string; readonly bytes: number }[];
  /** What to follow, for the file input, with `exclude => COMPRESSED_NAMES`: absolute paths and globs; special characters of literal paths are escaped. */
  readonly paths: readonly string[];
  /** Standard input is to be read: `-`. */
  readonly stdin: boolean;
  /** Named pipes, read once. */
  readonly pipes: readonly string[];
  readonly problems: readonly ArgumentProblem[];
}

const SPECIAL = /[*?{}[\]]/;

/** Names to leave out of what `paths` match: the file input reads no compressed files. */
export const COMPRESSED_NAMES: readonly string[] = ["*.{gz,tgz,xz,bz2,zst,lz4,zip,Z}"];

/** Files, globs, folders (with what lies below them), named pipes and `-` of a command line. Problems are data; nothing is thrown for a bad argument. */
export async function expandArguments(
  given: readonly string[],
  options: ArgumentOptions = {},
): Promise<ExpandedArguments> {
  const { cwd = process.cwd(), files = realHostFiles, maxDepth = 8, maxFiles = 10_000, glob = realGlob } = options;
  const found = new Map<string, number>();
  const paths = new Set<string>();
  const pipes = new Set<string>();
  const problems: ArgumentProblem[] = [];
  let stdin = false;

  for (const argument of given) {
    const problem = (kind: ArgumentProblem["kind"], message: string, help?: string, warning = false): void => {
      problems.push({ argument, kind, warning, message, ...(help === undefined ? {} : { help }) });
    };
    if (argument === "-") {
      stdin = true;
      continue;
    }
    const path = resolve(cwd, argument);
    const outcome = await lookAt(path, files);
    if (outcome === "absent" && SPECIAL.test(argument)) {
      const matches = (await glob(argument, cwd)).map((match) => resolve(cwd, match)).sort();
      if (matches.length === 0) problem("matches nothing", `no file matches ${argument}`, globHelp(argument));
      else {
        const taken = await takenOf(matches, problem);
        const strangers = matches.filter((match) => !taken.includes(match) && !isCompressed(match));
        // The glob finds later files too; where it also names what is no log, only those that are logs are followed.
        if (strangers.length > 0) for (const one of taken) paths.add(literal(one));
        else if (taken.length > 0) paths.add(resolve(literal(cwd), argument));
      }
    } else if (outcome === "absent") {
      problem("no such file", `${argument} does not exist`);
    } else if (outcome === "closed") {
      problem("unreadable", `${argument} cannot be reached: permission denied`, "run antler with sudo");
    } else if (outcome.kind === "folder") {
      const below = await filesBelow(path);
      if (below === undefined)
        problem("unreadable", `the folder ${argument} may not be listed`, "run antler with sudo");
      else if (below.length === 0) problem("no logs", `there are no files in the folder ${argument}`);
      else {
        for (const one of await takenOf(below, problem, true)) paths.add(literal(one));
      }
    } else if (outcome.kind === "pipe") {
      if (await files.readable(path, "pipe")) pipes.add(path);
      else problem("unreadable", `${argument} may not be read`, "run antler with sudo");
    } else if (outcome.kind === "other") {
      problem("special file", `${argument} is no file, folder or named pipe`);
    } else if (await take(path, problem, false)) paths.add(literal(path));
  }

  type Report = (kind: ArgumentProblem["kind"], message: string, help?: string, warning?: boolean) => void;

  /** Whether the file is a log that can be read; else why not is reported. */
  async function take(path: string, report: Report, warning: boolean, noDocuments = false): Promise<boolean> {
    const stat = await files.stat(path).catch(() => undefined);
    if (stat?.kind !== "file") return false;
    if (!(await files.readable(path, "file"))) {
      report("unreadable", `${path} may not be read`, "run antler with sudo, or change its permissions", warning);
      return false;
    }
    if (isCompressed(path)) {
      report("compressed", `${path} is compressed`, `unpack it and pipe it in: zcat ${path} | antler up -`, warning);
      return false;
    }
    const start = await readStart(files, path).catch(() => undefined);
    if (start === undefined || !looksLikeText(start)) {
      if (start === undefined) report("unreadable", `${path} cannot be read`, undefined, warning);
      else report("not text", `${path} is no text`, undefined, warning);
      return false;
    }
    const kind = noDocuments ? documentKind(path, start) : undefined;
    if (kind !== undefined) {
      report(
        "document",
        `${path} is one ${kind} document, not a log`,
        "name the file itself to read it all the same",
        warning,
      );
      return false;
    }
    found.set(path, stat.bytes);
    return true;
  }

  /** Takes files of one argument; what cannot be taken is an error only when nothing else is. */
  async function takenOf(all: readonly string[], report: Report, noDocuments = false): Promise<string[]> {
    let pending: Parameters<Report>[] = [];
    const taken: string[] = [];
    for (const path of all.slice(0, maxFiles)) {
      if (await take(path, (...details) => pending.push(details), true, noDocuments)) taken.push(path);
    }
    const documents = pending.filter(([kind]) => kind === "document");
    if (documents.length > 1) {
      const [[kind, message, help]] = documents as [Parameters<Report>];
      pending = pending.filter((one) => !documents.includes(one));
      pending.push([kind, `${message}, and so are ${documents.length - 1} more`, help]);
    }
    for (const [kind, message, help] of pending.slice(0, 10)) report(kind, message, help, taken.length > 0);
    if (pending.length > 10) {
      report(
        "unreadable",
        `${pending.length - 10} more files are left out for such reasons`,
        undefined,
        taken.length > 0,
      );
    }
    if (all.length > maxFiles) report("too many", `only the first ${maxFiles} files are taken`, undefined, true);
    if (taken.length === 0 && pending.length === 0) report("no logs", "there are only folders and special files");
    return taken;
  }

  /** Files below a folder, sorted; undefined where it may not be listed. Hidden names are left out. */
  async function filesBelow(folder: string): Promise<string[] | undefined> {
    const all: string[] = [];
    const seen = new Set<string>();
    const walk = async (path: string, depth: number): Promise<boolean> => {
      let names: string[];
      try {
        names = (await files.readFolder(path)).sort();
      } catch {
        return false;
      }
      for (const name of names) {
        if (name.startsWith(".") || all.length > maxFiles) continue;
        const below = resolve(path, name);
        const stat = await files.stat(below).catch(() => undefined);
        if (stat === undefined || seen.has(stat.id)) continue;
        seen.add(stat.id);
        if (stat.kind === "file") all.push(below);
        else if (stat.kind === "folder" && depth > 0) await walk(below, depth - 1);
      }
      return true;
    };
    return (await walk(folder, maxDepth)) ? all : undefined;
  }

  const sorted = [...found].map(([path, bytes]) => ({ path, bytes })).sort((a, b) => (a.path < b.path ? -1 : 1));
  return { files: sorted, paths: [...paths], stdin, pipes: [...pipes], problems };
}

async function lookAt(path: string, files: HostFileSystem): Promise<"absent" | "closed" | { kind: string }> {
  try {
    return await files.stat(path);
  } catch (error) {
    const code = codeOf(error);
    return code === "EACCES" || code === "EPERM" ? "closed" : "absent";
  }
}

function globHelp(argument: string): string {
  return `look at what is there: ls -d ${argument.replace(/\/[^/]*[*?{[].*$/, "/")}`;
}

/** A path that a glob reader takes as it is. */
function literal(path: string): string {
  return SPECIAL.test(path) ? path.replaceAll(/[*?{}[\]()!\\]/g, "\\$&") : path;
}

async function realGlob(pattern: string, cwd: string): Promise<string[]> {
  const { glob } = await import("tinyglobby");
  // An absolute pattern is searched from its own root.
  return glob(pattern, { cwd, absolute: true, expandDirectories: false, onlyFiles: true });
}
