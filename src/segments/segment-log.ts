import { join } from "node:path";
import { type AppendHandle, realSegmentFileSystem, type SegmentFileSystem } from "./filesystem.ts";
import { encodeRecord, RECORD_LIMIT, SEGMENT_HEADER } from "./format.ts";
import { readSegments } from "./log-reader.ts";
import { segmentFileName, segmentNumbers } from "./segment-names.ts";
import { SegmentReader } from "./segment-reader.ts";

export interface SegmentLogOptions {
  readonly folder: string;
  /** A segment that has reached so many bytes is closed and the next one begun. Default 64 MiB. */
  readonly segmentBytes?: number;
  /** All segments together; an append beyond it fails with `SegmentLogFull`. Default 1 GiB. */
  readonly totalBytes?: number;
  readonly files?: SegmentFileSystem;
  /** What every payload begins with, so that opening finds whole records behind damaged ones. */
  readonly marker?: Uint8Array;
  /** Known to be whole up to there, from a checkpoint: opening looks only at what follows. */
  readonly whole?: { readonly segment: number; readonly size: number };
}

/** Where a record lies: its segment, its first byte and the one behind its last. */
export interface LogPosition {
  readonly segment: number;
  readonly from: number;
  readonly to: number;
}

/** A segment has been written by an Antler that keeps another format. */
export class SegmentVersion extends Error {
  constructor(path: string, version: number) {
    super(
      `${path} has format ${version}, this antler reads format 1: let the antler that wrote it empty it, or move the folder away`,
    );
    this.name = "SegmentVersion";
  }
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

/** Of the names of segments that are kept aside. */
export const DAMAGED_ENDING = ".damaged";
/** An append-only log of checksummed records in numbered files. One owner writes; appends and syncs may overlap. */
export class SegmentLog {
  readonly #folder: string;
  readonly #segmentBytes: number;
  readonly #totalBytes: number;
  readonly #files: SegmentFileSystem;
  readonly recovery: Recovery;
  #segment: number;
  #size: number;
  /** Bytes of each segment. */
  readonly #sizes: Map<number, number>;
  #total = 0;
  #handle: AppendHandle | undefined;
  /** The next record begins another segment. */
  #ended: boolean;
  #queue: Promise<void> = Promise.resolve();
  #syncing: Promise<void> | undefined;
  /** The fsync after the one under way; who comes meanwhile may have appended what that one does not cover. */
  #following: Promise<void> | undefined;

  constructor(
    options: SegmentLogOptions,
    segment: number,
    sizes: Map<number, number>,
    recovery: Recovery,
    appendable: boolean,
  ) {
    this.#folder = options.folder;
    this.#segmentBytes = options.segmentBytes ?? 64 * 1024 * 1024;
    this.#totalBytes = options.totalBytes ?? 1024 ** 3;
    this.#files = options.files ?? realSegmentFileSystem;
    this.#segment = segment;
    this.#size = sizes.get(segment) ?? 0;
    this.#sizes = sizes;
    for (const size of sizes.values()) this.#total += size;
    this.#ended = !appendable;
    this.recovery = recovery;
  }

  /**
   * Opens a log, making the folder; what a crash left half-written at its end is cut off. Only the last segment is read.
   * @throws SegmentVersion
   */
  static async open(options: SegmentLogOptions): Promise<SegmentLog> {
    const files = options.files ?? realSegmentFileSystem;
    await files.makeFolder(options.folder);
    const sizes = new Map<number, number>();
    for (const segment of await segmentNumbers(files, options.folder))
      sizes.set(segment, await files.size(join(options.folder, segmentFileName(segment))));
    const last = [...sizes.keys()].at(-1);
    const least = options.whole?.segment ?? 0;
    // A number is never used twice, also when the segment is gone.
    if (last === undefined || last < least) return new SegmentLog(options, least, sizes, { tornBytes: 0 }, false);
    const path = join(options.folder, segmentFileName(last));
    const size = sizes.get(last) as number;
    const known = options.whole?.segment === last ? options.whole.size : 0;
    const { whole, appendable } = await wholeEnd(files, path, size, known, options.marker).catch((error: unknown) => {
      // What the disk does not give is left alone; whoever reads the segment hears of it.
      if ((error as NodeJS.ErrnoException).code !== "EIO") throw error;
      return { whole: size, appendable: false };
    });
    if (whole < size) await files.truncate(path, whole);
    // Who made the segment may have ended before its name was safe.
    await files.syncFolder(options.folder);
    sizes.set(last, whole);
    return new SegmentLog(options, last, sizes, { tornBytes: size - whole }, appendable);
  }

  /** Bytes of all segments. */
  get bytes(): number {
    return this.#total;
  }

