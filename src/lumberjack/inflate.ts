import { inflateSync } from "node:zlib";

export type Inflated = { readonly bytes: Buffer } | { readonly tooLarge: true } | { readonly fault: string };

const MIN_GUESS = 16 * 1024;
const MAX_GUESS = 4 * 1024 * 1024;

/**
 * Inflates whole frames. On the calling thread: measured on 2,048 events of 370 bytes, a million events cost 0.28 CPU s this way when
 * the output fits one piece (hence the guess), 0.41 with the thread pool; one frame takes half a millisecond.
 */
export class Inflater {
  readonly #maxBytes: number;
  #guess: number = MIN_GUESS;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  /** The inflated bytes, or why there are none. Stops at the limit. */
  inflate(compressed: Uint8Array): Inflated {
    try {
      const bytes = inflateSync(compressed, {
        chunkSize: Math.max(64, Math.min(this.#guess, this.#maxBytes + 1)),
        maxOutputLength: this.#maxBytes,
      });
      // An eighth of slack, so that frames of about the same size need one piece.
      const wanted = bytes.length + (bytes.length >>> 3);
      this.#guess = Math.min(MAX_GUESS, Math.max(MIN_GUESS, wanted));
      return { bytes };
    } catch (fault) {
      if ((fault as { code?: unknown }).code === "ERR_BUFFER_TOO_LARGE") return { tooLarge: true };
      return { fault: fault instanceof Error ? fault.message : String(fault) };
    }
  }
}
