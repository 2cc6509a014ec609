import { BulkSender } from "../../src/elastic/bulk-sender.ts";
import type { BulkConnection } from "../../src/elastic/bulk-types.ts";
import { BufferPool } from "../../src/event/buffer-pool.ts";
import { RECORD_LENGTH, RECORD_START, RECORD_WORDS, type RecordBatch } from "../../src/event/record-batch.ts";
import type { LumberjackNetwork } from "../../src/lumberjack/network.ts";
import { LumberjackServer } from "../../src/lumberjack/server.ts";
import { compileWorkerProgram } from "../../src/pipeline/compile/worker-program.ts";
import { receiveBlocks } from "../../src/pipeline/inputs/beats-blocks.ts";
import { PersistentQueue } from "../../src/pipeline/queue/persistent-queue.ts";
import { DEFAULT_QUEUE_SETTINGS } from "../../src/pipeline/queue/queue-settings.ts";
import { deadLetterSink } from "../../src/pipeline/run/dead-letters.ts";
import { Deliveries } from "../../src/pipeline/run/deliveries.ts";
import { Dispatcher } from "../../src/pipeline/run/dispatcher.ts";
import { checkpointedSink } from "../../src/pipeline/run/input-ledger.ts";
import type { WorkMessage } from "../../src/pipeline/run/messages.ts";
import type { WorkerProgram } from "../../src/pipeline/run/worker-program.ts";
import { DeadLetterStore } from "../../src/segments/dead-letter-store.ts";
import { BatchFiller } from "../../src/sources/batch-filler.ts";
import type { Ledger } from "../../src/telemetry/ledger.ts";
import { type SimulatedClock, type SimulatedFiles, SimulatedProcess } from "../tail/support/simulated-files.ts";
import { ProcessWorld } from "./host.ts";
import { InProcessWorkers } from "./in-process-workers.ts";
import { checkpointFiles, segmentFiles } from "./pipeline-disk.ts";

export const PIPELINE_PORT = 5044;
export const LEDGER_FOLDER = "/ledger";
export const QUEUE_FOLDER = "/queue";
/** Name of the input. */
export const BEATS = "simulation_beats";
export const DEAD_LETTER_FOLDER = "/dead-letters";
export const DATA_STREAM = "logs-generic-default";
const CONFIG = `input { beats { port => ${PIPELINE_PORT} } }
filter { if [message] =~ /^event \\d+ dropped/ { drop { } } else { mutate { add_field => { "seen" => "%{[log][file][path]}" } } } }
output { elasticsearch { } }`;

const silent = { info: () => undefined, warn: () => undefined, error: () => undefined };

export function compileProgram(): WorkerProgram {
  return compileWorkerProgram(
    [{ id: "simulation", sources: [{ name: "simulation.conf", text: CONFIG }], ecs: "v8", supportEscapes: false }],
    { log: silent, now: () => 0, random: () => 0.5 },
  );
}

export interface PipelineSurroundings {
  readonly files: SimulatedFiles;
  readonly clock: SimulatedClock;
  readonly network: LumberjackNetwork;
  readonly elasticsearch: BulkConnection;
  readonly random: () => number;
  readonly program: WorkerProgram;
  readonly deathRate: () => number;
  /** With a queue on disk before the filters. */
  readonly queued: boolean;
}

/** One run of the pipeline: the parts as src/pipeline/run/pipeline.ts puts them together, on a simulated host, with workers in this thread. */
export class PipelineProcess {
  readonly disk: SimulatedProcess;
  readonly world: ProcessWorld;
  ledger: Ledger | undefined;
  workers: InProcessWorkers | undefined;
  readonly #of: PipelineSurroundings;
  #dispatcher: Dispatcher | undefined;
  #server: LumberjackServer | undefined;
  readonly #closers: (() => Promise<void>)[] = [];

  constructor(of: PipelineSurroundings) {
    this.#of = of;
    this.world = new ProcessWorld(of.clock, of.network);
    this.disk = new SimulatedProcess(
      of.files,
      of.clock,
      () => new Uint8Array(),
      () => false,
    );
  }

