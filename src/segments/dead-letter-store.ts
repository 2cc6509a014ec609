import { type DeadLetter, decodeLetter, encodeLetter } from "./dead-letter.ts";
import { type Recovery, SegmentLog, type SegmentLogOptions } from "./segment-log.ts";

export type { DeadLetter } from "./dead-letter.ts";

/** Dead letters in a segment log; who opens it owns it. */
export class DeadLetterStore {
  readonly #log: SegmentLog;

  constructor(log: SegmentLog) {
    this.#log = log;
  }

  static async open(folder: string, options: Omit<SegmentLogOptions, "folder"> = {}): Promise<DeadLetterStore> {
    return new DeadLetterStore(await SegmentLog.open({ ...options, folder }));
  }

  get recovery(): Recovery {
    return this.#log.recovery;
  }

  /** Bytes of all segments. */
  get bytes(): number {
    return this.#log.bytes;
  }

  /** The segment that is written to. */
  get current(): number {
    return this.#log.head.segment;
  }

  append(letter: DeadLetter): Promise<void> {
    return this.#log.append(encodeLetter(letter));
  }

  /** Appends what `encodeLetter` gave. */
  appendEncoded(bytes: Buffer): Promise<void> {
    return this.#log.append(bytes);
  }

  /** Resolves when everything appended before is on disk. */
  flush(): Promise<void> {
    return this.#log.sync();
  }

  /** All dead letters, oldest first. */
  async *entries(): AsyncGenerator<DeadLetter> {
    for await (const { payload } of this.#log.entries()) yield decodeLetter(payload);
  }

  /** Removes a segment, but not the one that is written to. */
  async drop(segment: number): Promise<void> {
    if (segment !== this.current) await this.#log.remove(segment);
  }

  /** Ends the segment that is written to, so that it can be removed. */
  roll(): Promise<void> {
    return this.#log.roll();
  }

  close(): Promise<void> {
    return this.#log.close();
  }
}
