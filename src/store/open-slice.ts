import { type FileHandle, open, readFile } from "node:fs/promises";
import { readRecord } from "../segments/format.ts";
import { type KindBits, mergeKinds } from "./column-kinds.ts";
import { COMMIT_LOG_HEADER, type Commit, encodeCommit, readCommits } from "./commit-log.ts";
import type { StoredRanges } from "./committed-ranges.ts";
import { commitsPath, dataPath } from "./slice-files.ts";

/** What one transaction adds. */
export interface Addition {
  /** Lines of flat JSON. */
  readonly lines: readonly Buffer[];
  readonly rows: number;
  /** Longest line, in bytes. */
  readonly longest: number;
  readonly kinds: KindBits;
  readonly ranges: StoredRanges;
}

/** The slice that is written to: rows as JSON lines, and a log of commits. A transaction that fails leaves nothing behind. */
export class OpenSlice {
  readonly number: number;
  readonly #data: FileHandle;
  readonly #log: FileHandle;
  #bytes: number;
  #rows: number;
  #longest: number;
  #logBytes: number;
  #firstAt: number;
  #lastAt: number;
  readonly kinds: KindBits;

  private constructor(number: number, data: FileHandle, log: FileHandle, state: ReturnType<typeof readCommits>) {
    this.number = number;
    this.#data = data;
    this.#log = log;
    this.#bytes = state.bytes;
    this.#rows = state.rows;
    this.#longest = state.longest;
    this.#logBytes = state.logBytes;
    this.#firstAt = state.firstAt;
    this.#lastAt = state.lastAt;
    this.kinds = state.kinds;
  }

  /** Begins a slice; `ranges` are all that the store has, so that older slices need not be asked. */
  static async create(folder: string, number: number, ranges: StoredRanges, at: number): Promise<OpenSlice> {
    const state = readCommits(Buffer.alloc(0));
    const data = await open(dataPath(folder, number), "w", 0o600);
    const log = await open(commitsPath(folder, number), "w", 0o600).catch(async (error: unknown) => {
      await data.close();
      throw error;
    });
    const slice = new OpenSlice(number, data, log, state);
    try {
      const first = Buffer.concat([COMMIT_LOG_HEADER, encodeCommit({ bytes: 0, rows: 0, longest: 0, at, ranges })]);
      await writeAt(log, [first], 0);
      slice.#logBytes = first.length;
      slice.#firstAt = at;
      slice.#lastAt = at;
      await log.datasync();
      const directory = await open(folder, "r");
      await directory.sync().finally(() => directory.close());
    } catch (error) {
      await slice.close();
      throw error;
    }
    return slice;
  }

  /** Takes up a slice where its last commit ended. Returns the ranges of its commits too. */
  static async recover(folder: string, number: number): Promise<{ slice: OpenSlice; ranges: readonly StoredRanges[] }> {
    const written = await readFile(commitsPath(folder, number));
    const state = readCommits(written);
    // Without "a": a torn transaction is overwritten.
    const data = await open(dataPath(folder, number), "r+", 0o600);
    let log: FileHandle | undefined;
    try {
      log = await open(commitsPath(folder, number), "r+", 0o600);
      const { size } = await data.stat();
      if (size < state.bytes)
        throw new Error(`${dataPath(folder, number)} has ${size} bytes where ${state.bytes} were committed`);
      // A crash leaves half a record at the end; where whole ones follow, or lines without any, something else has been at work.
      if (hasRecordBehind(written, state.logBytes) || (state.firstAt === 0 && size > 0))
        throw new Error(`${commitsPath(folder, number)} is damaged at byte ${state.logBytes}`);
      await data.truncate(state.bytes);
      await log.truncate(state.logBytes);
      return { slice: new OpenSlice(number, data, log, state), ranges: state.ranges };
    } catch (error) {
      await data.close();
      await log?.close();
      throw error;
    }
  }

  /** Whether its log has a first record, which all others build upon. */
  get isBegun(): boolean {
    return this.#firstAt > 0;
  }

  get bytes(): number {
    return this.#bytes;
  }

  get rows(): number {
    return this.#rows;
  }

  get longest(): number {
    return this.#longest;
  }

  get firstAt(): number {
    return this.#firstAt;
  }

  get lastAt(): number {
    return this.#lastAt;
  }

  /** One transaction, on disk when it resolves. After a failure it can be tried again. */
  async append(addition: Addition, at: number): Promise<void> {
    const bytes = await writeAt(this.#data, addition.lines, this.#bytes);
    await this.#data.datasync();
    const commit: Commit = {
      bytes: this.#bytes + bytes,
      rows: this.#rows + addition.rows,
      longest: Math.max(this.#longest, addition.longest),
      at,
      kinds: newKinds(this.kinds, addition.kinds),
      ranges: addition.ranges,
    };
    const record = encodeCommit(commit);
    await writeAt(this.#log, [record], this.#logBytes);
    await this.#log.datasync();
    this.#bytes = commit.bytes;
    this.#rows = commit.rows;
    this.#longest = commit.longest;
    this.#logBytes += record.length;
    this.#lastAt = at;
    mergeKinds(this.kinds, addition.kinds);
  }

  async close(): Promise<void> {
    await this.#data.close();
    await this.#log.close();
  }
}

function hasRecordBehind(log: Buffer, damage: number): boolean {
  const record = readRecord(log, damage);
  return record.kind === "damaged" && record.next !== undefined && readRecord(log, record.next).kind === "record";
}

function newKinds(known: Readonly<KindBits>, added: Readonly<KindBits>): KindBits {
  return Object.fromEntries(
    Object.entries(added).filter(([path, bits]) => ((known[path] ?? 0) | bits) !== known[path]),
  );
}

/** Writes buffers one behind the other at a place, whole. Returns the bytes written. */
async function writeAt(file: FileHandle, buffers: readonly Buffer[], position: number): Promise<number> {
  let at = position;
  for (const buffer of buffers) {
    for (let done = 0; done < buffer.length; ) {
      const { bytesWritten } = await file.write(buffer, done, buffer.length - done, at);
      done += bytesWritten;
      at += bytesWritten;
    }
  }
  return at - position;
}
