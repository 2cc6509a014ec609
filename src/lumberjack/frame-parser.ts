import { Arena, ArenaPool } from "./arena.ts";
import { BlockBuilder, type ParsedBlock } from "./block-builder.ts";
import { DATA_COMPLETE, DATA_TOO_LARGE, DataFrameConverter, DataFrameScanner } from "./data-frame.ts";
import { FrameError } from "./errors.ts";
import { describeForeign, printable } from "./foreign-bytes.ts";
import * as frames from "./frames.ts";
import { Inflater } from "./inflate.ts";
import { DEFAULT_LIMITS, type ReceiverLimits } from "./limits.ts";

export interface FrameParserOptions {
  readonly onBlock: (block: ParsedBlock) => void;
  readonly limits?: ReceiverLimits;
  /** Memory shared with other parsers. */
  readonly pool?: ArenaPool;
}

/**
 * Incremental parser of what a sender sends (the format is quoted in frames.ts). Every chunk is copied once, into the arena in which
 * its events are handed on; a compressed frame is inflated in one piece and its events are handed on where they lie in it.
 * A window size holds until another is given, as in version 1. Not accepted: compressed frames inside compressed ones, which no sender
 * makes. An early new window frame ends the window before it.
 */
export class FrameParser {
  /** While true nothing is parsed; `push` keeps the bytes. Bytes that wait are at most those pushed. */
  paused = false;

  readonly #limits: ReceiverLimits;
  readonly #pool: ArenaPool;
  readonly #builder: BlockBuilder;
  readonly #inflater: Inflater;
  readonly #data = new DataFrameScanner();
  readonly #converter = new DataFrameConverter();

  #arena: Arena | undefined;
  /** Where the frame that is being parsed begins, and where the bytes that have arrived end. */
  #at = 0;
  #end = 0;
  /** Bytes that must be there before it is worth looking again. */
  #need = 2;
  #received = 0;
  #running = false;
  /** Stream position of the compressed frame whose contents are being parsed, or -1. */
  #compressedAt = -1;

  #version = frames.VERSION_2;
  #windowSize = 0;
  #windowLeft = 0;

  constructor(options: FrameParserOptions) {
    this.#limits = options.limits ?? DEFAULT_LIMITS;
    this.#pool = options.pool ?? new ArenaPool(this.#limits.arenaBytes);
    this.#builder = new BlockBuilder(this.#limits.maxBlockEvents, options.onBlock);
    this.#inflater = new Inflater(this.#limits.maxInflatedBytes);
  }

  /** Bytes pushed so far. */
  get received(): number {
    return this.#received;
  }

  /** Protocol version of the last window frame; 2 before the first. */
  get version(): number {
    return this.#version;
  }

  /** Bytes that have arrived and are not parsed: part of a frame, or frames behind a pause. */
  get unparsed(): number {
    return this.#end - this.#at;
  }

  /** A window has begun and not all of its events are here. */
  get midWindow(): boolean {
    return this.#windowLeft > 0 || this.unparsed > 0;
  }

