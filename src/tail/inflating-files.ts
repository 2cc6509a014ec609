import type { FileStat, TailFileSystem } from "./environment.ts";
import { HEAD_BYTES, TAIL_BYTES } from "./fingerprint.ts";
import { GzipPass } from "./gzip-pass.ts";

/** Bytes that one read of a content gives at most, and that can be gone back from where the last one ended. */
export const GZIP_READ_BYTES: number = 32 * 1024;
/** Places of a content whose last KiB is kept for comparisons. */
const PLACES = 256;

/** Part of a content: its bytes from `offset`. */
interface Slice {
  readonly offset: number;
  readonly bytes: Buffer;
}

interface OpenGzip {
  /** The file as it was when its content was gone through. */
  readonly stat: FileStat;
  /** Length of the content as far as it can be inflated. */
  size: number;
  fault: string | null;
  /** What comparisons ask for: the first KiB, the last one, and those before known offsets. */
  slices: Slice[];
  pass: GzipPass | null;
  /** What the pass gave last, with what can be gone back. */
  recent: Slice;
  moving: Promise<void> | null;
}

/** What is to be known of a content when it is gone through. */
export interface Survey {
  /** Told the first KiB; false: the rest is of no interest. */
  readonly wanted: (head: Buffer) => boolean;
  /** Offsets before which the last KiB will be asked for. */
  readonly offsets: readonly number[];
}

/**
 * Files, of which some are gzip: descriptors of `openGzip` give the uncompressed content. Each was gone through once when it is opened, so its
 * length and its checksums are known; `fstat` gives the length of the content, as far as it is readable, with the times of that moment.
 * Reads are short (32 KiB at most) and cheap forwards; going back further than one read begins anew.
 */
export class InflatingFiles implements TailFileSystem {
  readonly #fs: TailFileSystem;
  readonly #open = new Map<number, OpenGzip>();

  readonly stat: TailFileSystem["stat"];
  readonly isLink: (path: string) => Promise<boolean>;
  readonly open: TailFileSystem["open"];
  readonly write: TailFileSystem["write"];
  readonly fsync: TailFileSystem["fsync"];
  readonly fsyncFolder: TailFileSystem["fsyncFolder"];
  readonly rename: TailFileSystem["rename"];
  readonly readFile: TailFileSystem["readFile"];
  readonly readFolder: TailFileSystem["readFolder"];
  readonly makeFolder: TailFileSystem["makeFolder"];

  constructor(fs: TailFileSystem) {
    this.#fs = fs;
    this.stat = (path) => fs.stat(path);
    this.isLink = async (path) => (await fs.isLink?.(path)) ?? false;
    this.open = (path, mode) => fs.open(path, mode);
    this.write = (descriptor, bytes) => fs.write(descriptor, bytes);
    this.fsync = (descriptor) => fs.fsync(descriptor);
    this.fsyncFolder = (path) => fs.fsyncFolder(path);
    this.rename = (from, to) => fs.rename(from, to);
    this.readFile = (path) => fs.readFile(path);
    this.readFolder = (path) => fs.readFolder(path);
    this.makeFolder = (path) => fs.makeFolder(path);
  }

