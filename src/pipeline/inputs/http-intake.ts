import type { Source } from "../../event/record-batch.ts";
import type { Framer } from "../../plugin/definitions.ts";
import type { BatchFiller } from "../../sources/batch-filler.ts";
import { type ByteSource, jsonElements } from "../../sources/http/json-elements.ts";
import { HttpRefusal } from "../../sources/http/refusal.ts";
import { parseJson } from "../../transform/parse-json.ts";
import type { CharsetDecoder } from "../codecs/charset.ts";

/** How a body becomes records. */
export interface BodyPlan {
  /** Cuts it; undefined: it is one record. */
  readonly framer: Framer | undefined;
  /** It is JSON: what is none is refused, a large array is cut into its elements as it comes. */
  readonly json: boolean;
  /** Of bodies in other encodings than UTF-8. */
  readonly charset: CharsetDecoder | undefined;
  /** Flags of its records. */
  readonly flags: number;
}

/** Where a request's records come from, and how many of it there were before. */
export interface RecordSource {
  readonly source: Source;
  next: number;
}

/** JSON up to this size is read at once; a larger array is cut, in bytes. */
const WHOLE_JSON = 1024 * 1024;
/** Requests that end within so many milliseconds share a batch. */
const TOGETHER_MS = 2;

/** Bytes of bodies that lie in memory until they are whole; over the limit requests are to come again later. */
export class HeldBytes {
  readonly #limit: number;
  #held = 0;

  constructor(limit: number) {
    this.#limit = limit;
  }

  /** @throws HttpRefusal 429 */
  take(bytes: number): void {
    if (this.#held > 0 && this.#held + bytes > this.#limit)
      throw new HttpRefusal(429, "too many bytes are waiting for the pipeline; send it again later", {
        "Retry-After": "1",
      });
    this.#held += bytes;
  }

  give(bytes: number): void {
    this.#held -= bytes;
  }
}

/** Puts the bodies of requests into batches. */
export class HttpIntake {
  readonly #filler: BatchFiller;
  readonly #held: HeldBytes;
  #flush: NodeJS.Timeout | undefined;

  constructor(filler: BatchFiller, held: HeldBytes) {
    this.#filler = filler;
    this.#held = held;
  }

  /** Resolves when every record of the body has reached its end. Throws what the body throws, HttpRefusal for broken JSON. */
  async take(source: RecordSource, body: ByteSource, plan: BodyPlan): Promise<void> {
    const records = new RequestRecords(this.#filler, source, plan.flags);
    let held = 0;
    const collect = async (most: number, parts: Buffer[]): Promise<boolean> => {
      let size = 0;
      for (let chunk = await body.next(); chunk !== undefined; chunk = await body.next()) {
        this.#held.take(chunk.length);
        held += chunk.length;
        size += chunk.length;
        parts.push(chunk);
        if (size > most) return false;
      }
      return true;
    };
    try {
      const parts: Buffer[] = [];
      if (plan.charset !== undefined) {
        await collect(Number.POSITIVE_INFINITY, parts);
        const bytes = Buffer.concat(parts);
        const text = Buffer.from(plan.charset(bytes, 0, bytes.length));
        await this.#whole(records, text, plan);
      } else if (plan.framer !== undefined) await frame(records, body, plan.framer);
      else if (!plan.json) {
        await collect(Number.POSITIVE_INFINITY, parts);
        await records.add(Buffer.concat(parts));
      } else if (await collect(WHOLE_JSON, parts)) await this.#whole(records, Buffer.concat(parts), plan);
      else if (firstCharacter(parts) === "[") {
        for await (const element of jsonElements(replayed(parts, body))) await records.add(element);
      } else {
        await collect(Number.POSITIVE_INFINITY, parts);
        await this.#whole(records, Buffer.concat(parts), plan);
      }
    } finally {
      this.#held.give(held);
      this.#flushSoon();
    }
    await records.ended();
  }

  /** A body that lies in memory. */
  async #whole(records: RequestRecords, bytes: Buffer, plan: BodyPlan): Promise<void> {
    if (plan.framer !== undefined) {
      await frame(records, replayed([bytes], undefined), plan.framer);
      return;
    }
    if (plan.json) checkJson(bytes.toString());
    await records.add(bytes);
  }

  /** So that a client that sends one request after the other does not wait for a batch to fill. */
  #flushSoon(): void {
    this.#flush ??= setTimeout(() => {
      this.#flush = undefined;
      this.#filler.flush();
    }, TOGETHER_MS);
  }
}

/** @throws HttpRefusal 400. A blank text is fine: it is no event. */
function checkJson(text: string): void {
  try {
    parseJson(text);
  } catch (error) {
    if (error instanceof RangeError) throw new HttpRefusal(413, error.message);
    if (text.trim() !== "") throw new HttpRefusal(400, `the body is no JSON: ${(error as Error).message}`);
  }
}

async function frame(records: RequestRecords, body: ByteSource, framer: Framer): Promise<void> {
  let full: Promise<void> | undefined;
  const target = (bytes: Buffer, start: number, end: number, _raw: number, flags: number): void => {
    full = records.add(bytes, start, end, flags) ?? full;
  };
  for (let chunk = await body.next(); chunk !== undefined; chunk = await body.next()) {
    framer.push(chunk, target);
    await full;
    full = undefined;
  }
  framer.flush(target);
  await full;
}

function firstCharacter(parts: readonly Buffer[]): string {
  for (const part of parts) {
    const found = /[^\s\ufeff]/.exec(part.toString());
    if (found !== null) return found[0];
  }
  return "";
}

/** Bytes that were read already, and those that follow. */
function replayed(parts: readonly Buffer[], rest: ByteSource | undefined): ByteSource {
  let at = 0;
  return {
    next: () => (at < parts.length ? Promise.resolve(parts[at++]) : (rest?.next() ?? Promise.resolve(undefined))),
  };
}

/** The records of one request on their way. */
class RequestRecords {
  readonly #filler: BatchFiller;
  readonly #source: RecordSource;
  readonly #flags: number;
  #open = 0;
  #finish: (() => void) | undefined;

  constructor(filler: BatchFiller, source: RecordSource, flags: number) {
    this.#filler = filler;
    this.#source = source;
    this.#flags = flags;
  }

  /** A promise where there is no room; the bytes must stay as they are until then. */
  add(bytes: Buffer, start = 0, end: number = bytes.length, flags = 0): Promise<void> | undefined {
    this.#open++;
    return this.#filler.add(this.#source.source, bytes, start, end, this.#source.next++, flags | this.#flags, () => {
      this.#open--;
      if (this.#open === 0) this.#finish?.();
    });
  }

  /** Resolves when all of them have reached their end; nothing is added any more. */
  ended(): Promise<void> {
    return this.#open === 0
      ? Promise.resolve()
      : new Promise((resolve) => {
          this.#finish = resolve;
        });
  }
}
