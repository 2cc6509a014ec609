import { LumberjackError } from "./errors.ts";
import { FRAME_ACK, readU32, SHORT_FRAME_BYTES, VERSION_1, VERSION_2 } from "./frames.ts";

/** Reads acknowledgement frames from chunks of any size. */
export class AckReader {
  readonly #frame = new Uint8Array(SHORT_FRAME_BYTES);
  readonly #onAck: (sequence: number) => void;
  #have = 0;
  #position = 0;

  constructor(onAck: (sequence: number) => void) {
    this.#onAck = onAck;
  }

  /** @throws LumberjackError PROTOCOL on anything else than acknowledgements */
  push(chunk: Uint8Array): void {
    for (let i = 0; i < chunk.length; i++) {
      const byte = chunk[i] as number;
      const wrong =
        (this.#have === 0 && byte !== VERSION_2 && byte !== VERSION_1) || (this.#have === 1 && byte !== FRAME_ACK);
      if (wrong) {
        const at = this.#position + i;
        throw new LumberjackError(
          "PROTOCOL",
          `the receiver does not answer with Lumberjack acknowledgements (at byte ${at})`,
        );
      }
      this.#frame[this.#have++] = byte;
      if (this.#have === SHORT_FRAME_BYTES) {
        this.#have = 0;
        this.#onAck(readU32(this.#frame, 2));
      }
    }
    this.#position += chunk.length;
  }
}
