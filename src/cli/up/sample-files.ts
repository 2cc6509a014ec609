import { appendFile, mkdir, rename, stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import { SAMPLE_FILES, type SampleFile } from "./sample-line.ts";
import type { SampleLine } from "./sample-story.ts";

/** The few functions of a filesystem that writing samples needs. */
export interface SampleFileSystem {
  makeFolder(path: string): Promise<void>;
  append(path: string, text: string): Promise<void>;
  rename(from: string, to: string): Promise<void>;
  /** Bytes and modification time (epoch milliseconds); undefined where there is no such file. */
  stat(path: string): Promise<{ readonly bytes: number; readonly modified: number } | undefined>;
}

export const realSampleFiles: SampleFileSystem = {
  async makeFolder(path) {
    await mkdir(path, { recursive: true });
  },
  append: (path, text) => appendFile(path, text),
  rename,
  async stat(path) {
    try {
      const found = await stat(path);
      return { bytes: found.size, modified: found.mtimeMs };
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
      throw error;
    }
  },
};

/** The files of the sample set: appended to, and rotated once (`access.log.1`) when they are large, so that the disk stays bounded. */
export class SampleFiles {
  readonly #folder: string;
  readonly #rotateBytes: number;
  readonly #files: SampleFileSystem;
  readonly #sizes = new Map<SampleFile, number>();

  constructor(folder: string, rotateBytes: number, files: SampleFileSystem) {
    this.#folder = folder;
    this.#rotateBytes = rotateBytes;
    this.#files = files;
  }

  get paths(): string[] {
    return SAMPLE_FILES.map((file) => join(this.#folder, file));
  }

  /** Makes the files. When the last one was written to by an earlier replay; undefined: there was none. */
  async open(): Promise<number | undefined> {
    let last: number | undefined;
    for (const file of SAMPLE_FILES) {
      const path = join(this.#folder, file);
      await this.#files.makeFolder(dirname(path));
      const found = await this.#files.stat(path);
      this.#sizes.set(file, found?.bytes ?? 0);
      if (found === undefined) await this.#files.append(path, "");
      else if (found.bytes > 0) last = Math.max(last ?? 0, found.modified);
    }
    return last;
  }

  async write(lines: readonly SampleLine[]): Promise<void> {
    const texts = new Map<SampleFile, string>();
    for (const { file, text } of lines) texts.set(file, `${texts.get(file) ?? ""}${text}\n`);
    for (const [file, text] of texts) {
      const path = join(this.#folder, file);
      const bytes = Buffer.byteLength(text);
      const size = this.#sizes.get(file) ?? 0;
      if (size > 0 && size + bytes > this.#rotateBytes) {
        await this.#files.rename(path, `${path}.1`);
        this.#sizes.set(file, 0);
      }
      await this.#files.append(path, text);
      this.#sizes.set(file, (this.#sizes.get(file) ?? 0) + bytes);
    }
  }
}
