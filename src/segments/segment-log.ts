import { join } from "node:path";
import { type AppendHandle, realSegmentFileSystem, type SegmentFileSystem } from "./filesystem.ts";
import { encodeRecord, RECORD_LIMIT, readRecord, SEGMENT_HEADER } from "./format.ts";

export interface SegmentLogOptions {
  readonly folder: string;
  /** A segment that has reached so many bytes is closed and the next one begun. Default 64 MiB. */
  readonly segmentBytes?: number;
  /** All segments together; an append beyond it fails with `SegmentLogFull`. Default 1 GiB. */
  readonly totalBytes?: number;
  readonly files?: SegmentFileSystem;
}

/** The log has its allowed size. */
export class SegmentLogFull extends Error {
  constructor(folder: string, bytes: number) {
    super(`${folder} has reached its limit of ${bytes} bytes`);
    this.name = "SegmentLogFull";
  }
}

/** What opening a log found. */
export interface Recovery {
  /** Bytes of a record that was not written whole, cut off at the end of the last segment. */
  readonly tornBytes: number;
}

export interface LogEntry {
  readonly payload: Buffer;
  readonly segment: number;
}

const NAME = /^(\d{10})\.segment$/;

export function segmentFileName(segment: number): string {
  return `${String(segment).padStart(10, "0")}.segment`;
}

/** An append-only log of checksummed records in numbered files. One owner writes; appends and syncs may overlap. */
export class SegmentLog {
  readonly #folder: string;
  readonly #segmentBytes: number;
  readonly #totalBytes: number;
  readonly #files: SegmentFileSystem;
  readonly recovery: Recovery;
  #segment: number;
  #size: number;
  #total: number;
  #handle: AppendHandle | undefined;
  #queue: Promise<void> = Promise.resolve();
  #syncing: Promise<void> | undefined;
  /** The fsync after the one under way; who comes meanwhile may have appended what that one does not cover. */
  #following: Promise<void> | undefined;

  constructor(options: SegmentLogOptions, segment: number, size: number, total: number, recovery: Recovery) {
    this.#folder = options.folder;
    this.#segmentBytes = options.segmentBytes ?? 64 * 1024 * 1024;
    this.#totalBytes = options.totalBytes ?? 1024 ** 3;
    this.#files = options.files ?? realSegmentFileSystem;
    this.#segment = segment;
    this.#size = size;
    this.#total = total;
    this.recovery = recovery;
  }

  /** Opens a log, making the folder; what a crash left half-written at its end is cut off. */
  static async open(options: SegmentLogOptions): Promise<SegmentLog> {
    const files = options.files ?? realSegmentFileSystem;
    await files.makeFolder(options.folder);
    const segments = await segmentNumbers(files, options.folder);
    let total = 0;
    let size = 0;
    let tornBytes = 0;
    for (const segment of segments) {
      const path = join(options.folder, segmentFileName(segment));
      if (segment === segments.at(-1)) {
        const bytes = await files.read(path);
        const whole = wholeLength(bytes);
        tornBytes = bytes.length - whole;
        if (tornBytes > 0) await files.truncate(path, whole);
        size = whole;
      } else size = await sizeOf(files, path);
      total += size;
    }
    return new SegmentLog(options, segments.at(-1) ?? 0, size, total, { tornBytes });
  }

  /** Bytes of all segments. */
  get bytes(): number {
    return this.#total;
  }

  /** The segment that is written to; 0 before the first record. */
  get current(): number {
    return this.#segment;
  }

  /** Appends a record of 1 to `RECORD_LIMIT` bytes; it is durable after the next `sync`. @throws SegmentLogFull, RangeError */
  append(payload: Uint8Array): Promise<void> {
    if (payload.length === 0 || payload.length > RECORD_LIMIT)
      return Promise.reject(new RangeError(`a record of ${payload.length} bytes cannot be kept`));
    const record = encodeRecord(payload);
    const done = this.#queue.then(() => this.#write(record));
    this.#queue = done.catch(() => undefined);
    return done;
  }

  /** Resolves when everything appended before is on disk. Calls that come while one is under way share the next fsync. */
  sync(): Promise<void> {
    if (this.#syncing === undefined) {
      this.#syncing = this.#sync();
      return this.#syncing;
    }
    this.#following ??= this.#syncing
      .catch(() => undefined)
      .then(() => {
        this.#following = undefined;
        this.#syncing = this.#sync();
        return this.#syncing;
      });
    return this.#following;
  }