  async start(): Promise<void> {
    const { clock, random, program, deathRate, elasticsearch } = this.#of;
    const { world } = this;
    const now = (): number => clock.now();
    const deadLetters = await openDeadLetters(this.disk, this.#of.files);
    const sender = new BulkSender(
      { ownIds: true, requireDataStream: true, maxBytes: 5000, backoffMs: 200, maxBackoffMs: 5000 },
      { connection: world.bulkConnection(elasticsearch), clock: world.bulkClock, random, log: silent },
    );
    const deliverer = {
      deliver: (...given: Parameters<BulkSender["send"]>) => sender.send(...given),
      close: () => sender.close(),
    };
    const deliveries = new Deliveries([{ id: "elasticsearch#1", deliverer }], random() < 0.3);
    const stock: RecordBatch[] = [];
    // Small ones, so that a window's events come to lie in several.
    const pool = new BufferPool(
      { batchBytes: 4096, batchRecords: 2 + Math.floor(random() * 12), totalBytes: 8 * 4096 },
      stock,
    );
    const dispatcher = new Dispatcher(
      pool,
      (events) => {
        this.workers = new InProcessWorkers(program, events, world, random, deathRate, holdsKiller);
        return this.workers;
      },
      deliveries,
      deadLetterSink(deadLetters, "simulation", now),
      silent,
    );
    this.#dispatcher = dispatcher;
    await dispatcher.start();
    const queue = this.#of.queued ? await this.#openQueue(dispatcher, pool, stock) : undefined;
    queue?.start();
    const { sink, ledger } =
      queue === undefined
        ? await checkpointedSink(dispatcher, LEDGER_FOLDER, silent, checkpointFiles(this.disk))
        : { sink: queue.sink(BEATS), ledger: queue.ledger(BEATS) };
    this.ledger = ledger;
    const filler = new BatchFiller(sink, now, (ms, action) => world.clock.after(ms, action));
    const server = new LumberjackServer({
      host: "pipeline",
      port: PIPELINE_PORT,
      clock: world.clock,
      network: world.network,
      limits: { arenaBytes: 2048, maxBlockEvents: 7, maxConnectionBytes: 8192 },
      onEvents: receiveBlocks(filler, () => ({
        input: 0,
        fileId: Uint8Array.from({ length: 12 }, () => random() * 256),
        generation: 0,
        fields: [],
      })),
    });
    this.#server = server;
    await server.listen();
    this.#closers.push(
      () => {
        filler.flush();
        return server.close(3000);
      },
      () => queue?.drained() ?? Promise.resolve(),
      () => {
        deliveries.abort();
        return dispatcher.stop();
      },
      () => queue?.close() ?? Promise.resolve(),
      () => deliveries.close(),
      () => deadLetters.close(),
    );
  }

  #openQueue(dispatcher: Dispatcher, pool: BufferPool, stock: RecordBatch[]): Promise<PersistentQueue> {
    return PersistentQueue.open({
      folder: QUEUE_FOLDER,
      settings: { ...DEFAULT_QUEUE_SETTINGS, pageCapacity: 6000, maxBytes: 40_000 },
      log: silent,
      intakeLimits: pool.limits,
      stock,
      deliveryPool: pool,
      numberOf: () => 0,
      handOn: (batch, _input, ledger, acknowledged) =>
        dispatcher.submit(batch, (counts) => {
          ledger.add(counts);
          acknowledged();
        }),
      files: segmentFiles(this.disk, this.#of.files),
      checkpointFiles: checkpointFiles(this.disk),
      clock: { now: () => this.#of.clock.now(), after: (ms, action) => this.world.clock.after(ms, action) },
    });
  }

  /** For people who look into a failure. */
  describe(): string {
    return `batches in flight: ${this.#dispatcher?.inFlight}, connections: ${this.#server?.connections}`;
  }

  async stop(): Promise<void> {
    for (const close of this.#closers) await close();
  }

  die(): void {
    this.disk.die();
    this.world.die();
  }
}

export function openDeadLetters(disk: SimulatedProcess, files: SimulatedFiles): Promise<DeadLetterStore> {
  return DeadLetterStore.open(DEAD_LETTER_FOLDER, { segmentBytes: 3000, files: segmentFiles(disk, files) });
}

function holdsKiller(work: WorkMessage): boolean {
  const table = new Int32Array(work.table);
  const bytes = Buffer.from(work.data);
  for (let i = work.from; i < work.to; i++) {
    const start = table[i * RECORD_WORDS + RECORD_START] as number;
    const record = bytes.toString("latin1", start, start + (table[i * RECORD_WORDS + RECORD_LENGTH] as number));
    if (/"event \d+ killer/.test(record)) return true;
  }
  return false;
}
