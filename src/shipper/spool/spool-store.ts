import { join } from "node:path";
import { withReserve } from "../../segments/checkpoint-reserve.ts";
import { realSegmentFileSystem, type SegmentFileSystem } from "../../segments/filesystem.ts";
import { SEGMENT_HEADER } from "../../segments/format.ts";
import { comparePlaces, type LogPlace } from "../../segments/log-reader.ts";
import { SegmentLog, SegmentLogFull } from "../../segments/segment-log.ts";
import {
  CheckpointFile,
  type CheckpointFileSystem,
  realCheckpointFileSystem,
} from "../../telemetry/checkpoint-file.ts";
import { type BatchCounts, Ledger, type LedgerSnapshot } from "../../telemetry/ledger.ts";
import type { EncodedWindow } from "../outputs/window-sender.ts";
import { type PlacedWindow, SpoolReader } from "./spool-reader.ts";
import { encodeSpoolRecord, SPOOL_MARKER } from "./spool-record.ts";

/** Times that a segment is asked for again that the disk does not give. */
const READ_TRIES = 5;

export interface SpoolStoreOptions {
  readonly folder: string;
  /** Name of the output, for the ledger. */
  readonly output: string;
  readonly maxBytes: number;
  readonly segmentBytes: number;
  readonly segments?: SegmentFileSystem | undefined;
  readonly checkpoints?: CheckpointFileSystem | undefined;
  readonly after: (milliseconds: number, action: () => void) => unknown;
  /** Something is wrong with the disk. */
  readonly complain: (reason: string) => void;
}

/** `checkpoint.json`: windows before that place have their end; the ledger counts them. */
interface SpoolCheckpoint {
  readonly version: 1;
  readonly segment: number;
  readonly offset: number;
  /** Number of the first event that has not its end. */
  readonly event: number;
  readonly ledgers: Readonly<Record<string, LedgerSnapshot>>;
}

/** A window of the spool, and the events that were lost before it. */
export interface StoredWindow extends PlacedWindow {
  readonly lost: number;
}

/** Windows on disk, in order; the place up to which they have their end; and the ledger of those. */
export class SpoolStore {
  readonly #options: SpoolStoreOptions;
  readonly #log: SegmentLog;
  readonly #reader: SpoolReader;
  readonly #checkpoint: CheckpointFile<SpoolCheckpoint>;
  readonly #ledger: Ledger;
  /** Windows before this have their end. */
  #done: LogPlace;
  #doneEvent: number;
  /** Windows before this are safely on disk. */
  #durable: LogPlace;
  #durableEvent: number;
  /** Number of the next event that is written. */
  #nextEvent: number;
  /** Number of the next event that is read. */
  #readEvent: number;
  #failures = 0;