  /** Takes the next bytes of the stream (copied). @throws FrameError; nothing may be pushed after it */
  push(chunk: Uint8Array): void {
    if (chunk.length === 0) return;
    this.#received += chunk.length;
    const arena = this.#room(chunk.length);
    arena.bytes.set(chunk, this.#end);
    this.#end += chunk.length;
    this.#run();
  }

  /** Parses what a pause has held up. @throws FrameError */
  resume(): void {
    this.paused = false;
    this.#run();
  }

  /** Gives memory back that holds nothing. To be called when blocks have been released, and with `everything` at the end. */
  trim(everything = false): void {
    const arena = this.#arena;
    if (arena === undefined || this.#running) return;
    if (!everything && (this.unparsed > 0 || this.#builder.count > 0 || arena.uses > 1)) return;
    this.#arena = undefined;
    this.#at = this.#end = 0;
    arena.release();
  }

  /** An arena with room for `length` more bytes, in which the unparsed bytes lie too. */
  #room(length: number): Arena {
    let arena = this.#arena;
    if (arena !== undefined && this.#end + length <= arena.bytes.length) return arena;
    if (arena === undefined) {
      this.#arena = this.#pool.take(length);
      return this.#arena;
    }
    this.#builder.flush(this.#version, false);
    const unparsed = this.unparsed;
    if (arena.uses === 1 && unparsed + length <= arena.bytes.length) {
      arena.bytes.copyWithin(0, this.#at, this.#end);
    } else {
      // Not the length that a frame claims: memory grows with what really arrives.
      const grown = this.#pool.take(Math.max(unparsed + length, Math.min(this.#need, 2 * unparsed)));
      grown.bytes.set(arena.bytes.subarray(this.#at, this.#end));
      arena.release();
      arena = this.#arena = grown;
    }
    this.#at = 0;
    this.#end = unparsed;
    return arena;
  }

  #run(): void {
    const arena = this.#arena;
    if (arena === undefined || this.#running) return;
    this.#running = true;
    try {
      while (!this.paused && this.#end - this.#at >= this.#need && this.#frame(arena)) this.#need = 2;
    } finally {
      this.#running = false;
    }
    this.trim();
  }

  /** Parses the frame at `#at`. False if more bytes are needed: `#need` says how many. */
  #frame(arena: Arena): boolean {
    const bytes = arena.bytes;
    const at = this.#at;
    const have = this.#end - at;
    if (have < 2) return this.#wants(2);
    const version = bytes[at] as number;
    if (version !== frames.VERSION_2 && version !== frames.VERSION_1) {
      this.#fail("PROTOCOL", describeForeign(bytes, at, this.#compressedAt < 0 && this.#position() === 0));
    }
    const type = bytes[at + 1] as number;
    switch (type) {
      case frames.FRAME_JSON: {
        if (have < frames.EVENT_HEAD_BYTES) return this.#wants(frames.EVENT_HEAD_BYTES);
        const length = frames.readU32(bytes, at + 6);
        if (length > this.#limits.maxEventBytes) this.#tooLarge("an event", length, this.#limits.maxEventBytes);
        if (have < frames.EVENT_HEAD_BYTES + length) return this.#wants(frames.EVENT_HEAD_BYTES + length);
        const start = at + frames.EVENT_HEAD_BYTES;
        this.#at = start + length;
        this.#event(arena, start, start + length, frames.readU32(bytes, at + 2), at);
        return true;
      }
      case frames.FRAME_WINDOW: {
        if (have < frames.SHORT_FRAME_BYTES) return this.#wants(frames.SHORT_FRAME_BYTES);
        this.#window(version, frames.readU32(bytes, at + 2));
        this.#at = at + frames.SHORT_FRAME_BYTES;
        return true;
      }
      case frames.FRAME_COMPRESSED:
        return this.#compressed(arena, at, have);
      case frames.FRAME_DATA:
        return this.#dataFrame(arena, at, have);
      case frames.FRAME_ACK:
        return this.#fail("PROTOCOL", "an acknowledgement from a sender");
      default:
        return this.#fail("PROTOCOL", `unknown frame type ${printable(type)}`);
    }
  }

  #wants(bytes: number): false {
    this.#need = bytes;
    return false;
  }

  #window(version: number, size: number): void {
    const limit = this.#limits.maxWindowEvents;
    if (size > limit) this.#fail("LIMIT", `a window of ${size} events (limit ${limit})`);
    if (this.#windowLeft > 0 && this.#windowLeft < this.#windowSize) this.#builder.flush(this.#version, true);
    this.#version = version;
    this.#windowSize = size;
    this.#windowLeft = size;
  }

  #event(arena: Arena, start: number, end: number, sequence: number, frameAt: number): void {
    if (this.#windowLeft === 0) {
      if (this.#windowSize === 0) {
        this.#at = frameAt;
        this.#fail("PROTOCOL", "an event before any window size");
      }
      this.#windowLeft = this.#windowSize;
    }
    this.#builder.add(arena, start, end, sequence, this.#version);
    if (--this.#windowLeft === 0) this.#builder.flush(this.#version, true);
  }

  #dataFrame(arena: Arena, at: number, have: number): boolean {
    if (have < frames.EVENT_HEAD_BYTES) return this.#wants(frames.EVENT_HEAD_BYTES);
    const limit = this.#limits.maxEventBytes;
    const outcome = this.#data.scan(arena.bytes, at, have, limit);
    if (outcome === DATA_TOO_LARGE) this.#fail("LIMIT", `a data frame of more than ${limit} bytes`);
    if (outcome !== DATA_COMPLETE) return this.#wants(outcome);
    const end = this.#converter.convert(arena.bytes, at);
    this.#at = at + this.#data.length;
    this.#data.reset();
    this.#event(this.#converter.arena, this.#converter.start, end, frames.readU32(arena.bytes, at + 2), at);
    return true;
  }

  #compressed(arena: Arena, at: number, have: number): boolean {
    if (this.#compressedAt >= 0) this.#fail("PROTOCOL", "a compressed frame inside a compressed frame");
    if (have < frames.SHORT_FRAME_BYTES) return this.#wants(frames.SHORT_FRAME_BYTES);
    const length = frames.readU32(arena.bytes, at + 2);
    const limit = this.#limits.maxCompressedBytes;
    if (length > limit) this.#tooLarge("a compressed frame", length, limit);
    const start = at + frames.SHORT_FRAME_BYTES;
    if (have < frames.SHORT_FRAME_BYTES + length) return this.#wants(frames.SHORT_FRAME_BYTES + length);
    const inflated = this.#inflater.inflate(arena.bytes.subarray(start, start + length));
    if ("tooLarge" in inflated) {
      const most = this.#limits.maxInflatedBytes;
      this.#fail("LIMIT", `a compressed frame of ${length} bytes that inflates to more than ${most} bytes`);
    }
    if ("fault" in inflated) this.#fail("PROTOCOL", `a compressed frame that cannot be inflated (${inflated.fault})`);
    this.#inside(inflated.bytes, this.#position(), start + length);
    return true;
  }

  /** Parses the contents of the compressed frame at stream position `position`, then goes on at `next` of the arena. */
  #inside(inflated: Buffer, position: number, next: number): void {
    const outerEnd = this.#end;
    const arena = new Arena(inflated);
    this.#compressedAt = position;
    this.#at = 0;
    this.#end = inflated.length;
    while (this.#at < this.#end) {
      if (!this.#frame(arena)) this.#fail("PROTOCOL", "a compressed frame that ends in the middle of a frame");
    }
    this.#builder.flush(this.#version, false);
    this.#compressedAt = -1;
    this.#at = next;
    this.#end = outerEnd;
  }

  /** Where the frame at `#at` begins: in the stream, or in what a compressed frame inflated to. */
  #position(): number {
    return this.#compressedAt >= 0 ? this.#at : this.#received - (this.#end - this.#at);
  }

  #tooLarge(what: string, bytes: number, limit: number): never {
    return this.#fail("LIMIT", `${what} of ${bytes} bytes (limit ${limit})`);
  }

  #fail(code: "PROTOCOL" | "LIMIT", what: string): never {
    if (this.#compressedAt < 0) throw new FrameError(code, what, this.#position());
    throw new FrameError(code, `${what} (byte ${this.#at} of the inflated compressed frame)`, this.#compressedAt);
  }
}
