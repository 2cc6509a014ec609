import { type FileHandle, mkdir, open, readdir, readFile, rename, stat, truncate, unlink } from "node:fs/promises";

/** An open segment that is appended to. */
export interface AppendHandle {
  write(bytes: Buffer): Promise<void>;
  sync(): Promise<void>;
  truncate(size: number): Promise<void>;
  close(): Promise<void>;
}

/** An open segment that is read at any place. */
export interface ReadHandle {
  /** Fills `into` from the file's byte `position` on, as far as there is something; the number of bytes. */
  read(into: Buffer, position: number): Promise<number>;
  close(): Promise<void>;
}

/** The few functions of a filesystem that a segment log needs; a simulator supplies its own. */
export interface SegmentFileSystem {
  makeFolder(path: string): Promise<void>;
  list(folder: string): Promise<string[]>;
  read(path: string): Promise<Buffer>;
  size(path: string): Promise<number>;
  openRead(path: string): Promise<ReadHandle>;
  truncate(path: string, size: number): Promise<void>;
  append(path: string): Promise<AppendHandle>;
  remove(path: string): Promise<void>;
  rename(from: string, to: string): Promise<void>;
  /** Makes names in a folder durable. */
  syncFolder(path: string): Promise<void>;
}

export const realSegmentFileSystem: SegmentFileSystem = {
  async makeFolder(path) {
    await mkdir(path, { recursive: true, mode: 0o700 });
  },
  list: (folder) => readdir(folder),
  read: (path) => readFile(path),
  size: async (path) => (await stat(path)).size,
  async openRead(path) {
    const handle = await open(path, "r");
    return { read: (into, position) => readAll(handle, into, position), close: () => handle.close() };
  },
  truncate,
  remove: unlink,
  rename,
  async append(path) {
    const handle = await open(path, "a", 0o600);
    return {
      write: (bytes) => writeAll(handle, bytes),
      sync: () => handle.sync(),
      truncate: (size) => handle.truncate(size),
      close: () => handle.close(),
    };
  },
  async syncFolder(path) {
    const handle = await open(path, "r");
    try {
      await handle.sync();
    } finally {
      await handle.close();
    }
  },
};

async function writeAll(handle: FileHandle, bytes: Buffer): Promise<void> {
  for (let written = 0; written < bytes.length; ) written += (await handle.write(bytes, written)).bytesWritten;
}

async function readAll(handle: FileHandle, into: Buffer, position: number): Promise<number> {
  let done = 0;
  while (done < into.length) {
    const { bytesRead } = await handle.read(into, done, into.length - done, position + done);
    if (bytesRead === 0) break;
    done += bytesRead;
  }
  return done;
}
