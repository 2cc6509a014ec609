import { createGunzip, type Gunzip, gunzipSync } from "node:zlib";
import type { TailFileSystem } from "./environment.ts";

/** Bytes of one read from disk. */
const INPUT_BYTES = 32 * 1024;
/** Files up to `INPUT_BYTES` whose content is no longer than this are inflated in one call. */
const SMALL_CONTENT = 256 * 1024;

/**
 * One pass over the content of a gzip file (RFC 1952, any number of members), from its beginning. Holds about 64 KiB: what was inflated waits
 * in the stream until it is asked for.
 */
export class GzipPass {
  /** Why there is no more, if that is not a good end: a checksum or length that is wrong, an end in the middle, no gzip at all. */
  fault: string | null = null;
  readonly #fs: TailFileSystem;
  readonly #descriptor: number;
  readonly #input: Buffer = Buffer.allocUnsafe(INPUT_BYTES);
  #readAt = 0;
  #stream: Gunzip | null = null;
  #writing = false;
  #ended = false;
  #wake: (() => void) | null = null;

  constructor(fs: TailFileSystem, descriptor: number) {
    this.#fs = fs;
    this.#descriptor = descriptor;
  }

  /** The next piece of content; null at the end or at `fault`. @throws what reading throws. */
  async next(): Promise<Buffer | null> {
    if (this.#ended) return null;
    if (this.#stream === null) {
      const whole = await this.#small();
      if (whole !== null) return whole;
      this.#stream = this.#open();
    }
    const stream = this.#stream;
    for (;;) {
      const piece = stream.read() as Buffer | null;
      if (piece !== null) return piece;
      if (this.#isOver()) return this.#end();
      if (!this.#writing) await this.#feed(stream);
      else await new Promise<void>((resolve) => (this.#wake = resolve));
    }
  }

  close(): void {
    this.#end();
  }

  /** A whole small file, in one call; null if it is none, or faulty. An empty file is one that is still to be written. */
  async #small(): Promise<Buffer | null> {
    const length = await this.#fs.read(this.#descriptor, this.#input, 0, INPUT_BYTES, 0);
    if (length === 0) {
      this.fault = "unexpected end of file";
      return this.#end();
    }
    if (length === INPUT_BYTES) return null;
    try {
      const content = gunzipSync(this.#input.subarray(0, length), { maxOutputLength: SMALL_CONTENT });
      this.#ended = true;
      return content.length > 0 ? content : null;
    } catch {
      return null;
    }
  }

  #open(): Gunzip {
    const stream = createGunzip({ chunkSize: 32 * 1024 });
    stream.on("readable", () => this.#woken());
    stream.on("end", () => this.#woken());
    stream.on("close", () => this.#woken());
    stream.on("error", (error) => {
      this.fault ??= error.message;
      this.#woken();
    });
    return stream;
  }

  async #feed(stream: Gunzip): Promise<void> {
    // The stream holds on to what it is given until the callback.
    const length = await this.#fs.read(this.#descriptor, this.#input, 0, INPUT_BYTES, this.#readAt);
    if (this.#ended) return;
    this.#readAt += length;
    this.#writing = true;
    if (length === 0) stream.end();
    else
      stream.write(this.#input.subarray(0, length), () => {
        this.#writing = false;
        this.#woken();
      });
  }

  #isOver(): boolean {
    const stream = this.#stream;
    return this.#ended || stream === null || this.fault !== null || stream.readableEnded || stream.destroyed;
  }

  #woken(): void {
    const wake = this.#wake;
    this.#wake = null;
    wake?.();
  }

  #end(): null {
    this.#ended = true;
    this.#stream?.destroy();
    this.#woken();
    return null;
  }
}
