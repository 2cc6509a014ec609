import { crc32 } from "node:zlib";
import type { Batcher } from "./batcher.ts";
import { bytesBefore } from "./content.ts";
import { errorCode, type FileStat, type TailEnvironment } from "./environment.ts";
import { fingerprintOf, HEAD_BYTES, TAIL_BYTES, tailChecksum } from "./fingerprint.ts";
import type { Chunk, Framer } from "./framer.ts";
import { GZIP_READ_BYTES } from "./inflating-files.ts";
import { holeEnd, holeStart } from "./nul-hole.ts";
import type { TrackedFile } from "./tracked-file.ts";

/** How a turn ended: there is more; no batch was free for it; the end was reached; the content before the position changed. */
export type TurnEnd = "more" | "blocked" | "end" | "displaced";

export interface HarvestContext {
  readonly env: TailEnvironment;
  readonly batcher: Batcher;
  /** The one read buffer, shared: turns come one after the other. */
  readonly buffer: Buffer;
  readonly turnBytes: number;
}

/** Reads one file through one descriptor: the file keeps being read whatever happens to its name. */
export class Harvester {
  readonly descriptor: number;
  file: TrackedFile;
  framer: Framer;
  /** Path by which it is known now; "" when it has none that matches. */
  path: string;
  /** False until it is known whether its content is new, a copy, or a new generation. */
  identified = false;
  removed = false;
  /** When that was noticed on a full disk. */
  removedAt: number | undefined;
  renamed = false;
  /** Set when something says that the file changed, so that the next turn reads without looking first. */
  woken = true;
  idleSince = 0;
  /** When it was last seen to have changed. */
  changedAt = 0;
  pollMs = 0;
  nextPollAt = 0;
  lastTurnAt = 0;
  queued = false;
  openedAt = 0;
  /** Its end was reached while the tail drains. */
  drained = false;
  readonly #context: HarvestContext;
  /** Where the next byte is read, and the last KiB before it. */
  #readAt: number;
  #before: Buffer;
  #version = "";
  /** Up to there a hole was seen to have no end. */
  #zerosTo = 0;
  /** Size at the last look; bytes after `#readAt` are a line without its end. */
  #size = 0;
  /** Bytes of one read. */
  #most: number;

  /** `before`: the last KiB (or all) before the file's position. */
  constructor(
    descriptor: number,
    file: TrackedFile,
    framer: Framer,
    before: Buffer,
    path: string,
    context: HarvestContext,
  ) {
    this.descriptor = descriptor;
    this.file = file;
    this.framer = framer;
    this.path = path;
    this.#context = context;
    this.#readAt = file.position.offset;
    this.#before = Buffer.from(before);
    this.#most = context.buffer.length;
  }

  /** Bytes at the end that no record has: part of a line, or an event that may go on. */
  get unframed(): boolean {
    return this.#size > this.#readAt || this.framer.inLine || this.framer.inEvent;
  }

  /** Offset up to which lines were complete when it was last read. */
  get readAt(): number {
    return this.#readAt;
  }

  get size(): number {
    return this.#size;
  }

  /** Reads on as another file or generation with the same descriptor. `before`: the last KiB before its position. */
  become(file: TrackedFile, framer: Framer, before: Buffer): void {
    this.file = file;
    this.framer = framer;
    this.#readAt = file.position.offset;
    this.#size = 0;
    this.#zerosTo = 0;
    this.#before = Buffer.from(before);
    this.#version = "";
    this.identified = true;
    this.woken = true;
  }