  /** Opens and goes through a gzip file; null if its beginning was not wanted. */
  async openGzip(path: string, survey: Survey = { wanted: () => true, offsets: [] }): Promise<number | null> {
    const descriptor = await this.#fs.open(path, "r");
    try {
      const stat = await this.#fs.fstat(descriptor);
      const gzip: OpenGzip = {
        stat,
        size: 0,
        fault: null,
        slices: [],
        pass: null,
        recent: { offset: 0, bytes: Buffer.alloc(0) },
        moving: null,
      };
      if (stat.kind === "file" && !(await this.#survey(descriptor, gzip, survey))) {
        await this.#fs.close(descriptor);
        return null;
      }
      this.#open.set(descriptor, gzip);
      return descriptor;
    } catch (error) {
      await this.#fs.close(descriptor).catch(() => undefined);
      throw error;
    }
  }

  /** Why the content of a descriptor ends where it does; null if that is its good end, or it is no gzip file. */
  fault(descriptor: number): string | null {
    return this.#open.get(descriptor)?.fault ?? null;
  }

  isGzip(descriptor: number): boolean {
    return this.#open.has(descriptor);
  }

  /** Null if `position` can be read at once; else resolves when it can: so much has to be inflated first. Nothing else may read meanwhile. */
  ready(descriptor: number, position: number): Promise<void> | null {
    const gzip = this.#open.get(descriptor);
    if (gzip === undefined || position >= gzip.size || covers(gzip.recent, position, position + 1)) return null;
    gzip.moving ??= this.#moveTo(descriptor, gzip, position).finally(() => {
      gzip.moving = null;
    });
    return gzip.moving;
  }

  async fstat(descriptor: number): Promise<FileStat> {
    const stat = await this.#fs.fstat(descriptor);
    const gzip = this.#open.get(descriptor);
    if (gzip === undefined) return stat;
    return { ...gzip.stat, size: gzip.size, compressed: gzip.stat.size, links: stat.links };
  }

  async read(descriptor: number, into: Uint8Array, at: number, length: number, position: number): Promise<number> {
    const gzip = this.#open.get(descriptor);
    if (gzip === undefined) return this.#fs.read(descriptor, into, at, length, position);
    const end = Math.min(gzip.size, position + Math.min(length, GZIP_READ_BYTES));
    if (position >= end) return 0;
    const kept = gzip.slices.find((slice) => covers(slice, position, end));
    if (kept !== undefined) return copy(kept, into, at, position, end);
    await this.#moveTo(descriptor, gzip, position);
    await this.#extend(gzip, position, end);
    return copy(gzip.recent, into, at, position, end);
  }

  async close(descriptor: number): Promise<void> {
    this.#open.get(descriptor)?.pass?.close();
    this.#open.delete(descriptor);
    await this.#fs.close(descriptor);
  }

  async #survey(descriptor: number, gzip: OpenGzip, { wanted, offsets }: Survey): Promise<boolean> {
    const pass = new GzipPass(this.#fs, descriptor);
    const places = [...new Set(offsets)].filter((offset) => offset > 0).sort((a, b) => a - b);
    places.length = Math.min(places.length, PLACES);
    let head: Buffer = Buffer.alloc(0);
    let last: Buffer = Buffer.alloc(0);
    let asked = false;
    try {
      for (;;) {
        const piece = await pass.next();
        if (head.length < HEAD_BYTES && piece !== null) {
          head = Buffer.concat([head, piece.subarray(0, HEAD_BYTES - head.length)]);
        }
        if (!asked && (piece === null || head.length === HEAD_BYTES)) {
          asked = true;
          if (!wanted(head)) return false;
        }
        if (piece === null) break;
        const offset = gzip.size - last.length;
        const bytes = Buffer.concat([last, piece]);
        gzip.size += piece.length;
        while (places.length > 0 && (places[0] as number) <= gzip.size) {
          const place = (places.shift() as number) - offset;
          const from = Math.max(0, place - TAIL_BYTES);
          gzip.slices.push({ offset: offset + from, bytes: Buffer.from(bytes.subarray(from, place)) });
        }
        last = Buffer.from(bytes.subarray(Math.max(0, bytes.length - TAIL_BYTES)));
      }
    } finally {
      pass.close();
    }
    gzip.fault = pass.fault;
    gzip.slices.push({ offset: 0, bytes: head }, { offset: gzip.size - last.length, bytes: last });
    return true;
  }

  /** Goes on until the pass has what stands at `position`. */
  async #moveTo(descriptor: number, gzip: OpenGzip, position: number): Promise<void> {
    if (gzip.pass === null || position < gzip.recent.offset) {
      gzip.pass?.close();
      gzip.pass = new GzipPass(this.#fs, descriptor);
      gzip.recent = { offset: 0, bytes: Buffer.alloc(0) };
    }
    await this.#extend(gzip, position, position + 1);
  }

  /** Goes on up to `end`, keeping what stands from `from`. */
  async #extend(gzip: OpenGzip, from: number, end: number): Promise<void> {
    const pieces = [gzip.recent.bytes];
    let offset = gzip.recent.offset;
    let reached = offset + gzip.recent.bytes.length;
    while (reached < end) {
      const piece = await (gzip.pass as GzipPass).next();
      if (piece === null) {
        throw new Error(
          `its content ends after ${reached} bytes, a moment ago it had ${gzip.size}; it is looked at again`,
        );
      }
      pieces.push(piece);
      reached += piece.length;
      // What lies further back than a read may go is not needed again.
      while (offset + (pieces[0]?.length ?? Infinity) <= from - TAIL_BYTES) offset += (pieces.shift() as Buffer).length;
    }
    const bytes = Buffer.concat(pieces);
    const surplus = Math.max(0, from - TAIL_BYTES - offset);
    gzip.recent = { offset: offset + surplus, bytes: bytes.subarray(surplus) };
  }
}

function covers({ offset, bytes }: Slice, from: number, to: number): boolean {
  return offset <= from && to <= offset + bytes.length;
}

function copy({ offset, bytes }: Slice, into: Uint8Array, at: number, from: number, to: number): number {
  into.set(bytes.subarray(from - offset, to - offset), at);
  return to - from;
}
