import { basename, dirname, join } from "node:path";
import { errorCode, type FileStat, type TailEnvironment, type WatchedFolder } from "./environment.ts";
import type { TailInputOptions } from "./options.ts";

const GLOB = /[*?{}[\]]/;
/** Levels of folders that `**` is watched for; as deep as Filebeat expands it. */
const WATCH_DEPTH = 8;
const GZIP = /\.gz$/i;
const STATS_AT_A_TIME = 32;

export interface FoundFile {
  readonly path: string;
  readonly stat: FileStat;
}

/** Finds the files of one input. Troubles are counted and said once per path, until it is fine again. */
export class Discovery {
  readonly #input: TailInputOptions;
  readonly #env: TailEnvironment;
  readonly #troubled = new Set<string>();

  constructor(input: TailInputOptions, environment: TailEnvironment) {
    for (const path of input.paths) {
      if (!/^(?:\/|[A-Za-z]:[\\/])/.test(path)) throw new TypeError(`path "${path}" is not absolute`);
    }
    this.#input = input;
    this.#env = environment;
  }

  /** All files that match, each inode once, sorted by path. */
  async scan(): Promise<FoundFile[]> {
    const { paths, exclude = [], hidden = false, symlinks = true } = this.#input;
    const literal = await this.#withoutLinks(paths.filter((path) => !GLOB.test(path)));
    const globs = paths.filter((path) => GLOB.test(path));
    const ignore = exclude.filter((entry) => typeof entry === "string");
    const found = globs.length === 0 ? [] : await this.#env.glob(globs, { ignore, hidden, symlinks });
    const all = [...new Set([...literal, ...found])].filter((path) => this.isWanted(path)).sort();
    const files: FoundFile[] = [];
    const inodes = new Set<string>();
    for (let i = 0; i < all.length; i += STATS_AT_A_TIME) {
      const stats = await Promise.all(all.slice(i, i + STATS_AT_A_TIME).map((path) => this.stat(path)));
      for (const file of stats) {
        if (file === null) continue;
        const key = `${file.stat.device}:${file.stat.inode}`;
        if (!inodes.has(key)) files.push(file);
        inodes.add(key);
      }
    }
    return files;
  }

  /** Whether neither an expression nor its compression leaves a path out. */
  isWanted(path: string): boolean {
    const { exclude = [], include = [], compression } = this.#input;
    if (compression === "none" && GZIP.test(path)) return false;
    if (exclude.some((expression) => typeof expression !== "string" && fits(expression, path))) return false;
    return include.length === 0 || include.some((expression) => fits(expression, path));
  }

  async #withoutLinks(paths: readonly string[]): Promise<readonly string[]> {
    const { isLink } = this.#env.fs;
    if (this.#input.symlinks !== false || isLink === undefined) return paths;
    const links = await Promise.all(paths.map((path) => isLink(path).catch(() => false)));
    return paths.filter((_path, i) => !links[i]);
  }

  /** Paths that something is wrong with. */
  get troubled(): ReadonlySet<string> {
    return this.#troubled;
  }

  /** Whether a file is read as what gzip made it of. */
  isGzip(path: string): boolean {
    const { compression = "auto" } = this.#input;
    return compression === "gzip" || (compression === "auto" && GZIP.test(path));
  }

  /** The file at `path`; null if there is none. */
  async stat(path: string): Promise<FoundFile | null> {
    try {
      const stat = await this.#env.fs.stat(path);
      if (stat.kind !== "file") {
        this.trouble(
          path,
          "not_a_file",
          `${path} is a ${stat.kind === "folder" ? "folder" : "special file"}, not read`,
        );
        return null;
      }
      return { path, stat };
    } catch (error) {
      if (errorCode(error) !== "ENOENT" && errorCode(error) !== "ENOTDIR") {
        this.trouble(path, "open_errors", `cannot look at ${path}: ${error}`);
      }
      return null;
    }
  }

  trouble(path: string, counter: "not_a_file" | "open_errors" | "read_errors" | "gzip_faults", message: string): void {
    if (this.#troubled.has(path)) return;
    this.#troubled.add(path);
    this.#env.count(counter);
    this.#env.log.warn(message);
  }

  fine(path: string): void {
    this.#troubled.delete(path);
  }

  /**
   * Files beside `path` whose names begin as its name does: `access.log.1`, `access-20250101.log` for `access.log`.
   * Rotated files are looked for here too when no glob names them.
   */
  async siblings(path: string): Promise<FoundFile[]> {
    const folder = dirname(path);
    const stem = nameStem(path);
    const names = await this.#env.fs.readFolder(folder).catch(() => []);
    const candidates = names.filter(
      (name) =>
        name.startsWith(stem) && !/\.(?:bz2|xz|zst|lz4|zip)$/.test(name) && (!GZIP.test(name) || this.isGzip(name)),
    );
    const files: FoundFile[] = [];
    for (const name of candidates.slice(0, 1000)) {
      const stat = await this.#env.fs.stat(join(folder, name)).catch(() => null);
      if (stat?.kind === "file") files.push({ path: join(folder, name), stat });
    }
    return files;
  }
}

/** Without the memory of expressions with `g`. */
function fits(expression: RegExp, path: string): boolean {
  return new RegExp(expression.source, expression.flags).test(path);
}

/** The name without folder and last extension. */
export function nameStem(path: string): string {
  return basename(path).replace(/(?<=.)\.[^.]*$/, "");
}

/** The folders that a watch must see for `paths`, and how deep. */
export function watchedFolders(paths: readonly string[]): WatchedFolder[] {
  const depths = new Map<string, number>();
  for (const path of paths) {
    const parts = path.split("/");
    const glob = parts.findIndex((part) => GLOB.test(part));
    const fixed = glob < 0 ? parts.length - 1 : glob;
    const folder = parts.slice(0, fixed).join("/") || "/";
    const depth = glob < 0 ? 0 : parts.includes("**") ? WATCH_DEPTH : parts.length - 1 - glob;
    depths.set(folder, Math.max(depths.get(folder) ?? 0, depth));
  }
  return [...depths].map(([path, depth]) => ({ path, depth }));
}
