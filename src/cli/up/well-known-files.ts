import { constants } from "node:fs";
import { access, open, readdir, stat } from "node:fs/promises";
import { userInfo } from "node:os";

/** What a look at a file tells; links are followed. */
export interface HostFileStat {
  readonly kind: "file" | "folder" | "pipe" | "other";
  /** Device and inode, so that a file that is found by two names is taken once. */
  readonly id: string;
  readonly bytes: number;
  /** Modification time, epoch milliseconds. */
  readonly modified: number;
  readonly uid: number;
  readonly gid: number;
  /** Permission bits, as 0o640. */
  readonly mode: number;
}

/** The few functions of a filesystem that finding logs needs. Errors carry `code` as node's do. */
export interface HostFileSystem {
  stat(path: string): Promise<HostFileStat>;
  /** Names in a folder. */
  readFolder(path: string): Promise<string[]>;
  /** Whether this process may read the file, or list and enter the folder. */
  readable(path: string, kind: HostFileStat["kind"]): Promise<boolean>;
  /** Up to `length` bytes from `position`. */
  readPart(path: string, position: number, length: number): Promise<Buffer>;
}

/** Who reads. */
export interface HostReader {
  readonly uid: number;
  readonly groups: readonly number[];
  readonly name: string;
}

export const realHostFiles: HostFileSystem = {
  async stat(path) {
    const found = await stat(path);
    return {
      kind: found.isFile() ? "file" : found.isDirectory() ? "folder" : found.isFIFO() ? "pipe" : "other",
      id: `${found.dev}:${found.ino}`,
      bytes: found.size,
      modified: found.mtimeMs,
      uid: found.uid,
      gid: found.gid,
      mode: found.mode & 0o7777,
    };
  },
  readFolder: (path) => readdir(path),
  async readable(path, kind) {
    try {
      await access(path, kind === "folder" ? constants.R_OK | constants.X_OK : constants.R_OK);
      return true;
    } catch {
      return false;
    }
  },
  async readPart(path, position, length) {
    // Not blocking, so that a named pipe put there meanwhile cannot hang this process.
    const file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
    try {
      const into = Buffer.alloc(length);
      const { bytesRead } = await file.read(into, 0, length, position);
      return into.subarray(0, bytesRead);
    } finally {
      await file.close();
    }
  },
};

/** The user of this process. */
export function currentReader(): HostReader {
  const uid = process.getuid?.() ?? 0;
  const gid = process.getgid?.();
  let name = String(uid);
  try {
    name = userInfo().username;
  } catch {
    // An id without a name, as containers have them.
  }
  return { uid, groups: [...(gid === undefined ? [] : [gid]), ...(process.getgroups?.() ?? [])], name };
}

export function codeOf(error: unknown): string {
  return typeof error === "object" && error !== null && "code" in error ? String(error.code) : "";
}

const START_BYTES = 4096;

/** Whether it begins like text: without NUL bytes. UTF-16 with its mark is text too. */
export function looksLikeText(start: Uint8Array): boolean {
  if ((start[0] === 0xff && start[1] === 0xfe) || (start[0] === 0xfe && start[1] === 0xff)) return true;
  return !start.includes(0);
}

/** The beginning of a file, for a look at what it is. */
export function readStart(files: HostFileSystem, path: string): Promise<Buffer> {
  return files.readPart(path, 0, START_BYTES);
}
