import { randomBytes } from "node:crypto";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import type { Worker } from "node:worker_threads";
import { BufferPool, type BufferPoolLimits, DEFAULT_POOL_LIMITS } from "../../event/buffer-pool.ts";
import { FILE_ID_BYTES } from "../../event/identity.ts";
import { defaultsOf } from "../../plugin/check-options.ts";
import type { InputHost, Logger, PluginHost, RunningInput } from "../../plugin/definitions.ts";
import { Ledger, type LedgerSnapshot, sumOf } from "../../telemetry/ledger.ts";
import type { PipelineDefinition } from "../compile/definition.ts";
import type { ResolvedGroup } from "../compile/resolve-group.ts";
import type { ResolvedInput, ResolvedPipeline } from "../compile/resolved.ts";
import { stateOf } from "../compile/state.ts";
import { DeadLetterKeeper, realKeeperSurroundings } from "../dead-letters/keeper.ts";
import { DEFAULT_DEAD_LETTER_SETTINGS, type DeadLetterSettings, lettersFolder } from "../dead-letters/settings.ts";
import { atMost } from "../inputs/batch-filler.ts";
import { findPlugin } from "../plugins.ts";
import { deadLetterSink, inputNames } from "./dead-letters.ts";
import { Deliveries } from "./deliveries.ts";
import { Dispatcher } from "./dispatcher.ts";
import { checkpointedSink, plainSink } from "./input-ledger.ts";
import { Ticks } from "./ticks.ts";
import { WorkerPool } from "./worker-pool.ts";
import { TICK_INPUT } from "./worker-program.ts";

export interface PipelineOptions {
  /** Name of what runs here: that of the one pipeline, or of the whole. */
  readonly id: string;
  readonly definitions: readonly PipelineDefinition[];
  readonly workers: number;
  /** Most events in a batch. */
  readonly batchSize: number;
  readonly ordered: boolean;
  /** Folder of this pipeline: ledger, positions, dead letters. */
  readonly dataFolder: string;
  readonly shutdownTimeoutMs: number;
  /** Heap of one worker, MiB. */
  readonly workerHeapMegabytes: number;
  /** Bytes of records on their way at most; each takes several times as much until it is delivered. Default 48 MiB. */
  readonly poolBytes?: number;
  /** How dead letters are kept. */
  readonly deadLetters?: DeadLetterSettings;
}

/** A pipeline at work: inputs, dispatcher, outputs. One object a pipeline; `run` resolves when it has ended. */
export class Pipeline {
  readonly #options: PipelineOptions;
  readonly #resolved: ResolvedGroup;
  readonly #log: Logger;
  readonly #inputs: RunningInput[] = [];
  #dispatcher: Dispatcher | undefined;
  #workers: WorkerPool | undefined;
  #deliveries: Deliveries | undefined;
  #ticks: Ticks | undefined;
  readonly #ledgers: Ledger[] = [];
  #deadLetters: DeadLetterKeeper | undefined;
  #stopped: (() => void) | undefined;

  constructor(options: PipelineOptions, resolved: ResolvedGroup, log: Logger) {
    this.#options = options;
    this.#resolved = resolved;
    this.#log = log;
  }

  /** Worker threads alive; for tests and `top`. */
  get threads(): readonly Worker[] {
    return this.#workers?.threads ?? [];
  }

