import { ByteWriter } from "../../event/byte-writer.ts";
import { JsonWriter } from "../../event/json-writer.ts";
import type { Source } from "../../event/record-batch.ts";
import { Timestamp } from "../../event/timestamp.ts";
import { AllowedEvents } from "./allowed-events.ts";
import { runBounded } from "./bounded.ts";
import { type ChunkInput, chunkEnd, decodeChunk, type Entries, type FilteredChunk } from "./chunk.ts";
import { ItemResult } from "./item-result.ts";
import type { DoneMessage, WorkMessage } from "./messages.ts";
import { ChunkRun, type FilterStep } from "./program.ts";
import { runStages, runWaitingStages, type StagedEvents } from "./stages.ts";
import { OutOfTime } from "./waiting-steps.ts";
import { CHUNK_MILLIS, type PreparedSource, type WorkerProgram } from "./worker-program.ts";

const INITIAL_OUTPUT_BYTES = 2 << 20;
/** Sources remembered with what was prepared for them. */
const PREPARED_LIMIT = 4096;
/** So often a worker that waits gives a sign of life. */
const ALIVE_MILLIS = 1000;

/** Work that stops at each promise until it is kept. */
type Work<T> = Generator<Promise<unknown>, T, void>;

export interface BatchProcessorOptions {
  /** First size of an output's buffer, which grows as needed. Default 2 MiB. */
  readonly outputBytes?: number;
  /** Runs work under a time limit; a simulator's may know no time. */
  readonly bounded?: typeof runBounded;
}

/** Does a worker's work on items: bytes to events, filters, bytes again. Holds the output buffers until they are freed. */
export class BatchProcessor {
  readonly #program: WorkerProgram;
  readonly #progress: () => void;
  readonly #outputBytes: number;
  readonly #bounded: typeof runBounded;
  readonly #prepared = new Map<string, PreparedSource>();
  readonly #json = new JsonWriter();
  readonly #spare: ByteWriter[] = [];
  readonly #held = new Map<number, ByteWriter[]>();

  /** `progress` is called after each chunk, as a sign of life. */
  constructor(program: WorkerProgram, progress: () => void, options: BatchProcessorOptions = {}) {
    this.#outputBytes = options.outputBytes ?? INITIAL_OUTPUT_BYTES;
    this.#bounded = options.bounded ?? runBounded;
    this.#program = program;
    this.#progress = progress;
  }

  /** The main thread has done with an item's bytes. */
  free(item: number): void {
    for (const writer of this.#held.get(item) ?? []) {
      writer.length = 0;
      // A buffer that one huge item made grow is not kept.
      if (writer.bytes.length <= this.#outputBytes * 8) this.#spare.push(writer);
    }
    this.#held.delete(item);
  }

  /** A promise only for programs with filters that wait; one item at a time. */
  process(work: WorkMessage): DoneMessage | Promise<DoneMessage> {
    const running = this.#work(work);
    const first = running.next();
    return first.done ? first.value : this.#wait(running, first.value);
  }

  async #wait(running: Work<DoneMessage>, first: Promise<unknown>): Promise<DoneMessage> {
    const alive = setInterval(this.#progress, ALIVE_MILLIS);
    try {
      await first;
      for (;;) {
        const next = running.next();
        if (next.done) return next.value;
        await next.value;
      }
    } finally {
      clearInterval(alive);
    }
  }

  *#work(work: WorkMessage): Work<DoneMessage> {
    const bytes = Buffer.from(work.data);
    const table = new Int32Array(work.table);
    const sources = work.sources.map((source) => this.#prepare(source));
    const most = Math.min(...sources.map(({ chunkEvents }) => chunkEvents));
    const timestamp = new Timestamp(work.readAt);
    this.#program.bind({ table, sources });
    const item = new ItemResult(
      this.#program,
      () => this.#spare.pop() ?? new ByteWriter(this.#outputBytes),
      this.#json,
    );
    const chunkOf = { bytes, table, sources, timestamp };
    const only = work.only === undefined ? undefined : new AllowedEvents(work.only);
    for (let from = work.from; from < work.to; ) {
      const to = chunkEnd(table, from, work.to, most);
      const filtered = yield* this.#filter(chunkOf, from, to, CHUNK_MILLIS);
      if (filtered !== undefined) item.add(only?.of(filtered) ?? filtered);
      else for (let i = from; i < to; i++) yield* this.#single(chunkOf, i, item, only);
      from = to;
      this.#progress();
    }
    this.#held.set(work.item, item.writers());
    const done = item.done(work.item);
    return only === undefined ? done : { ...done, fates: only.fates };
  }

  /** Sources arrive as copies with each batch; the same one is prepared once. */
  #prepare(source: Source): PreparedSource {
    const key = `${source.input}/${Buffer.from(source.fileId).toString("base64")}/${source.generation}/${JSON.stringify(source.fields)}`;
    let prepared = this.#prepared.get(key);
    if (prepared === undefined) {
      prepared = this.#program.prepare(source);
      if (this.#prepared.size >= PREPARED_LIMIT) this.#prepared.clear();
      this.#prepared.set(key, prepared);
    }
    return prepared;
  }

  /** Decodes and filters records under the time bound; undefined when the time ran out. */
  *#filter(
    of: ChunkInput,
    from: number,
    to: number,
    millis: number,
    run: ChunkRun = new ChunkRun(),
  ): Work<FilteredChunk | undefined> {
    let decoded: Entries = [];
    let staged: StagedEvents | undefined;
    if (!this.#program.waits) {
      const inTime = this.#bounded(() => {
        decoded = decodeChunk(of, from, to, run);
        staged = runStages(this.#program, decoded, run);
      }, millis);
      if (!inTime || staged === undefined) return undefined;
    } else {
      const stretch = (work: () => void): void => {
        if (!this.#bounded(work, millis)) throw new OutOfTime();
      };
      yield (async () => {
        stretch(() => {
          decoded = decodeChunk(of, from, to, run);
        });
        staged = await runWaitingStages(this.#program, decoded, run, stretch);
      })().catch((error: unknown) => {
        if (!(error instanceof OutOfTime)) throw error;
      });
      if (staged === undefined) return undefined;
    }
    return { run, ...(staged as StagedEvents), read: run.tick === undefined ? to - from : 0 };
  }

  /** One record by itself, after its chunk ran out of time: each filter that stalls on it tags it and is passed over. */
  *#single(of: ChunkInput, record: number, item: ItemResult, only?: AllowedEvents): Work<void> {
    const skip = new Set<FilterStep>();
    for (;;) {
      const run = new ChunkRun(skip);
      const filtered = yield* this.#filter(of, record, record + 1, this.#program.eventMillis, run);
      this.#progress();
      if (filtered !== undefined) {
        item.add(only?.of(filtered) ?? filtered);
        return;
      }
      const culprit = run.step;
      if (culprit === undefined || skip.has(culprit)) {
        item.stalled(record, run.tick === undefined ? 1 : 0);
        return;
      }
      item.timeout(culprit.pluginId);
      skip.add(culprit);
    }
  }
}