  /** The segment that is written to, and its bytes. */
  get head(): { readonly segment: number; readonly size: number } {
    return { segment: this.#segment, size: this.#size };
  }

  /** Numbers and bytes of the segments, oldest first. */
  get segments(): ReadonlyMap<number, number> {
    return this.#sizes;
  }

  /** Appends a record of 1 to `RECORD_LIMIT` bytes; it is durable after the next `sync`. @throws SegmentLogFull, RangeError */
  async append(payload: Uint8Array): Promise<void> {
    await this.write(payload);
  }

  /** Appends a record that is given in parts; where it lies. */
  write(...parts: readonly Uint8Array[]): Promise<LogPosition> {
    const length = parts.reduce((sum, part) => sum + part.length, 0);
    if (length === 0 || length > RECORD_LIMIT)
      return Promise.reject(new RangeError(`a record of ${length} bytes cannot be kept`));
    const record = encodeRecord(...parts);
    const done = this.#queue.then(() => this.#write(record));
    this.#queue = done.then(
      () => undefined,
      () => undefined,
    );
    return done;
  }

  /** Ends the segment; the next record begins another. What was appended has been synced. */
  async endSegment(): Promise<void> {
    await this.#queue;
    const handle = this.#handle;
    this.#handle = undefined;
    this.#ended = true;
    await handle?.close();
  }

  /** Ends a segment whose fsync failed: what it holds beyond `size` bytes counts as not written, whatever the disk has of it. */
  async abandonFrom(size: number): Promise<void> {
    await this.#queue;
    await this.#handle?.truncate(size).catch(() => undefined);
    this.#resize(size);
    await this.endSegment().catch(() => undefined);
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
    for await (const { payload, segment } of readSegments(this.#folder, { files: this.#files, damaged }))
      yield { payload, segment };
  }

  /** Removes segments below `segment`. */
  async dropBefore(segment: number): Promise<void> {
    for (const one of await segmentNumbers(this.#files, this.#folder)) {
      if (one >= segment || one === this.#segment) continue;
      await this.remove(one);
    }
  }

  /** Removes a segment that is not written to any more. */
  async remove(segment: number): Promise<void> {
    await this.#files.remove(join(this.#folder, segmentFileName(segment)));
    this.#forget(segment);
  }

  /** Renames a damaged segment, so that nothing reads it any more and nothing of it is lost; its new path. */
  async setAside(segment: number): Promise<string> {
    const path = join(this.#folder, segmentFileName(segment));
    const aside = path + DAMAGED_ENDING;
    await this.#files.rename(path, aside);
    this.#forget(segment);
    return aside;
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

  async close(): Promise<void> {
    await this.sync();
    await this.#handle?.close();
    this.#handle = undefined;
  }

  #resize(size: number): void {
    this.#total += size - (this.#sizes.get(this.#segment) ?? 0);
    this.#sizes.set(this.#segment, size);
  }

  #forget(segment: number): void {
    this.#total -= this.#sizes.get(segment) ?? 0;
    this.#sizes.delete(segment);
  }

  async #write(record: Buffer): Promise<LogPosition> {
    if (this.bytes + record.length > this.#totalBytes) throw new SegmentLogFull(this.#folder, this.#totalBytes);
    if (this.#size >= this.#segmentBytes || this.#ended) await this.#next();
    this.#handle ??= await this.#files.append(join(this.#folder, segmentFileName(this.#segment)));
    const handle = this.#handle;
    if (this.#size === 0) await this.#begin(handle);
    const from = this.#size;
    try {
      await handle.write(record);
    } catch (error) {
      // What a full disk took in part must not stand before the next record.
      await handle.truncate(from).catch(() => undefined);
      throw error;
    }
    this.#size += record.length;
    this.#resize(this.#size);
    return { segment: this.#segment, from, to: this.#size };
  }

  async #next(): Promise<void> {
    await this.#handle?.sync();
    await this.#handle?.close();
    this.#handle = undefined;
    this.#segment++;
    this.#size = 0;
    this.#ended = false;
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
    this.#resize(this.#size);
    await this.#files.syncFolder(this.#folder);
  }
}

/**
 * How many bytes of a segment are to be kept: all up to its last whole record. Damage before that is left where it is. A segment whose
 * beginning is damaged is not appended to.
 */
async function wholeEnd(
  files: SegmentFileSystem,
  path: string,
  size: number,
  known: number,
  marker: Uint8Array | undefined,
): Promise<{ whole: number; appendable: boolean }> {
  const reader = new SegmentReader(await files.openRead(path), marker);
  try {
    const beginning = await reader.beginning(size);
    if (typeof beginning === "object") throw new SegmentVersion(path, beginning.version);
    const begin = SEGMENT_HEADER.length;
    const start = Math.max(begin, known <= size ? known : 0);
    let whole = start;
    for (let at = start; ; ) {
      const found = await reader.next(at, size);
      if (found.kind === "end") break;
      at = found.next;
      if (found.kind === "record") whole = at;
    }
    if (beginning === "segment") return { whole, appendable: true };
    // A crash can take the header along, but not what was synced behind it.
    return whole > begin ? { whole, appendable: false } : { whole: 0, appendable: true };
  } finally {
    await reader.close();
  }
}