  /** What it is now, apart from what `become` makes of it: to deliver later what the framer holds. */
  detach(): Harvester {
    const held = new Harvester(this.descriptor, this.file, this.framer, this.#before, this.path, this.#context);
    held.#readAt = this.#readAt;
    return held;
  }

  /** Delivers what the framer holds as an event that will get no more. False when no batch was free: to be called again. */
  deliverHeld(): Promise<boolean> {
    const bytes = this.#before;
    this.framer.finish({ bytes, offset: this.#readAt - bytes.length }, bytes.length, bytes.length);
    return this.#deliver();
  }

  /** Records, or parts of such, that are in no batch. */
  get holds(): boolean {
    return this.framer.inEvent || this.framer.inLine || this.framer.records.length > 0;
  }

  /** Looks and reads up to `turnBytes`. @throws what reading throws. */
  async turn(): Promise<TurnEnd> {
    const { env, turnBytes } = this.#context;
    const stat = await env.fs.fstat(this.descriptor);
    const version = `${stat.size}:${stat.version}`;
    if (!this.woken && version === this.#version && this.#nextCut() === Infinity) return "end";
    this.woken = false;
    this.#observe(stat, version);
    if (stat.size < Math.max(this.#readAt, this.file.fingerprint.length, this.file.seen.offset)) return "displaced";
    if (this.framer.records.length > 0 && !(this.#context.batcher.ready && (await this.#deliver()))) {
      this.woken = true;
      return (await this.#lookAhead()) ? "blocked" : "displaced";
    }
    let done = 0;
    while (done < turnBytes) {
      const before = this.#readAt;
      const result = await this.#readChunk();
      if (result !== "more") {
        if (result === "blocked") this.woken = true;
        if (result !== "displaced" && this.#readAt > before) this.idleSince = env.clock.now();
        return result;
      }
      done += this.#readAt - before;
      this.idleSince = env.clock.now();
    }
    this.woken = true;
    return "more";
  }

  #observe(stat: FileStat, version: string): void {
    if (stat.links === 0) this.removed = true;
    if (version !== this.#version) {
      this.file.changed = true;
      this.changedAt = this.#context.env.clock.now();
    }
    this.#version = version;
    this.file.version = stat.version;
    this.file.size = stat.size;
    if (stat.compressed !== undefined) this.#most = Math.min(this.#context.buffer.length, GZIP_READ_BYTES);
  }

  /**
   * Goes on behind a hole, once it is known to have an end: what ends with zeros may be written there yet. Nothing is kept of it, and a long
   * one takes several turns.
   */
  async #passHole(chunk: Chunk, from: number, atEnd: boolean): Promise<TurnEnd> {
    const { env, buffer, turnBytes } = this.#context;
    let known = chunk.offset + chunk.bytes.length;
    let end = chunk.offset + holeEnd(chunk.bytes, from);
    let last = atEnd;
    if (end === known) {
      known = Math.max(known, this.#zerosTo);
      end = known;
      for (const limit = known + turnBytes; end === known && !last && known < limit; ) {
        const length = await env.fs.read(this.descriptor, buffer, 0, buffer.length, known);
        last = length < buffer.length;
        end = known + holeEnd(buffer.subarray(0, length), 0);
        known += length;
      }
      this.#zerosTo = end;
      if (end === known) return last ? "end" : "more";
    }
    env.count("nul_holes");
    env.log.warn(`${this.path}: ${end - this.#readAt} zero bytes are passed over: it was cut while its writer went on`);
    this.#readAt = end;
    this.#before = Buffer.alloc(Math.min(TAIL_BYTES, end));
    return "more";
  }

  /** Notes what is there and cannot be read yet: what is known is missed when it goes. False if what was known so is gone. */
  async #lookAhead(): Promise<boolean> {
    const { file } = this;
    const { size, seen } = file;
    const fs = this.#context.env.fs;
    if (seen.offset > 0 && crc32(await bytesBefore(fs, this.descriptor, seen.offset)) !== seen.tail) return false;
    if (size <= seen.offset) return true;
    const end = await bytesBefore(fs, this.descriptor, size);
    // Cut short under the look: the next one sees it.
    if (end.length < Math.min(size, TAIL_BYTES)) return true;
    file.seen = { offset: size, tail: crc32(end) };
    file.changed = true;
    return true;
  }

  #nextCut(): number {
    const cuts = this.file.cuts;
    for (let i = 0; i < cuts.length; i++) {
      const cut = cuts[i] as number;
      if (cut > this.file.position.offset) return cut;
    }
    return Number.POSITIVE_INFINITY;
  }

  async #readChunk(): Promise<TurnEnd> {
    const { env, buffer, batcher } = this.#context;
    const overlap = Math.min(TAIL_BYTES, this.#readAt);
    const offset = this.#readAt - overlap;
    // While no batch is free, only what shows whether the content is still the same.
    const reads = batcher.ready;
    const most = reads ? this.#most : HEAD_BYTES;
    const length = await env.fs.read(this.descriptor, buffer, 0, most, offset);
    if (length < overlap || this.#before.compare(buffer, 0, overlap) !== 0) return "displaced";
    const chunk: Chunk = { bytes: buffer.subarray(0, length), offset };
    if (reads) this.#size = Math.max(offset + length, this.#readAt);
    const file = this.file;
    if (offset === 0) {
      // Nothing may have been read of it yet, so that only its first bytes tell.
      const { length: known, hash } = file.fingerprint;
      if (length < known || fingerprintOf(chunk.bytes, known).hash !== hash) return "displaced";
      if (known < Math.min(length, HEAD_BYTES)) {
        file.fingerprint = fingerprintOf(chunk.bytes);
        file.changed = true;
      }
    }
    const seen = file.seen.offset - offset;
    // Cut short between the look and the reading.
    if (seen > length && length < most) return "displaced";
    if (seen > overlap && seen <= length && tailChecksum(chunk.bytes, seen) !== file.seen.tail) return "displaced";
    if (!reads) return (await this.#lookAhead()) ? "blocked" : "displaced";
    const hole = this.framer.inLine ? -1 : holeStart(chunk.bytes, overlap);
    if (hole === overlap) return this.#passHole(chunk, overlap, length < most);
    const cut = this.#nextCut() - offset;
    const to = Math.min(length, cut, hole < 0 ? length : hole);
    const isFull = hole < 0 && length === most && cut > length;
    const { used, blocked } = await this.#frame(chunk, overlap, to, isFull, cut <= to);
    env.count("bytes", used - overlap);
    this.#readAt = offset + used;
    this.#before = Buffer.from(buffer.subarray(Math.max(0, used - TAIL_BYTES), used));
    if (blocked) return "blocked";
    if (cut <= length || hole >= 0) return "more";
    return length === most ? "more" : "end";
  }

  /** Frames `chunk.bytes[from..to)`; gives the index behind the last byte used, and whether it ended because no batch was free. */
  async #frame(
    chunk: Chunk,
    from: number,
    to: number,
    full: boolean,
    cut: boolean,
  ): Promise<{ used: number; blocked: boolean }> {
    const { batcher, env } = this.#context;
    const { file, framer } = this;
    const source = file.source as NonNullable<typeof file.source>;
    let at = from;
    let wanted = 1;
    while (wanted > 0) {
      const batch = await batcher.room(wanted);
      if (batch === null) return { used: at, blocked: true };
      if (!batcher.holds(batch)) continue;
      const count = batch.count;
      const next = framer.frame(batch, source, chunk, at, to);
      if (batch.count > count) {
        env.count("records", batch.count - count);
        batcher.extend(file, chunk.offset + framer.emitted, tailChecksum(chunk.bytes, framer.emitted));
      }
      at = next;
      wanted = framer.wanted;
      if (!(await this.#deliver())) return { used: at, blocked: true };
    }
    if (cut) {
      framer.finish(chunk, at, to);
      at = to;
    } else if (at < to && (framer.inLine || (full && at === from))) {
      at = framer.hold(chunk, at, to);
    }
    return { used: at, blocked: !(await this.#deliver()) };
  }

  /** Puts the framer's records into batches; false when no batch was free for one. */
  async #deliver(): Promise<boolean> {
    const records = this.framer.records;
    if (records.length === 0) return true;
    const { batcher, env } = this.#context;
    const source = this.file.source as NonNullable<typeof this.file.source>;
    let done = 0;
    for (const { bytes, start, end, crc, flags, tail } of records) {
      let batch = await batcher.room(bytes.length);
      while (batch !== null && !batcher.holds(batch)) batch = await batcher.room(bytes.length);
      if (batch === null) break;
      batch.append(batch.sourceIndex(source), bytes, 0, bytes.length, start, end - start, crc, flags);
      batcher.extend(this.file, end, tail);
      done++;
    }
    env.count("records", done);
    records.splice(0, done);
    return records.length === 0;
  }
}

/** Whether an error of opening or reading only means that the file went away. */
export function isGone(error: unknown): boolean {
  const code = errorCode(error);
  return code === "ENOENT" || code === "ENOTDIR" || code === "ESTALE";
}
