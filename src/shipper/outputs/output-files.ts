import { constants } from "node:fs";
import { type FileHandle, mkdir, open, readdir, unlink } from "node:fs/promises";

/** An open file that is written at its end. */
export interface OutputFile {
  readonly size: number;
  write(bytes: Uint8Array): Promise<void>;
  sync(): Promise<void>;
  truncate(size: number): Promise<void>;
  close(): Promise<void>;
}

/** The few functions of a filesystem that the file output needs. */
export interface OutputFiles {
  makeFolder(path: string): Promise<void>;
  list(folder: string): Promise<string[]>;
  /** Opens it, makes it when it is not there; what stands behind the last line feed is cut off: a crash left it. */
  open(path: string, permissions: number): Promise<OutputFile>;
  remove(path: string): Promise<void>;
}

const STEP = 64 * 1024;
const NEWLINE = 10;

export const realOutputFiles: OutputFiles = {
  async makeFolder(path) {
    await mkdir(path, { recursive: true, mode: 0o750 });
  },
  list: (folder) => readdir(folder),
  remove: unlink,
  async open(path, permissions) {
    // Not "a": a line that was written in part is cut off.
    const handle = await open(path, constants.O_RDWR | constants.O_CREAT, permissions);
    try {
      return new RealFile(handle, await wholeSize(handle));
    } catch (error) {
      await handle.close();
      throw error;
    }
  },
};

class RealFile implements OutputFile {
  readonly #handle: FileHandle;
  #size: number;

  constructor(handle: FileHandle, size: number) {
    this.#handle = handle;
    this.#size = size;
  }

  get size(): number {
    return this.#size;
  }

  async write(bytes: Uint8Array): Promise<void> {
    for (let done = 0; done < bytes.length; ) {
      const { bytesWritten } = await this.#handle.write(bytes, done, bytes.length - done, this.#size);
      done += bytesWritten;
      this.#size += bytesWritten;
    }
  }

  sync(): Promise<void> {
    return this.#handle.datasync();
  }

  async truncate(size: number): Promise<void> {
    await this.#handle.truncate(size);
    this.#size = size;
  }

  close(): Promise<void> {
    return this.#handle.close();
  }
}

/** Behind the last line feed. */
async function wholeSize(handle: FileHandle): Promise<number> {
  const { size } = await handle.stat();
  const buffer = Buffer.allocUnsafe(STEP);
  for (let end = size; end > 0; ) {
    const from = Math.max(0, end - STEP);
    const { bytesRead } = await handle.read(buffer, 0, end - from, from);
    const at = buffer.subarray(0, bytesRead).lastIndexOf(NEWLINE);
    if (at >= 0) {
      const whole = from + at + 1;
      if (whole < size) await handle.truncate(whole);
      return whole;
    }
    end = from;
  }
  if (size > 0) await handle.truncate(0);
  return 0;
}