  async #sync(): Promise<void> {
    try {
      await this.#queue;
      await this.#handle?.sync();
    } finally {
      if (this.#following === undefined) this.#syncing = undefined;
    }
  }

  /** All records from the oldest on. `damaged` hears of records whose checksum is wrong; they are left out. */
  async *entries(damaged: (segment: number) => void = () => undefined): AsyncGenerator<LogEntry> {
    for (const segment of await segmentNumbers(this.#files, this.#folder)) {
      const bytes = await this.#files.read(join(this.#folder, segmentFileName(segment)));
      for (let at = SEGMENT_HEADER.length; ; ) {
        const read = readRecord(bytes, at);
        if (read.kind === "end") break;
        if (read.kind === "record") {
          yield { payload: read.payload, segment };
          at = read.next;
          continue;
        }
        damaged(segment);
        if (read.next === undefined) break;
        at = read.next;
      }
    }
  }

  /** Removes segments below `segment`. */
  async dropBefore(segment: number): Promise<void> {
    for (const one of await segmentNumbers(this.#files, this.#folder)) {
      if (one >= segment || one === this.#segment) continue;
      await this.#remove(one);
    }
  }

  /** Removes one segment; that which is written to stays. */
  async drop(segment: number): Promise<void> {
    if (segment !== this.#segment) await this.#remove(segment);
  }

  /** Ends the segment that is written to, when it holds something, and begins the next: numbers go on also when all before it are removed. */
  roll(): Promise<void> {
    const done = this.#queue.then(async () => {
      if (this.#size <= SEGMENT_HEADER.length) return;
      await this.#next();
      this.#handle = await this.#files.append(join(this.#folder, segmentFileName(this.#segment)));
      await this.#begin(this.#handle);
    });
    this.#queue = done.catch(() => undefined);
    return done;
  }

  async #remove(segment: number): Promise<void> {
    const path = join(this.#folder, segmentFileName(segment));
    const size = await sizeOf(this.#files, path);
    await this.#files.remove(path);
    this.#total -= size;
  }

  async close(): Promise<void> {
    await this.sync();
    await this.#handle?.close();
    this.#handle = undefined;
  }

  async #write(record: Buffer): Promise<void> {
    if (this.#total + record.length > this.#totalBytes) throw new SegmentLogFull(this.#folder, this.#totalBytes);
    if (this.#size >= this.#segmentBytes || this.#segment === 0) await this.#next();
    this.#handle ??= await this.#files.append(join(this.#folder, segmentFileName(this.#segment)));
    const handle = this.#handle;
    if (this.#size === 0) await this.#begin(handle);
    try {
      await handle.write(record);
    } catch (error) {
      // What a full disk took in part must not stand before the next record.
      await handle.truncate(this.#size).catch(() => undefined);
      throw error;
    }
    this.#size += record.length;
    this.#total += record.length;
  }

  async #next(): Promise<void> {
    await this.#handle?.sync();
    await this.#handle?.close();
    this.#handle = undefined;
    this.#segment++;
    this.#size = 0;
  }

  /** Begins an empty segment: a new one, or one that a crash or a full disk left without its header. */
  async #begin(handle: AppendHandle): Promise<void> {
    try {
      await handle.write(SEGMENT_HEADER);
    } catch (error) {
      await handle.truncate(0).catch(() => undefined);
      throw error;
    }
    this.#size = SEGMENT_HEADER.length;
    this.#total += SEGMENT_HEADER.length;
    await this.#files.syncFolder(this.#folder);
  }
}

async function sizeOf(files: SegmentFileSystem, path: string): Promise<number> {
  return files.size === undefined ? (await files.read(path)).length : files.size(path);
}

/** The segments of a folder, the oldest first. */
export async function segmentNumbers(files: SegmentFileSystem, folder: string): Promise<number[]> {
  const names = await files.list(folder);
  return names
    .map((name) => NAME.exec(name)?.[1])
    .filter((digits) => digits !== undefined)
    .map(Number)
    .sort((a, b) => a - b);
}

/** How many bytes from the start are whole records; damage in the middle counts as whole where it can be stepped over. */
function wholeLength(bytes: Buffer): number {
  if (bytes.length < SEGMENT_HEADER.length) return 0;
  let whole = SEGMENT_HEADER.length;
  for (let at = whole; ; ) {
    const read = readRecord(bytes, at);
    if (read.kind === "end" || read.next === undefined) return whole;
    at = read.next;
    if (read.kind === "record") whole = at;
  }
}
