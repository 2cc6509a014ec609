import type { SegmentFileSystem } from "../../../src/segments/filesystem.ts";
import type { CheckpointFileSystem } from "../../../src/telemetry/checkpoint-file.ts";

interface MemoryFile {
  data: Buffer;
  /** Bytes that a loss of power leaves. */
  synced: number;
  /** Whether its name is safe. */
  named: boolean;
}

function failure(code: string, what: string): Error {
  return Object.assign(new Error(`${code}: ${what}`), { code });
}

/** A disk in memory, of a given size, that loses power between any two steps of a process. */
export class MemoryDisk {
  readonly files: Map<string, MemoryFile> = new Map();
  capacity: number = Number.POSITIVE_INFINITY;
  /** The next fsync fails, and what it was to make safe is lost with the power. */
  failSync = false;
  /** Paths whose reading fails. */
  readonly unreadable: Set<string> = new Set();

  get used(): number {
    let sum = 0;
    for (const { data } of this.files.values()) sum += data.length;
    return sum;
  }

  file(path: string): MemoryFile {
    const file = this.files.get(path);
    if (file === undefined) throw failure("ENOENT", path);
    return file;
  }

  /** What was not synced is there in part, or as zeros, or as something else. */
  losePower(random: () => number): void {
    for (const [path, file] of this.files) {
      if (!file.named) {
        this.files.delete(path);
        continue;
      }
      const kept = file.synced + Math.floor(random() * (file.data.length - file.synced + 1));
      const rest = random();
      const tail = Buffer.from(file.data.subarray(file.synced, kept));
      if (rest < 0.2) tail.fill(0);
      else if (rest < 0.4) for (let i = 0; i < tail.length; i++) tail[i] = random() * 256;
      file.data = Buffer.concat([file.data.subarray(0, file.synced), tail]);
      file.synced = file.data.length;
    }
  }
}

/** One process's view of the disk: operations wait for `step`; a process that died does nothing more. */
export class DiskProcess {
  readonly #disk: MemoryDisk;
  readonly #waiting: (() => void)[] = [];
  #dead = false;
  /** Bytes read of segments. */
  bytesRead = 0;

  constructor(disk: MemoryDisk) {
    this.#disk = disk;
  }

  /** Lets one operation happen; false if none waits. */
  step(): boolean {
    const operation = this.#waiting.shift();
    operation?.();
    return operation !== undefined;
  }

  die(): void {
    this.#dead = true;
    this.#waiting.length = 0;
  }

  #operation<T>(run: () => T): Promise<T> {
    return new Promise((resolve, reject) => {
      if (this.#dead) return;
      this.#waiting.push(() => {
        try {
          resolve(run());
        } catch (error) {
          reject(error as Error);
        }
      });
    });
  }

  #append(file: MemoryFile, bytes: Uint8Array): void {
    const room = Math.max(0, this.#disk.capacity - this.#disk.used);
    file.data = Buffer.concat([file.data, bytes.subarray(0, room)]);
    if (room < bytes.length) throw failure("ENOSPC", "no space left on device");
  }

  readonly segments: SegmentFileSystem = {
    makeFolder: () => this.#operation(() => undefined),
    list: (folder) =>
      this.#operation(() =>
        [...this.#disk.files.keys()]
          .filter((path) => path.startsWith(`${folder}/`))
          .map((path) => path.slice(folder.length + 1)),
      ),
    read: (path) => this.#operation(() => Buffer.from(this.#disk.file(path).data)),
    size: (path) => this.#operation(() => this.#disk.file(path).data.length),
    openRead: (path) =>
      this.#operation(() => {
        const file = this.#disk.file(path);
        return {
          read: (into, position) =>
            this.#operation(() => {
              if (this.#disk.unreadable.has(path)) throw failure("EIO", path);
              const bytes = file.data.subarray(position, position + into.length);
              into.set(bytes);
              this.bytesRead += bytes.length;
              return bytes.length;
            }),
          close: () => Promise.resolve(),
        };
      }),
    truncate: (path, size) =>
      this.#operation(() => {
        const file = this.#disk.file(path);
        file.data = file.data.subarray(0, size);
        file.synced = Math.min(file.synced, size);
      }),
    remove: (path) =>
      this.#operation(() => {
        this.#disk.file(path);
        this.#disk.files.delete(path);
      }),
    rename: (from, to) =>
      this.#operation(() => {
        this.#disk.files.set(to, this.#disk.file(from));
        this.#disk.files.delete(from);
      }),
    syncFolder: (folder) =>
      this.#operation(() => {
        for (const [path, file] of this.#disk.files) if (path.startsWith(`${folder}/`)) file.named = true;
      }),
    append: (path) =>
      this.#operation(() => {
        const file = this.#disk.files.get(path) ?? { data: Buffer.alloc(0), synced: 0, named: false };
        this.#disk.files.set(path, file);
        return {
          write: (bytes) => this.#operation(() => this.#append(file, bytes)),
          sync: () =>
            this.#operation(() => {
              if (this.#disk.failSync) {
                this.#disk.failSync = false;
                throw failure("EIO", "fsync");
              }
              file.synced = file.data.length;
            }),
          truncate: (size) =>
            this.#operation(() => {
              file.data = file.data.subarray(0, size);
              file.synced = Math.min(file.synced, size);
            }),
          close: () => Promise.resolve(),
        };
      }),
  };

  readonly checkpoints: CheckpointFileSystem = {
    makeFolder: () => this.#operation(() => undefined),
    read: (path) => this.#operation(() => this.#disk.file(path).data.toString()),
    replace: (path, text) =>
      this.#operation(() => {
        const file: MemoryFile = { data: Buffer.alloc(0), synced: 0, named: true };
        this.#append(file, Buffer.from(text));
        file.synced = file.data.length;
        this.#disk.files.set(path, file);
      }),
    rename: (from, to) => this.segments.rename(from, to),
  };
}
