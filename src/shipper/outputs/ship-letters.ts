import { join } from "node:path";
import type { Clock } from "../../lumberjack/clock.ts";
import { DeadLetterStore } from "../../segments/dead-letter-store.ts";
import type { SegmentFileSystem } from "../../segments/filesystem.ts";
import type { Logger } from "../../telemetry/logger.ts";
import type { EncodedWindow } from "./window-sender.ts";

const RETRY_MS = 1000;

/** Where the shipper's dead letters are. */
export function shipLettersFolder(dataFolder: string): string {
  return join(dataFolder, "dead-letters");
}

/** An event of a window that the destination refused for good. */
export interface Refused {
  readonly index: number;
  readonly code: string;
  readonly reason: string;
}

/** The dead letters of a shipper: opened when there is a first one. */
export class ShipLetters {
  readonly #folder: string;
  readonly #output: string;
  readonly #log: Logger;
  readonly #clock: Clock;
  readonly #now: () => number;
  readonly #files: SegmentFileSystem | undefined;
  #store: Promise<DeadLetterStore> | undefined;
  #isClosed = false;
  #hasSaid = false;
  /** Why letters wait for the disk. */
  trouble: string | undefined;

  constructor(
    dataFolder: string,
    output: string,
    environment: { readonly log: Logger; readonly clock: Clock; readonly now: () => number },
    files?: SegmentFileSystem,
  ) {
    this.#folder = shipLettersFolder(dataFolder);
    this.#output = output;
    this.#log = environment.log;
    this.#clock = environment.clock;
    this.#now = environment.now;
    this.#files = files;
  }

  /** Resolves when they are on disk, however long that takes; rejects when closed before. */
  async keep(window: EncodedWindow, refused: readonly Refused[]): Promise<void> {
    const letters = refused.map((one) => this.#letter(window, one));
    for (let next = 0; ; ) {
      if (this.#isClosed) throw new Error("closed before dead letters were on disk");
      try {
        const store = await this.#opened();
        while (next < letters.length) {
          await store.append(letters[next] as Parameters<DeadLetterStore["append"]>[0]);
          next++;
        }
        await store.flush();
        break;
      } catch (error) {
        // After an fsync that failed nobody knows what is on disk; letters that are there twice are one.
        if (next === letters.length) {
          next = 0;
          await this.#forget();
        }
        const reason = `dead letters cannot be written to ${this.#folder}: ${(error as Error).message}`;
        if (this.trouble === undefined) this.#log.error(`${reason}; their windows wait`);
        this.trouble = reason;
        await new Promise<void>((resolve) => this.#clock.after(RETRY_MS, resolve));
      }
    }
    this.trouble = undefined;
    if (this.#hasSaid) return;
    this.#hasSaid = true;
    const { code, reason } = refused[0] as Refused;
    this.#log.warn("events were refused and are kept as dead letters", {
      output: this.#output,
      code,
      reason,
      look: `antler dlq ls --letters ${this.#folder}`,
    });
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#forget();
  }

  async #forget(): Promise<void> {
    const store = await this.#store?.catch(() => undefined);
    this.#store = undefined;
    await store?.close().catch(() => undefined);
  }

  #opened(): Promise<DeadLetterStore> {
    this.#store ??= DeadLetterStore.open(this.#folder, this.#files === undefined ? {} : { files: this.#files }).catch(
      (error: unknown) => {
        this.#store = undefined;
        throw error;
      },
    );
    return this.#store;
  }

  #letter({ bytes, starts, ends, metadata }: EncodedWindow, { index, code, reason }: Refused) {
    const event = bytes.subarray(starts[index], metadata[index]);
    const parsed = JSON.parse(bytes.toString("utf8", starts[index], ends[index])) as {
      readonly message?: unknown;
      readonly input?: { readonly type?: unknown };
      readonly "@timestamp"?: unknown;
      readonly "@metadata"?: { readonly _id?: unknown };
    };
    const id = parsed["@metadata"]?._id;
    const time = this.#now();
    return {
      time,
      pipeline: "ship",
      id: typeof id === "string" ? id : "",
      output: this.#output,
      stage: "reject",
      code,
      reason,
      origin: {
        input: `ship/${String(parsed.input?.type ?? "input")}`,
        flags: 0,
        readAt: Date.parse(String(parsed["@timestamp"])) || time,
        fields: [],
      },
      raw: Buffer.from(typeof parsed.message === "string" ? parsed.message : ""),
      event: Buffer.concat([event, Buffer.from("}")]),
    };
  }
}
