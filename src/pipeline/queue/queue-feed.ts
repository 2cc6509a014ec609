import { join } from "node:path";
import type { BufferPool } from "../../event/buffer-pool.ts";
import type { RecordBatch } from "../../event/record-batch.ts";
import type { Logger } from "../../plugin/definitions.ts";
import type { SegmentFileSystem } from "../../segments/filesystem.ts";
import type { LogPosition } from "../../segments/segment-log.ts";
import { segmentFileName } from "../../segments/segment-names.ts";
import { SegmentReader } from "../../segments/segment-reader.ts";
import { BATCH_MARKER, decodeBatch, decodeHead } from "./batch-record.ts";
import type { QueueClock } from "./queue-clock.ts";
import type { QueuedBatch } from "./queue-intake.ts";
import type { QueuePlace, QueueProgress } from "./queue-progress.ts";

/** Pause before a segment is opened again that could not be opened for want of something, in milliseconds. */
const RETRY_MILLIS = 1000;
/** Errors that will not go away. */
const LASTING: readonly (string | undefined)[] = ["ENOENT", "EIO", "EACCES", "EPERM", "EISDIR"];

export interface QueueFeedParts {
  readonly folder: string;
  readonly files: SegmentFileSystem;
  readonly progress: QueueProgress;
  readonly clock: QueueClock;
  readonly log: Logger;
  /** Of inputs. */
  readonly intakePool: BufferPool;
  /** Of what is on its way to the outputs: its bound is what keeps the rest on disk. */
  readonly deliveryPool: BufferPool;
  /** The number that an input has now. */
  readonly numberOf: (input: string) => number | undefined;
  /** `acknowledged` is called when every event of the batch has reached its end. */
  readonly handOn: (batch: RecordBatch, input: string, acknowledged: () => void) => void;
  readonly acknowledged: (place: LogPosition, events: number) => void;
}

/**
 * The queue's exit, in order: a batch that was just written goes straight on, without being read back, when all before it have gone and
 * there is room for it on the way to the outputs. Else its buffer is given back, and it is read from its segment when its turn comes.
 */
export class QueueFeed {
  readonly #parts: QueueFeedParts;
  #place: QueuePlace = { segment: 0, offset: 0 };
  #running: Promise<void> | undefined;
  #reader: { readonly segment: number; readonly reader: SegmentReader } | undefined;
  #started = false;
  #stopped = false;
  #wake: () => void = () => undefined;
  #readBack = 0;

  constructor(parts: QueueFeedParts) {
    this.#parts = parts;
  }

  /** Batches that were read from segments since the start. */
  get readBack(): number {
    return this.#readBack;
  }

  /** Begins with what an earlier run has left. */
  start(): void {
    this.#started = true;
    this.#go();
  }

  /** A batch that is on disk now. */
  offer(place: LogPosition, { batch, input }: QueuedBatch): void {
    const { intakePool, deliveryPool, progress } = this.#parts;
    if (this.#started && !this.#stopped && this.#running === undefined) {
      const next = progress.next(this.#place);
      const isNext = next?.segment === place.segment && next.offset === place.from;
      if (isNext && deliveryPool.takeOver(batch, intakePool)) {
        this.#handOn(batch, input, place);
        return;
      }
    }
    intakePool.release(batch);
    this.#go();
  }

  /** Hands nothing on any more. */
  async stop(): Promise<void> {
    this.#stopped = true;
    this.#wake();
    await this.#running;
    await this.#reader?.reader.close();
    this.#reader = undefined;
  }

  #go(): void {
    if (!this.#started || this.#stopped) return;
    this.#running ??= this.#run().finally(() => {
      this.#running = undefined;
      // What was written while this one came to its end.
      if (this.#parts.progress.next(this.#place) !== undefined) this.#go();
    });
  }

  async #run(): Promise<void> {
    while (!this.#stopped) {
      const next = this.#parts.progress.next(this.#place);
      if (next === undefined) return;
      try {
        await this.#step(next);
      } catch (error) {
        await this.#failed(next, error);
      }
    }
  }

  async #step({ segment, offset, limit }: QueuePlace & { readonly limit: number }): Promise<void> {
    const reader = await this.#readerOf(segment);
    const found = await reader.next(offset, limit);
    // Nothing there although there is something to read: the file is shorter than it was.
    if (found.kind === "end") return this.#damaged({ segment, from: offset, to: limit }, "the file ends before");
    const place: LogPosition = { segment, from: offset, to: found.next };
    if (found.kind === "damage") return this.#damaged(place, "its checksums do not fit");
    let size: { used: number; count: number; input: string };
    try {
      size = decodeHead(found.payload).head;
    } catch (error) {
      return this.#damaged(place, (error as Error).message);
    }
    const { deliveryPool, numberOf } = this.#parts;
    const acquired = deliveryPool.acquire(size.used, size.count);
    const batch = await Promise.race([acquired, this.#untilStopped()]);
    if (batch === undefined || this.#stopped) {
      acquired.then((late) => deliveryPool.release(late)).catch(() => undefined);
      return;
    }
    try {
      decodeBatch(found.payload, batch, numberOf(size.input) ?? -1);
    } catch (error) {
      deliveryPool.release(batch);
      return this.#damaged(place, (error as Error).message);
    }
    this.#readBack++;
    this.#handOn(batch, size.input, place);
  }

  #handOn(batch: RecordBatch, input: string, place: LogPosition): void {
    this.#place = { segment: place.segment, offset: place.to };
    const { count } = batch;
    this.#parts.handOn(batch, input, () => this.#parts.acknowledged(place, count));
  }

  #untilStopped(): Promise<undefined> {
    return new Promise((resolve) => {
      this.#wake = () => resolve(undefined);
      if (this.#stopped) resolve(undefined);
    });
  }

  async #readerOf(segment: number): Promise<SegmentReader> {
    if (this.#reader?.segment === segment) return this.#reader.reader;
    await this.#reader?.reader.close();
    this.#reader = undefined;
    const { folder, files } = this.#parts;
    const reader = new SegmentReader(await files.openRead(join(folder, segmentFileName(segment))), BATCH_MARKER);
    this.#reader = { segment, reader };
    return reader;
  }

  async #failed({ segment, offset, limit }: QueuePlace & { readonly limit: number }, error: unknown): Promise<void> {
    const { code, message } = error as NodeJS.ErrnoException;
    if (LASTING.includes(code)) return this.#damaged({ segment, from: offset, to: limit }, message);
    this.#parts.log.error("a segment of the queue cannot be read, and is tried again", { segment, reason: message });
    await new Promise<void>((resolve) => {
      this.#wake = resolve;
      this.#parts.clock.after(this.#stopped ? 0 : RETRY_MILLIS, resolve);
    });
  }

  /** What cannot be read is passed over; the segment is kept aside when the rest of it is delivered. */
  #damaged(place: LogPosition, reason: string): void {
    const { log, folder, progress, acknowledged } = this.#parts;
    const path = join(folder, segmentFileName(place.segment));
    log.error("a part of the queue cannot be read and is passed over; what can be read goes on", {
      path,
      offset: place.from,
      bytes: place.to - place.from,
      reason,
    });
    this.#place = { segment: place.segment, offset: place.to };
    progress.damaged(place);
    acknowledged(place, 0);
  }
}