  /** Counts since the data folder was made. */
  ledger(): LedgerSnapshot {
    return sumOf(this.#ledgers.map((ledger) => ledger.snapshot()));
  }

  /** Bytes that inputs have before them and that are not acknowledged; batches on their way besides. */
  lag(): { readonly bytes: number; readonly batches: number } {
    const bytes = this.#inputs.reduce((sum, input) => sum + (input.lag?.() ?? 0), 0);
    return { bytes, batches: this.#dispatcher?.inFlight ?? 0 };
  }

  /** Starts outputs, workers, inputs, in this order. */
  async start(): Promise<void> {
    const { dataFolder, id, definitions, workers, ordered, batchSize, workerHeapMegabytes } = this.#options;
    const state = stateOf(this.#resolved);
    await mkdir(dataFolder, { recursive: true });
    const letters = this.#options.deadLetters ?? DEFAULT_DEAD_LETTER_SETTINGS;
    const folder = lettersFolder(letters, dataFolder, id);
    this.#deadLetters = await DeadLetterKeeper.open(folder, letters, realKeeperSurroundings(this.#log));
    const outputs = await Promise.all(
      this.#resolved.pipelines.flatMap((pipeline) =>
        pipeline.outputs.map(async (output) => ({
          id: this.#name(pipeline, output.id),
          number: output.number,
          deliverer: await output.plugin.deliverer(output.options, this.#host(pipeline, output)),
        })),
      ),
    );
    outputs.sort((a, b) => a.number - b.number);
    this.#deliveries = new Deliveries(outputs, ordered);
    const totalBytes = this.#options.poolBytes ?? DEFAULT_POOL_LIMITS.totalBytes;
    const limits: BufferPoolLimits = { ...DEFAULT_POOL_LIMITS, batchRecords: batchSize, totalBytes };
    this.#dispatcher = new Dispatcher(
      new BufferPool(limits),
      (events) => {
        this.#workers = new WorkerPool({ workers, definitions, heapMegabytes: workerHeapMegabytes }, events, this.#log);
        return this.#workers;
      },
      this.#deliveries,
      deadLetterSink(this.#deadLetters, id, Date.now, inputNames(this.#resolved)),
      this.#log,
      (input) => input === TICK_INPUT || state.inputs.has(input),
    );
    await this.#dispatcher.start();
    if (state.filters.length > 0) {
      this.#log.info("filters that keep state: their events go through one worker, in order", {
        filters: state.filters,
      });
      const { sink, ledger } = await checkpointedSink(this.#dispatcher, join(dataFolder, "made-by-time"), this.#log);
      this.#ledgers.push(ledger);
      this.#ticks = new Ticks(sink);
    }
    for (const pipeline of this.#resolved.pipelines)
      for (const input of pipeline.inputs) this.#inputs.push(await this.#startInput(pipeline, input, this.#dispatcher));
  }

  /** Resolves when all inputs have come to their end or `stop` was called, and everything is put away. */
  async run(): Promise<void> {
    const stop = new Promise<void>((resolve) => {
      this.#stopped = resolve;
    });
    await Promise.race([Promise.all(this.#inputs.map((input) => input.ended)), stop]);
    await this.#shutDown();
  }

  /** Stops reading, waits for deliveries as long as the options say, gives up the rest, which is read again at the next start. */
  stop(): void {
    this.#stopped?.();
  }

  async #shutDown(): Promise<void> {
    const timeout = this.#options.shutdownTimeoutMs;
    const giveUp = setTimeout(() => {
      this.#log.warn("not everything could be delivered in time; files and senders give the rest again", {
        batches: this.#dispatcher?.inFlight,
      });
      this.#deliveries?.abort();
      this.#deadLetters?.abort();
    }, timeout);
    await Promise.all(this.#inputs.map((input) => input.stop(timeout)));
    if (this.#ticks !== undefined) await atMost(timeout, this.#ticks.end());
    clearTimeout(giveUp);
    await this.close();
  }

  /** Ends everything at once; also what a failed start has left. */
  async close(): Promise<void> {
    this.#deliveries?.abort();
    this.#deadLetters?.abort();
    await this.#dispatcher?.stop();
    await this.#deliveries?.close();
    await this.#deadLetters?.close();
  }

  /** A plugin's name in ledgers: with its pipeline's where several run together. */
  #name(pipeline: ResolvedPipeline, plugin: string): string {
    return this.#resolved.pipelines.length === 1 ? plugin : `${pipeline.definition.id}/${plugin}`;
  }

  #host(pipeline: ResolvedPipeline, plugin: { readonly id: string; readonly ecs: PluginHost["ecs"] }): PluginHost {
    return {
      pluginId: plugin.id,
      pipelineId: pipeline.definition.id,
      ecs: plugin.ecs,
      log: this.#log,
      now: Date.now,
      random: Math.random,
    };
  }

  async #startInput(pipeline: ResolvedPipeline, input: ResolvedInput, dispatcher: Dispatcher): Promise<RunningInput> {
    // With the pipeline's id always, so that a second pipeline changes no place.
    const name = `${pipeline.definition.id}/${input.id}`.replaceAll(/[^\w.#-]/g, "_");
    const folder = join(this.#options.dataFolder, "inputs", name);
    let ledger = new Ledger();
    let sink = plainSink(dispatcher, ledger);
    if (input.plugin.keepsLedger !== true) ({ sink, ledger } = await checkpointedSink(dispatcher, folder, this.#log));
    this.#ledgers.push(ledger);
    const host: InputHost = {
      ...this.#host(pipeline, input),
      number: input.number,
      sink,
      dataFolder: folder,
      source: (fields) => ({ input: input.number, fileId: randomBytes(FILE_ID_BYTES), generation: 0, fields }),
      framer: () => input.codec.plugin.framer?.(input.codec.options, this.#host(pipeline, input)),
      framerOf: (name) => {
        const codec = findPlugin("codec", name);
        if (codec?.decoder === undefined) throw new RangeError(`there is no codec "${name}" that reads`);
        return codec.framer?.(defaultsOf(codec.options) as never, this.#host(pipeline, input));
      },
      joinLines: () => input.codec.plugin.joinLines?.(input.codec.options),
      ledger: {
        snapshot: () => ledger.snapshot(),
        restore: (stored) => ledger.restore(stored as LedgerSnapshot | undefined),
      },
    };
    return input.plugin.start(input.options, host);
  }
}
