import type { InflatingFiles, Survey } from "./inflating-files.ts";

/** Gzip files that are gone through or read at a time, each with about 100 KiB. */
const AT_A_TIME = 4;
/** Versions of files without content that are remembered. */
const EMPTY_KEPT = 4096;

/** What waits to be opened. */
export interface GzipOpening {
  readonly path: string;
  /** Its inode. */
  readonly key: string;
}

/**
 * Opens gzip files beside the reading of others: a content is gone through before it is known what it is, and that takes as long as it
 * takes. `opened` is told a descriptor of the content.
 */
export class GzipOpenings<T extends GzipOpening> {
  readonly #fs: InflatingFiles;
  readonly #survey: (opening: T) => Survey;
  readonly #opened: (opening: T, descriptor: number) => void;
  readonly #failed: (opening: T, error: unknown) => void;
  readonly #waiting = new Map<string, T>();
  readonly #running = new Map<string, { readonly opening: T; readonly done: Promise<void> }>();
  /** Files without readable content, as they were: not opened again until they change. */
  readonly #empty = new Map<string, string>();
  #reading = 0;
  #closed = false;

  constructor(
    fs: InflatingFiles,
    survey: (opening: T) => Survey,
    opened: (opening: T, descriptor: number) => void,
    failed: (opening: T, error: unknown) => void,
  ) {
    this.#fs = fs;
    this.#survey = survey;
    this.#opened = opened;
    this.#failed = failed;
  }

  /** `name` is the opening's own: one that waits or runs already is not begun twice. */
  add(name: string, opening: T): void {
    if (this.#closed || this.#waiting.has(name) || this.#running.has(name)) return;
    this.#waiting.set(name, opening);
    this.#next();
  }

  /** What waits or is gone through. */
  *pending(): Generator<T> {
    yield* this.#waiting.values();
    for (const { opening } of this.#running.values()) yield opening;
  }

  /** A descriptor that `opened` was told is closed. */
  released(): void {
    this.#reading--;
    this.#next();
  }

  /** Nothing more is opened; resolves when nothing is under way. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#waiting.clear();
    await Promise.all([...this.#running.values()].map(({ done }) => done));
  }

  #next(): void {
    for (const [name, opening] of this.#waiting) {
      if (this.#running.size + this.#reading >= AT_A_TIME) return;
      this.#waiting.delete(name);
      const done = this.#open(opening).finally(() => {
        this.#running.delete(name);
        this.#next();
      });
      this.#running.set(name, { opening, done });
    }
  }

  async #open(opening: T): Promise<void> {
    try {
      const { path, key } = opening;
      const before = await this.#fs.stat(path);
      if (this.#closed || this.#empty.get(key) === before.version) return;
      const { wanted, offsets } = this.#survey(opening);
      const descriptor = await this.#fs.openGzip(path, { wanted: (head) => !this.#closed && wanted(head), offsets });
      if (descriptor === null) return;
      if (this.#closed) return await this.#fs.close(descriptor);
      const { size, version } = await this.#fs.fstat(descriptor);
      if (size === 0) this.#noteEmpty(key, version);
      else this.#empty.delete(key);
      this.#reading++;
      this.#opened(opening, descriptor);
    } catch (error) {
      this.#failed(opening, error);
    }
  }

  #noteEmpty(key: string, version: string): void {
    this.#empty.set(key, version);
    for (const first of this.#empty.keys()) {
      if (this.#empty.size <= EMPTY_KEPT) break;
      this.#empty.delete(first);
    }
  }
}
