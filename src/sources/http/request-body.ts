import type { IncomingMessage } from "node:http";
import type { Readable, Transform } from "node:stream";
import { createBrotliDecompress, createGunzip, createInflate } from "node:zlib";
import { ClientGone, HttpRefusal } from "./refusal.ts";

export interface BodyLimits {
  /** Bytes of a body, unpacked. */
  readonly maxBytes: number;
  /** A body must bring `minBytes` within so many milliseconds while it is read. */
  readonly windowMs: number;
  readonly minBytes: number;
}

const UNPACKERS: Readonly<Record<string, (() => Transform) | undefined>> = {
  gzip: createGunzip,
  "x-gzip": createGunzip,
  deflate: createInflate,
  br: createBrotliDecompress,
  identity: undefined,
  "": undefined,
};

/** The unpacker for a Content-Encoding; undefined for none. @throws HttpRefusal 415 */
export function unpackerOf(encoding: string): (() => Transform) | undefined {
  const name = encoding.trim().toLowerCase();
  if (!Object.hasOwn(UNPACKERS, name)) throw new HttpRefusal(415, `the content encoding ${encoding} is not known here`);
  return UNPACKERS[name];
}

/**
 * The bytes of a request, unpacked; nothing is read ahead while nobody asks. The request stays open when this stops early, so that it can
 * be answered.
 */
export class RequestBody {
  readonly #request: IncomingMessage;
  readonly #unpacker: Transform | undefined;
  readonly #stream: Readable;
  readonly #maxBytes: number;
  readonly #watch: SpeedWatch;
  #failure: Error | undefined;
  #total = 0;
  #wake: (() => void) | undefined;

  /** @throws HttpRefusal 415 */
  constructor(request: IncomingMessage, limits: BodyLimits) {
    this.#request = request;
    this.#unpacker = unpackerOf(request.headers["content-encoding"] ?? "")?.();
    this.#stream = this.#unpacker ?? request;
    this.#maxBytes = limits.maxBytes;
    this.#watch = watchSpeed(request, limits, () => this.#fail(new HttpRefusal(408, "the body does not come")));
    request.on("close", this.#onClose).on("error", this.#onError);
    this.#stream.on("readable", this.#onReadable).on("end", this.#onReadable);
    this.#unpacker?.on("error", this.#onError);
    if (this.#unpacker !== undefined) request.pipe(this.#unpacker);
  }

  /**
   * The next bytes, undefined at the end; one call at a time.
   * @throws HttpRefusal 400 for broken compression, 408 for a body that does not come, 413 for one over the limit; ClientGone
   */
  async next(): Promise<Buffer | undefined> {
    for (;;) {
      if (this.#failure !== undefined) throw this.#failure;
      const chunk = this.#stream.read() as Buffer | null;
      if (chunk !== null) {
        this.#total += chunk.length;
        if (this.#total <= this.#maxBytes) return chunk;
        this.#fail(new HttpRefusal(413, `the body is larger than ${this.#maxBytes} bytes`));
      } else if (this.#stream.readableEnded) return undefined;
      else {
        this.#watch.waits = true;
        await new Promise<void>((resolve) => {
          this.#wake = resolve;
        });
        this.#watch.waits = false;
      }
    }
  }

  /** Leaves the rest of the request to others; a call of `next` that waits ends. */
  stop(): void {
    this.#fail(new ClientGone());
    this.#watch.stop();
    this.#request.off("close", this.#onClose).off("error", this.#onError);
    this.#stream.off("readable", this.#onReadable).off("end", this.#onReadable);
    if (this.#unpacker === undefined) return;
    this.#request.unpipe(this.#unpacker);
    this.#unpacker.destroy();
  }

  #fail(error: Error): void {
    this.#failure ??= error;
    this.#onReadable();
  }

  readonly #onReadable = (): void => {
    const wake = this.#wake;
    this.#wake = undefined;
    wake?.();
  };

  readonly #onClose = (): void => {
    if (!this.#request.complete) this.#fail(new ClientGone());
  };

  readonly #onError = (error: Error): void => this.#fail(refusalOf(error));
}

function refusalOf(error: unknown): Error {
  if (error instanceof HttpRefusal || error instanceof ClientGone) return error;
  const { code = "", message } = error as NodeJS.ErrnoException;
  // zlib's and brotli's complaints.
  if (/^(?:Z_|ERR_)/.test(code) && !/ABORT|PREMATURE|DESTROYED/.test(code))
    return new HttpRefusal(400, `the compressed body is broken: ${message}`);
  return new ClientGone();
}

interface SpeedWatch {
  /** Somebody waits for bytes. */
  waits: boolean;
  stop(): void;
}

/** Calls `tooSlow` when two windows in a row bring too little to somebody who waits for bytes. */
function watchSpeed({ socket }: IncomingMessage, { windowMs, minBytes }: BodyLimits, tooSlow: () => void): SpeedWatch {
  let before = socket.bytesRead;
  let slow = 0;
  const timer = setInterval(() => {
    slow = watch.waits && socket.bytesRead - before < minBytes ? slow + 1 : 0;
    if (slow === 2) tooSlow();
    before = socket.bytesRead;
  }, windowMs);
  timer.unref();
  const watch: SpeedWatch = { waits: false, stop: () => clearInterval(timer) };
  return watch;
}