  private constructor(
    options: SpoolStoreOptions,
    log: SegmentLog,
    done: LogPlace,
    saved: SpoolCheckpoint | undefined,
    checkpoints: CheckpointFileSystem,
  ) {
    const { folder, output, segments: files = realSegmentFileSystem } = options;
    this.#options = options;
    this.#log = log;
    this.#ledger = new Ledger(saved?.ledgers[output]);
    this.#done = done;
    this.#doneEvent = saved?.event ?? 0;
    this.#readEvent = this.#doneEvent;
    this.#durable = log.segments.size === 0 ? done : { segment: log.head.segment, offset: log.head.size };
    if (comparePlaces(this.#durable, done) < 0) this.#durable = done;
    this.#durableEvent = this.#doneEvent;
    this.#nextEvent = this.#doneEvent;
    this.#reader = new SpoolReader(folder, files, log, done);
    this.#checkpoint = new CheckpointFile<SpoolCheckpoint>(
      join(folder, "checkpoint.json"),
      () => ({
        version: 1,
        ...this.#done,
        event: this.#doneEvent,
        // Those of outputs that were configured before stay.
        ledgers: { ...saved?.ledgers, [output]: this.#ledger.snapshot() },
      }),
      options.complain,
      checkpoints,
      options.after,
    );
  }

  /** @throws SegmentVersion, or what the filesystem says */
  static async open(options: SpoolStoreOptions): Promise<SpoolStore> {
    const { folder, segments: files = realSegmentFileSystem, complain } = options;
    await files.makeFolder(folder);
    const checkpoints = withReserve(options.checkpoints ?? realCheckpointFileSystem, files, folder);
    const loaded = await CheckpointFile.load(join(folder, "checkpoint.json"), complain, checkpoints);
    const saved = isCheckpoint(loaded) ? loaded : undefined;
    const place = { segment: saved?.segment ?? 0, offset: saved?.offset ?? 0 };
    const log = await SegmentLog.open({
      folder,
      segmentBytes: Math.max(1, Math.min(options.segmentBytes, options.maxBytes >> 2)),
      totalBytes: options.maxBytes,
      files,
      marker: SPOOL_MARKER,
      whole: { segment: place.segment, size: place.offset },
    });
    let done: LogPlace = place;
    if (log.head.segment === place.segment && log.head.size < place.offset) {
      // What is written next must not lie before the place.
      await log.endSegment();
      done = { segment: place.segment + 1, offset: 0 };
    }
    const store = new SpoolStore(options, log, done, saved, checkpoints);
    await store.#findEnd();
    await store.#removeBefore(done.segment);
    // Makes the reserve, too.
    void store.#checkpoint.write();
    return store;
  }

  /** Nothing waits in it. */
  get isEmpty(): boolean {
    return this.#doneEvent >= this.#durableEvent && comparePlaces(this.#done, this.#durable) >= 0;
  }

  /** Everything that is on disk has been read. */
  get isRead(): boolean {
    return comparePlaces(this.#reader.place, this.#durable) >= 0;
  }

  /** Events that wait in it. */
  get events(): number {
    return Math.max(0, this.#durableEvent - this.#doneEvent);
  }

  get bytes(): number {
    return this.#log.bytes;
  }

  ledger(): LedgerSnapshot {
    return this.#ledger.snapshot();
  }

  /**
   * Writes the first of these windows, as many as go into the segment, and fsyncs them. The numbers of their first events.
   * @throws SegmentLogFull, or what the disk says: then none is in the spool
   */
  async write(windows: readonly EncodedWindow[]): Promise<number[]> {
    const written: number[] = [];
    let end: LogPlace = this.#durable;
    let previous = this.#durableEvent;
    let from: number | undefined;
    let failure: unknown;
    for (const window of windows) {
      // The log fsyncs a segment when it begins another: what this call has written must be whole by then.
      if (from !== undefined && this.#log.head.size >= this.#segmentBytes) break;
      const first = this.#nextEvent;
      try {
        const position = await this.#log.write(...encodeSpoolRecord({ first, previous, window }));
        from ??= position.from;
        end = { segment: position.segment, offset: position.to };
      } catch (error) {
        failure = error;
        break;
      }
      this.#nextEvent += window.count;
      previous = this.#nextEvent;
      written.push(first);
    }
    try {
      if (from !== undefined) await this.#log.sync();
    } catch (error) {
      await this.#log.abandonFrom(from as number);
      throw error;
    }
    // A disk that took a part of a record may not have given it back.
    const isDirty = failure !== undefined && !(failure instanceof SegmentLogFull) && !isFull(failure);
    if (isDirty && this.#log.head.size > SEGMENT_HEADER.length) await this.#log.endSegment().catch(() => undefined);
    if (from === undefined) throw failure ?? new Error("nothing to write");
    this.#durable = end;
    this.#durableEvent = previous;
    return written;
  }

  /** The next window in order; undefined: none yet. A disk that does not give it is asked again; then what is left of the segment counts as lost. */
  async next(): Promise<StoredWindow | undefined> {
    try {
      const found = await this.#reader.next(this.#durable);
      this.#failures = 0;
      if (found === undefined) return undefined;
      const lost = Math.max(0, found.previous - this.#readEvent);
      this.#readEvent = found.first + found.window.count;
      return { ...found, lost };
    } catch (error) {
      const { code, message } = error as NodeJS.ErrnoException;
      this.#options.complain(`cannot read the spool: ${message}`);
      await this.#reader.close();
      if (code === "ENOENT" || ++this.#failures >= READ_TRIES) {
        this.#failures = 0;
        await this.#reader.skipSegment(this.#durable);
      } else await new Promise<void>((resolve) => this.#options.after(1000, resolve));
      return undefined;
    }
  }

  /** Everything before `next` has its end, and up to the event with the number `event`. */
  settle(next: LogPlace, event: number, counts: BatchCounts): void {
    this.#done = next;
    this.#doneEvent = event;
    this.#ledger.add(counts);
    void this.#checkpoint.write().then(() => this.#removeBefore(next.segment));
  }

  /** When all that there is has been read and has its end: events that were lost at the very end. */
  lostAtEnd(): number {
    return Math.max(0, this.#durableEvent - this.#doneEvent);
  }

  /** Gives the disk back; everything has its end. `counts`: what is still to be entered. */
  async clear(counts?: BatchCounts): Promise<void> {
    if (counts !== undefined) this.#ledger.add(counts);
    this.#doneEvent = Math.max(this.#doneEvent, this.#durableEvent);
    this.#readEvent = this.#doneEvent;
    if (this.#log.segments.size === 0 && counts === undefined) return;
    if (this.#log.segments.size > 0) {
      await this.#log.endSegment().catch(() => undefined);
      this.#durable = { segment: this.#log.head.segment + 1, offset: 0 };
      this.#done = this.#durable;
      await this.#reader.goTo(this.#durable);
    }
    await this.#checkpoint.write();
    await this.#removeBefore(this.#done.segment);
  }

  /** Resolves when what has its end until now is on disk as that. */
  saved(): Promise<void> {
    return this.#checkpoint.write();
  }

  async close(): Promise<void> {
    await this.#reader.close();
    await this.#log.close();
  }

  get #segmentBytes(): number {
    return Math.max(1, Math.min(this.#options.segmentBytes, this.#options.maxBytes >> 2));
  }

  /** The number behind the last event that is there after a start: only the last segment that has one is read. */
  async #findEnd(): Promise<void> {
    const { folder, segments: files = realSegmentFileSystem } = this.#options;
    const open = [...this.#log.segments].filter(([segment]) => segment >= this.#done.segment).reverse();
    for (const [segment, offset] of open) {
      const from = segment === this.#done.segment ? this.#done : { segment, offset: 0 };
      const reader = new SpoolReader(folder, files, this.#log, from);
      try {
        for (let found = await reader.next({ segment, offset }); found; found = await reader.next({ segment, offset }))
          this.#durableEvent = found.first + found.window.count;
      } catch (error) {
        this.#options.complain(`cannot read the spool: ${(error as Error).message}`);
      } finally {
        await reader.close();
      }
      if (this.#durableEvent > this.#doneEvent) break;
    }
    this.#nextEvent = this.#durableEvent;
  }

  /** Removes segments that nobody needs; those with damage are kept under another name. */
  async #removeBefore(needed: number): Promise<void> {
    for (const segment of [...this.#log.segments.keys()]) {
      if (segment >= needed) continue;
      try {
        if (!this.#reader.damaged.delete(segment)) await this.#log.remove(segment);
        else
          this.#options.complain(`a part of the spool was damaged: it is kept as ${await this.#log.setAside(segment)}`);
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code === "ENOENT") continue;
        this.#options.complain(`cannot remove a segment of the spool: ${(error as Error).message}`);
      }
    }
  }
}

/** The disk, or the user's share of it, has no room. */
export function isFull(error: unknown): boolean {
  return ["ENOSPC", "EDQUOT"].includes((error as NodeJS.ErrnoException).code ?? "");
}

function isCheckpoint(loaded: unknown): loaded is SpoolCheckpoint {
  const { version, segment, offset, event } = (loaded ?? {}) as Partial<SpoolCheckpoint>;
  return version === 1 && [segment, offset, event].every((value) => Number.isSafeInteger(value));
}
