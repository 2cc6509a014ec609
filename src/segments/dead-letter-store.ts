import { type Recovery, SegmentLog, type SegmentLogOptions } from "./segment-log.ts";

/** An event that could not be delivered, with everything needed to understand it and to try again. */
export interface DeadLetter {
  /** Epoch milliseconds. */
  readonly time: number;
  readonly pipeline: string;
  /** Where it failed: decode, filter, encode, reject. */
  readonly stage: string;
  /** Short reason for counting, such as Elasticsearch's error type. */
  readonly code: string;
  readonly reason: string;
  /** Identity of the record. */
  readonly id: string;
  /** The record as it entered the pipeline. */
  readonly raw: Uint8Array;
  /** What was to be written when it failed, or the event as JSON; empty where there was none. */
  readonly event: Uint8Array;
}

/** Dead letters in a segment log: a JSON head with the lengths of the two byte parts, a line feed, the parts. */
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

  append(letter: DeadLetter): Promise<void> {
    const { raw, event, ...head } = letter;
    const line = Buffer.from(`${JSON.stringify({ ...head, raw: raw.length, event: event.length })}\n`);
    return this.#log.append(Buffer.concat([line, raw, event]));
  }

  /** Resolves when everything appended before is on disk. */
  flush(): Promise<void> {
    return this.#log.sync();
  }

  /** All dead letters, oldest first. */
  async *entries(): AsyncGenerator<DeadLetter> {
    for await (const { payload } of this.#log.entries()) yield decode(payload);
  }

  close(): Promise<void> {
    return this.#log.close();
  }
}

function decode(payload: Buffer): DeadLetter {
  const line = payload.indexOf(10);
  const head = JSON.parse(payload.toString("utf8", 0, line)) as Omit<DeadLetter, "raw" | "event"> & {
    raw: number;
    event: number;
  };
  const raw = payload.subarray(line + 1, line + 1 + head.raw);
  return { ...head, raw, event: payload.subarray(line + 1 + head.raw, line + 1 + head.raw + head.event) };
}
