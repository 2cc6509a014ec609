import { type FileHandle, mkdir, open, readdir, readFile, stat, truncate, unlink } from "node:fs/promises";

/** An open segment that is appended to. */
export interface AppendHandle {
  write(bytes: Buffer): Promise<void>;
  sync(): Promise<void>;
  truncate(size: number): Promise<void>;
  close(): Promise<void>;
}

/** The few functions of a filesystem that a segment log needs; a simulator supplies its own. */
export interface SegmentFileSystem {
  makeFolder(path: string): Promise<void>;
  list(folder: string): Promise<string[]>;
  read(path: string): Promise<Buffer>;
  /** Bytes of a file; without it files are read for their size. */
  size?(path: string): Promise<number>;
  truncate(path: string, size: number): Promise<void>;
  append(path: string): Promise<AppendHandle>;
  remove(path: string): Promise<void>;
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
  truncate,
  remove: unlink,
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
