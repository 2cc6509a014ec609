/** What the tail needs of the world; a simulator supplies its own. `defaultEnvironment` (real-environment.ts) is the real one. */
export interface TailEnvironment {
  readonly fs: TailFileSystem;
  readonly clock: TailClock;
  /** Random bytes for file ids. */
  random(bytes: number): Uint8Array;
  readonly log: TailLog;
  /** Adds `by` (default 1) to a counter; the names are in `TailCounter`. */
  count(counter: TailCounter, by?: number): void;
  /** Paths of files that match. `**` and braces work. */
  glob(patterns: readonly string[], options: GlobOptions): Promise<string[]>;
  /**
   * Watches folders; `seen` gets a path, and whether a name came or went there (else only content changed).
   * Null where there is nothing to watch with: scans and polls are enough then.
   */
  readonly watch:
    | ((folders: readonly WatchedFolder[], seen: (path: string, names: boolean) => void) => FolderWatch)
    | null;
  /** For `TailOptions.since`; without it files are told apart by their modification times alone. */
  readonly findStart?: FindStart;
}

/**
 * Offset of the first line of a file (of its content if the name ends in `.gz`) that is not `before`; behind the last whole line if all are.
 * Lines come as latin1. @throws Error if it cannot be searched
 */
export type FindStart = (path: string, before: (line: string) => boolean) => Promise<number>;

export interface GlobOptions {
  readonly ignore: readonly string[];
  readonly hidden: boolean;
  /** Symbolic links count as what they lead to. Default true. */
  readonly symlinks?: boolean;
}

export interface WatchedFolder {
  readonly path: string;
  /** Levels of folders below `path` that matter. */
  readonly depth: number;
}

export interface FolderWatch {
  close(): Promise<void>;
}

export interface TailClock {
  /** Epoch milliseconds. */
  now(): number;
  setTimeout(run: () => void, ms: number): unknown;
  clearTimeout(timer: unknown): void;
}

export interface TailLog {
  info(message: string): void;
  warn(message: string): void;
  error(message: string): void;
}

/** What a stat tells. Numbers of device and inode are decimal strings: they may exceed 2^53. */
export interface FileStat {
  readonly kind: "file" | "folder" | "other";
  readonly device: string;
  readonly inode: string;
  /** Bytes. */
  readonly size: number;
  /** Bytes on disk of a gzip file whose content's length is `size`. */
  readonly compressed?: number;
  /** Modification time, epoch milliseconds. */
  readonly modified: number;
  /** Changes whenever content or names changed: modification and change time in nanoseconds. */
  readonly version: string;
  /** Birth time in nanoseconds, "" where the filesystem does not tell it apart from the change time. */
  readonly birth: string;
  readonly links: number;
}

/** Errors carry `code` as node's do (ENOENT, EACCES, ENOSPC…). Paths are absolute. */
export interface TailFileSystem {
  stat(path: string): Promise<FileStat>;
  /** Whether a path is a symbolic link; absent where there are none. */
  isLink?(path: string): Promise<boolean>;
  /** Opens to read, or with "w" creates or empties (mode 0600); gives a descriptor. */
  open(path: string, mode: "r" | "w"): Promise<number>;
  fstat(descriptor: number): Promise<FileStat>;
  /** Bytes read into `into[at..at+length)` from `position`; 0 at the end. */
  read(descriptor: number, into: Uint8Array, at: number, length: number, position: number): Promise<number>;
  /** Appends all of `bytes`. */
  write(descriptor: number, bytes: Uint8Array): Promise<void>;
  fsync(descriptor: number): Promise<void>;
  close(descriptor: number): Promise<void>;
  /** Makes names in a folder durable. */
  fsyncFolder(path: string): Promise<void>;
  rename(from: string, to: string): Promise<void>;
  readFile(path: string): Promise<Uint8Array>;
  /** Names in a folder. */
  readFolder(path: string): Promise<string[]>;
  makeFolder(path: string): Promise<void>;
}

/** Counters of the tail. Every one that stands for a decision is described in docs/delivery.md. */
export type TailCounter =
  | "records"
  | "bytes"
  | "files_found"
  | "files_opened"
  | "files_closed"
  | "generations"
  | "renames"
  | "removals"
  | "copies"
  | "open_errors"
  | "read_errors"
  | "gzip_faults"
  | "not_a_file"
  | "lines_truncated"
  | "nul_holes"
  | "invalid_encoding"
  | "multiline_truncated"
  | "registry_writes"
  | "registry_failures"
  | "registry_corrupt"
  | "files_forgotten"
  | "scans"
  | "waits"
  /** Removed files that were given up on a full disk, and what of them was not read. */
  | "released_files"
  | "released_bytes";

export function errorCode(error: unknown): string {
  return typeof error === "object" && error !== null && "code" in error ? String(error.code) : "";
}
