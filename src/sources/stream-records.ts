import type { Source } from "../event/record-batch.ts";
import type { Framer, FrameTarget } from "../plugin/definitions.ts";
import type { BatchFiller } from "./batch-filler.ts";
import type { LimitedWarnings } from "./limited-warnings.ts";
import type { ByteConsumer } from "./tcp-stream.ts";

/** Bytes of all connections of an input that wait for the rest of their record. */
const MOST_HELD = 256 * 1024 * 1024;

/** What the connections of an input hold together. */
export class HeldRecords {
  readonly limit: number;
  bytes = 0;

  constructor(limit: number = MOST_HELD) {
    this.limit = limit;
  }
}

/** Cuts one connection's bytes into records. */
export class StreamRecords implements ByteConsumer {
  readonly #framer: Framer;
  readonly #all: HeldRecords;
  readonly #warnings: LimitedWarnings;
  readonly #target: FrameTarget;
  #full: Promise<void> | undefined;
  #held = 0;
  #next = 0;
  #idle: NodeJS.Timeout | undefined;

  constructor(filler: BatchFiller, source: Source, framer: Framer, all: HeldRecords, warnings: LimitedWarnings) {
    this.#framer = framer;
    this.#all = all;
    this.#warnings = warnings;
    this.#target = (bytes, start, end, rawLength, flags) => {
      this.#holds(-Math.min(rawLength, this.#held));
      this.#full = filler.add(source, bytes, start, end, this.#next++, flags) ?? this.#full;
    };
  }

  push(chunk: Buffer): Promise<void> | undefined {
    clearTimeout(this.#idle);
    this.#holds(chunk.length);
    this.#framer.push(chunk, this.#target);
    if (this.#all.bytes > this.#all.limit) this.#cut();
    const { idleMs } = this.#framer;
    if (idleMs !== undefined) this.#idle = setTimeout(() => this.#flush(), idleMs);
    const full = this.#full;
    this.#full = undefined;
    return full;
  }

  /** A last record without its end counts too. */
  end(): void {
    clearTimeout(this.#idle);
    this.#flush();
  }

  /** Records that do not end are cut where memory would; nothing of them is lost. */
  #cut(): void {
    this.#warnings.warn("records without an end take too much memory; one was cut", { limit: this.#all.limit });
    this.#flush();
  }

  #flush(): void {
    this.#framer.flush(this.#target);
    this.#holds(-this.#held);
  }

  #holds(bytes: number): void {
    this.#held += bytes;
    this.#all.bytes += bytes;
  }
}
