import { mkdir, open, readFile, rename } from "node:fs/promises";
import { dirname } from "node:path";

/** The few functions of a filesystem that a checkpoint needs. */
export interface CheckpointFileSystem {
  makeFolder(path: string): Promise<void>;
  read(path: string): Promise<string>;
  /** Writes, fsyncs and renames into place; durable when it resolves. */
  replace(path: string, text: string): Promise<void>;
  rename(from: string, to: string): Promise<void>;
}

export const realCheckpointFileSystem: CheckpointFileSystem = {
  async makeFolder(path) {
    await mkdir(path, { recursive: true });
  },
  read: (path) => readFile(path, "utf8"),
  async replace(path, text) {
    const part = `${path}.part`;
    const handle = await open(part, "w", 0o600);
    try {
      await handle.writeFile(text);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(part, path);
    await syncFolder(dirname(path));
  },
  rename,
};

async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, "r");
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

/** Pause before a write is tried again that failed, in milliseconds. */
const RETRY_MILLIS = 1000;

/**
 * A small JSON file that is replaced whole. `write` calls that come while one is under way share the next (group commit).
 * A file that cannot be read as JSON is set aside.
 */
export class CheckpointFile<T> {
  readonly #path: string;
  readonly #snapshot: () => T;
  readonly #files: CheckpointFileSystem;
  readonly #complain: (reason: string) => void;
  readonly #after: (milliseconds: number, action: () => void) => unknown;
  #writing: Promise<void> | undefined;
  #next: Promise<void> | undefined;

  /** `snapshot` gives what is to be written, at the moment it is written. */
  constructor(
    path: string,
    snapshot: () => T,
    complain: (reason: string) => void,
    files: CheckpointFileSystem = realCheckpointFileSystem,
    after: (milliseconds: number, action: () => void) => unknown = (milliseconds, action) =>
      setTimeout(action, milliseconds),
  ) {
    this.#after = after;
    this.#path = path;
    this.#snapshot = snapshot;
    this.#complain = complain;
    this.#files = files;
  }

  static async load(
    path: string,
    complain: (reason: string) => void,
    files: CheckpointFileSystem = realCheckpointFileSystem,
  ): Promise<unknown> {
    let text: string;
    try {
      text = await files.read(path);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
      throw error;
    }
    try {
      return JSON.parse(text) as unknown;
    } catch {
      await files.rename(path, `${path}.corrupt`);
      complain(`${path} was not readable and is set aside as ${path}.corrupt`);
      return undefined;
    }
  }

  /** Resolves when a state not older than this call is on disk; a failing disk is tried again until it works. */
  write(): Promise<void> {
    if (this.#writing === undefined) {
      this.#writing = this.#store();
      return this.#writing;
    }
    this.#next ??= this.#writing.then(() => {
      this.#next = undefined;
      this.#writing = this.#store();
      return this.#writing;
    });
    return this.#next;
  }

  async #store(): Promise<void> {
    for (let complained = false; ; ) {
      try {
        await this.#files.replace(this.#path, JSON.stringify(this.#snapshot()));
        break;
      } catch (error) {
        if (!complained) this.#complain(`cannot write ${this.#path}: ${(error as Error).message}`);
        complained = true;
        await new Promise<void>((resolve) => this.#after(RETRY_MILLIS, resolve));
      }
    }
    if (this.#next === undefined) this.#writing = undefined;
  }
}
