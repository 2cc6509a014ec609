import { randomBytes } from "node:crypto";
import { FILE_ID_BYTES } from "../../event/identity.ts";
import type { RecordSink, Source } from "../../event/record-batch.ts";
import { FINAL_TICK, TICK_INPUT } from "./worker-program.ts";

/** As often as Logstash's pipelines let filters make events by time. */
const TICK_MILLIS = 5_000;
const NOTHING: Uint8Array = new Uint8Array(0);

/**
 * Tells filters with state that time has passed, by a record that carries no event: what they make then takes the same way as all
 * events, with an identity, and is counted.
 */
export class Ticks {
  readonly #sink: RecordSink;
  readonly #source: Source = { input: TICK_INPUT, fileId: randomBytes(FILE_ID_BYTES), generation: 0, fields: [] };
  readonly #timer: NodeJS.Timeout;
  #number = 0;
  #last: Promise<void> | undefined;

  constructor(sink: RecordSink, millis: number = TICK_MILLIS) {
    this.#sink = sink;
    this.#timer = setInterval(() => {
      // One that waits for a batch or for an output is enough.
      this.#last ??= this.#send(0).finally(() => {
        this.#last = undefined;
      });
    }, millis);
    this.#timer.unref();
  }

  /** The last one; resolves when what filters had left is delivered. */
  async end(): Promise<void> {
    clearInterval(this.#timer);
    await this.#last;
    await this.#send(FINAL_TICK);
  }

  async #send(flags: number): Promise<void> {
    const batch = await this.#sink.acquire();
    batch.readAt = Date.now();
    batch.append(batch.sourceIndex(this.#source), NOTHING, 0, 0, this.#number++, 0, 0, flags);
    await new Promise<void>((resolve) => this.#sink.submit(batch, resolve));
  }
}
