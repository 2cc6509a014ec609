import { ByteWriter } from "../../event/byte-writer.ts";
import { JsonWriter } from "../../event/json-writer.ts";
import type { Source } from "../../event/record-batch.ts";
import { Timestamp } from "../../event/timestamp.ts";
import { runBounded } from "./bounded.ts";
import { type ChunkInput, chunkEnd, decodeChunk, type FilteredChunk } from "./chunk.ts";
import { ItemResult } from "./item-result.ts";
import type { DoneMessage, WorkMessage } from "./messages.ts";
import { ChunkRun, type FilterStep } from "./program.ts";
import { runStages } from "./stages.ts";
import { CHUNK_MILLIS, type PreparedSource, type WorkerProgram } from "./worker-program.ts";

const INITIAL_OUTPUT_BYTES = 2 << 20;
/** Sources remembered with what was prepared for them. */
const PREPARED_LIMIT = 4096;

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

  process(work: WorkMessage): DoneMessage {
    const bytes = Buffer.from(work.data);
    const table = new Int32Array(work.table);
    const sources = work.sources.map((source) => this.#prepare(source));
    const timestamp = new Timestamp(work.readAt);
    this.#program.bind({ table, sources });
    const item = new ItemResult(
      this.#program,
      () => this.#spare.pop() ?? new ByteWriter(this.#outputBytes),
      this.#json,
    );
    const chunkOf = { bytes, table, sources, timestamp };
    for (let from = work.from; from < work.to; ) {
      const to = chunkEnd(table, from, work.to, this.#program.chunkEvents);
      const filtered = this.#filter(chunkOf, from, to, CHUNK_MILLIS);
      if (filtered !== undefined) item.add(filtered);
      else for (let i = from; i < to; i++) this.#single(chunkOf, i, item);
      from = to;
      this.#progress();
    }
    this.#held.set(work.item, item.writers());
    return item.done(work.item);
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
  #filter(
    of: ChunkInput,
    from: number,
    to: number,
    millis: number,
    run: ChunkRun = new ChunkRun(),
  ): FilteredChunk | undefined {
    let result: FilteredChunk | undefined;
    const inTime = this.#bounded(() => {
      const decoded = decodeChunk(of, from, to, run);
      result = { run, ...runStages(this.#program, decoded, run), read: to - from };
    }, millis);
    return inTime ? result : undefined;
  }

  /** One record by itself, after its chunk ran out of time: each filter that stalls on it tags it and is passed over. */
  #single(of: ChunkInput, record: number, item: ItemResult): void {
    const skip = new Set<FilterStep>();
    for (;;) {
      const run = new ChunkRun(skip);
      const filtered = this.#filter(of, record, record + 1, this.#program.eventMillis, run);
      this.#progress();
      if (filtered !== undefined) {
        item.add(filtered);
        return;
      }
      const culprit = run.step;
      if (culprit === undefined || skip.has(culprit)) {
        item.stalled(record);
        return;
      }
      item.timeout(culprit.pluginId);
      skip.add(culprit);
    }
  }
}
