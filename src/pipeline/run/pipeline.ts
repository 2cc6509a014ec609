import { randomBytes } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import type { Worker } from "node:worker_threads";
import { BufferPool, type BufferPoolLimits, DEFAULT_POOL_LIMITS } from "../../event/buffer-pool.ts";
import { FILE_ID_BYTES } from "../../event/identity.ts";
import type { RecordBatch } from "../../event/record-batch.ts";
import { defaultsOf } from "../../plugin/check-options.ts";
import type { InputHost, Logger, PluginHost, RunningInput } from "../../plugin/definitions.ts";
import { atMost } from "../../sources/batch-filler.ts";
import type { Figures } from "../../telemetry/figures.ts";
import { Ledger, type LedgerSnapshot, sumOf } from "../../telemetry/ledger.ts";
import type { PipelineDefinition } from "../compile/definition.ts";
import type { ResolvedGroup } from "../compile/resolve-group.ts";
import type { ResolvedInput, ResolvedPipeline } from "../compile/resolved.ts";
import { stateOf } from "../compile/state.ts";
import { DeadLetterKeeper, type KeeperCounts, realKeeperSurroundings } from "../dead-letters/keeper.ts";
import { DEFAULT_DEAD_LETTER_SETTINGS, type DeadLetterSettings, lettersFolder } from "../dead-letters/settings.ts";
import { findPlugin } from "../plugins.ts";
import { DEFAULT_QUEUE_SETTINGS } from "../queue/queue-settings.ts";
import { collectFigures } from "./collect-figures.ts";
import { deadLetterSink, inputNames } from "./dead-letters.ts";
import { Deliveries } from "./deliveries.ts";
import { type DeadLetterSink, Dispatcher } from "./dispatcher.ts";
import { checkpointedSink, plainSink } from "./input-ledger.ts";
import { IsolatedOutput } from "./isolated-output.ts";
import { deliveryLimits, type PipelineQueue, Queues, queuesWithInputs } from "./queues.ts";
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
  /** Queues on disk, by the id of the pipeline whose inputs write to it. */
  readonly queues?: ReadonlyMap<string, PipelineQueue>;
  /** Outputs hold up nobody but themselves; each keeps so many bytes on disk at most. */
  readonly isolation?: { readonly maxBytes: number } | undefined;
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
  #queues: Queues | undefined;
  readonly #ledgers: Ledger[] = [];
  #deadLetters: DeadLetterKeeper | undefined;
  #stopped: (() => void) | undefined;
  #phase: Figures["phase"] = "starting";

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
    const ledgers = [...this.#ledgers, ...(this.#queues?.ledgers ?? [])].map((ledger) => ledger.snapshot());
    const isolated = this.#deliveries?.isolated.map((output) => output.ledger()) ?? [];
    return sumOf([...ledgers, ...isolated]);
  }

  /** Dead letters kept and dropped; undefined before the start. */
  deadLetters(): KeeperCounts | undefined {
    return this.#deadLetters?.counts();
  }

  /** Bytes that inputs have before them and that are not acknowledged; batches on their way besides; events in queues on disk, before filters and before outputs. */
  lag(): { readonly bytes: number; readonly batches: number; readonly queued: number; readonly held: number } {
    const bytes = this.#inputs.reduce((sum, input) => sum + (input.lag?.() ?? 0), 0);
    return { bytes, batches: this.#dispatcher?.inFlight ?? 0, queued: this.#queues?.events ?? 0, held: this.#held };
  }

  /** Events in the queues of isolated outputs. */
  get #held(): number {
    return this.#deliveries?.isolated.reduce((sum, output) => sum + output.held, 0) ?? 0;
  }

  /** What it counts, as it is now; also before the start and during the stop. */
  figures(): Figures {
    return collectFigures({
      phase: this.#phase,
      resolved: this.#resolved,
      workers: { wanted: this.#options.workers, alive: this.threads.length, died: this.#workers?.died ?? 0 },
      running: this.#inputs,
      dispatcher: this.#dispatcher,
      deliveries: this.#deliveries,
      queues: this.#queues,
      deadLetters: this.#deadLetters,
      letters: this.#options.deadLetters ?? DEFAULT_DEAD_LETTER_SETTINGS,
      ledger: this.ledger(),
    });
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
    const queues = queuesWithInputs(this.#options.queues, this.#resolved);
    const limits: BufferPoolLimits = { ...DEFAULT_POOL_LIMITS, batchRecords: batchSize, totalBytes };
    const stock: RecordBatch[] = [];
    const pool = new BufferPool(deliveryLimits(limits, queues.size), stock);
    const deadLetters = deadLetterSink(this.#deadLetters, id, Date.now, inputNames(this.#resolved));
    for (const output of outputs) await this.#isolate(this.#deliveries, output, deadLetters);
    this.#dispatcher = new Dispatcher(
      pool,
      (events) => {
        this.#workers = new WorkerPool({ workers, definitions, heapMegabytes: workerHeapMegabytes }, events, this.#log);
        return this.#workers;
      },
      this.#deliveries,
      deadLetters,
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
    const inputs = new Map(
      this.#resolved.pipelines.flatMap((pipeline) =>
        pipeline.inputs.map((input) => [inputName(pipeline, input), input.number] as const),
      ),
    );
    const parts = { queues, dispatcher: this.#dispatcher, pool, stock, deadLetters, inputs, log: this.#log };
    this.#queues = new Queues(parts);
    await this.#queues.open();
    this.#queues.start();
    for (const pipeline of this.#resolved.pipelines)
      for (const input of pipeline.inputs) this.#inputs.push(await this.#startInput(pipeline, input, this.#dispatcher));
  }

  /** Resolves when all inputs have come to their end or `stop` was called, and everything is put away. */
  async run(): Promise<void> {
    this.#phase = "running";
    let stopped = false;
    const stop = new Promise<void>((resolve) => {
      this.#stopped = () => {
        stopped = true;
        resolve();
      };
    });
    await Promise.race([Promise.all(this.#inputs.map((input) => input.ended)), stop]);
    // Inputs that came to their end: what is in the queue is the rest of the work, not something to leave for another time.
    if (!stopped) await Promise.race([this.#queues?.drained(true), stop]);
    await this.#shutDown(stopped);
  }

  /** Stops reading, waits for deliveries as long as the options say, gives up the rest, which is read again at the next start. */
  stop(): void {
    this.#stopped?.();
  }

  async #shutDown(stopped: boolean): Promise<void> {
    this.#phase = "stopping";
    const timeout = this.#options.shutdownTimeoutMs;
    await this.#queues?.stopFeeding(false);
    const stopping = Promise.all(this.#inputs.map((input) => input.stop(timeout)));
    if (this.#queues?.drains === true) {
      await stopping;
      await this.#queues.drained(false);
    }
    let giveUpNow: () => void = () => undefined;
    const givenUp = new Promise<void>((resolve) => {
      giveUpNow = resolve;
    });
    const giveUp = setTimeout(() => {
      this.#log.warn("not everything could be delivered in time; files, senders and queues give the rest again", {
        batches: this.#dispatcher?.inFlight,
      });
      this.#deliveries?.abort();
      giveUpNow();
      this.#deadLetters?.abort();
    }, timeout);
    await stopping;
    if (this.#ticks !== undefined) await atMost(timeout, this.#ticks.end());
    if (this.#queues?.size !== 0)
      await Promise.race([Promise.all([this.#dispatcher?.drained(), this.#queues?.buried()]), givenUp]);
    if (!stopped && this.#held > 0)
      await Promise.race([Promise.all(this.#deliveries?.isolated.map((output) => output.drained()) ?? []), givenUp]);
    clearTimeout(giveUp);
    await this.close();
  }

  /** Ends everything at once; also what a failed start has left. */
  async close(): Promise<void> {
    this.#deliveries?.abort();
    this.#deadLetters?.abort();
    await this.#dispatcher?.stop();
    await this.#queues?.close();
    await this.#deliveries?.close();
    await this.#deadLetters?.close();
  }

  async #isolate(
    deliveries: Deliveries,
    { id, number }: { readonly id: string; readonly number: number },
    deadLetters: DeadLetterSink,
  ): Promise<void> {
    const { isolation, dataFolder } = this.#options;
    const folder = join(dataFolder, "outputs", id.replaceAll(/[^\w.#-]/g, "_"));
    if (isolation === undefined && !existsSync(folder)) return;
    const { maxBytes } = isolation ?? DEFAULT_QUEUE_SETTINGS;
    const inputs = inputNames(this.#resolved);
    await deliveries.isolate(number, async (deliver) => {
      const output = await IsolatedOutput.open({ id, folder, maxBytes, deliver, deadLetters, inputs, log: this.#log });
      // What an earlier run has left is delivered also when outputs are isolated no more.
      if (isolation !== undefined || output.held > 0) return output;
      await output.close();
      return undefined;
    });
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
    const name = inputName(pipeline, input);
    const folder = join(this.#options.dataFolder, "inputs", name);
    let ledger = new Ledger();
    let sink = plainSink(dispatcher, ledger);
    if (input.plugin.keepsLedger !== true) ({ sink, ledger } = await checkpointedSink(dispatcher, folder, this.#log));
    // What it has counted without a queue stays as it is.
    this.#ledgers.push(ledger);
    const queue = this.#queues?.of(pipeline.definition.id);
    if (queue !== undefined) sink = queue.sink(name);
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

/** Name of an input in the data folder: with the pipeline's id always, so that a second pipeline changes no place. */
function inputName(pipeline: ResolvedPipeline, input: ResolvedInput): string {
  return `${pipeline.definition.id}/${input.id}`.replaceAll(/[^\w.#-]/g, "_");
}
