import { join } from "node:path";
import type { SegmentFileSystem } from "../../segments/filesystem.ts";
import { SEGMENT_HEADER } from "../../segments/format.ts";
import { comparePlaces, type LogPlace } from "../../segments/log-reader.ts";
import { segmentFileName } from "../../segments/segment-names.ts";
import { SegmentReader } from "../../segments/segment-reader.ts";
import { decodeSpoolRecord, SPOOL_MARKER, type SpoolRecord } from "./spool-record.ts";

/** A window that was read, and where it ends. */
export interface PlacedWindow extends SpoolRecord {
  readonly next: LogPlace;
}

/** What the reader needs to know of the log. */
export interface ReadableLog {
  /** Bytes of the segments that can be read, by their number. */
  readonly segments: ReadonlyMap<number, number>;
}

/** Reads the windows of a spool in order, up to what is safely on disk, while more are written. */
export class SpoolReader {
  readonly #folder: string;
  readonly #files: SegmentFileSystem;
  readonly #log: ReadableLog;
  /** Segments with bytes that are no record. */
  readonly damaged: Set<number> = new Set();
  #place: LogPlace;
  #open: { readonly segment: number; readonly reader: SegmentReader } | undefined;

  constructor(folder: string, files: SegmentFileSystem, log: ReadableLog, from: LogPlace) {
    this.#folder = folder;
    this.#files = files;
    this.#log = log;
    this.#place = from;
  }

  get place(): LogPlace {
    return this.#place;
  }

  /** The next window before `end`; undefined: there is none yet. Rejects when the disk does not give it. */
  async next(end: LogPlace): Promise<PlacedWindow | undefined> {
    for (;;) {
      if (comparePlaces(this.#place, end) >= 0) return undefined;
      const { segment } = this.#place;
      const size = this.#log.segments.get(segment);
      const limit = segment === end.segment ? end.offset : (size ?? 0);
      const at = Math.max(this.#place.offset, SEGMENT_HEADER.length);
      if (size === undefined || at >= limit) {
        if (segment === end.segment) {
          this.#place = end;
          return undefined;
        }
        await this.goTo(this.#after(segment, end));
        continue;
      }
      const found = await (await this.#reader(segment)).next(at, limit);
      if (found.kind === "end") {
        this.#place = { segment, offset: limit };
        continue;
      }
      const record = found.kind === "record" ? decodeSpoolRecord(found.payload) : undefined;
      this.#place = { segment, offset: found.next };
      if (record !== undefined) return { ...record, next: this.#place };
      this.damaged.add(segment);
    }
  }

  /** Gives up what is left of the segment that it is in. */
  async skipSegment(end: LogPlace): Promise<void> {
    const { segment } = this.#place;
    this.damaged.add(segment);
    await this.goTo(segment === end.segment ? end : this.#after(segment, end));
  }

  /** Goes on from another place. */
  async goTo(place: LogPlace): Promise<void> {
    this.#place = place;
    await this.close();
  }

  async close(): Promise<void> {
    const open = this.#open;
    this.#open = undefined;
    await open?.reader.close().catch(() => undefined);
  }

  #after(segment: number, end: LogPlace): LogPlace {
    let next = end.segment;
    for (const one of this.#log.segments.keys()) if (one > segment && one < next) next = one;
    return { segment: next, offset: 0 };
  }

  async #reader(segment: number): Promise<SegmentReader> {
    if (this.#open?.segment === segment) return this.#open.reader;
    await this.close();
    const handle = await this.#files.openRead(join(this.#folder, segmentFileName(segment)));
    this.#open = { segment, reader: new SegmentReader(handle, SPOOL_MARKER) };
    return this.#open.reader;
  }
}
