import assert from "node:assert/strict";
import { CHECKPOINT_NAME, type QueueCheckpoint } from "../../src/pipeline/queue/queue-checkpoint.ts";
import { imbalance, Ledger, type LedgerSnapshot } from "../../src/telemetry/ledger.ts";
import { SimulatedNetwork } from "../lumberjack/simulated-network.ts";
import {
  ElasticsearchModel,
  ITEM_FAULTS,
  type ItemFault,
  type ModelOptions,
  REQUEST_FAULTS,
  type RequestFault,
  seeded,
} from "../support/elasticsearch-model.ts";
import { SimulatedClock, SimulatedFiles, SimulatedProcess } from "../tail/support/simulated-files.ts";
import { type Arrivals, checkArrivals } from "./arrivals.ts";
import { LogWriters } from "./log-writers.ts";
import {
  BEATS,
  compileProgram,
  DATA_STREAM,
  DEAD_LETTER_FOLDER,
  LEDGER_FOLDER,
  openDeadLetters,
  PipelineProcess,
  QUEUE_FOLDER,
} from "./pipeline-process.ts";
import { REGISTRY_FOLDER, ShipperProcess } from "./shipper-process.ts";

const ACTIONS = 70;
const MAX_REQUEST_BYTES = 7000;
/** After the faults have ended, everything must have arrived after so long: the latest answers are those of requests that hang. */
const DRAIN_MS = 60 * 60 * 1000;
const program = compileProgram();

/** What a run was like; two runs of a seed have the same. */
export interface Outcome {
  readonly events: number;
  readonly shipperDeaths: number;
  readonly pipelineDeaths: number;
  readonly workerDeaths: number;
  readonly requests: number;
  /** Operations that came in beyond one for each event: resends. */
  readonly operations: number;
  readonly simulatedMs: number;
  readonly steps: number;
}

/** Shipper, pipeline and Elasticsearch, their disks and the network between them, in simulated time. */
export class Simulation {
  /** What happened and when, for people who look into a failure. */
  readonly story: string[] = [];
  readonly #random: () => number;
  readonly #clock = new SimulatedClock();
  readonly #network: SimulatedNetwork;
  readonly #shipperFiles: SimulatedFiles;
  readonly #pipelineFiles: SimulatedFiles;
  readonly #writers: LogWriters;
  readonly #faults: Partial<Record<RequestFault | ItemFault, number>> = {};
  readonly #model: ElasticsearchModel;
  readonly #failureStore: boolean;
  #deathRate: number;
  #shipper: ShipperProcess | undefined;
  #pipeline: PipelineProcess | undefined;
  #workerDeaths = 0;
  #shipperDeaths = 0;
  #pipelineDeaths = 0;
  #steps = 0;
  #failure: unknown;
  readonly #queued: boolean;

  /** `queued`: the pipeline has a persistent queue. */
  constructor(seed: number, queued = false) {
    this.#queued = queued;
    this.#random = seeded(seed);
    const random = this.#random;
    const clock = this.#clock;
    this.#network = new SimulatedNetwork(
      {
        now: () => clock.exact(),
        after: (ms, action) => {
          const timer = clock.setTimeout(action, ms);
          return () => clock.clearTimeout(timer);
        },
      },
      random,
    );
    this.#shipperFiles = new SimulatedFiles(clock, random() < 0.5, random() < 0.5);
    this.#pipelineFiles = new SimulatedFiles(clock, true, true);
    this.#writers = new LogWriters(this.#shipperFiles, random, (line) => this.#tell(line));
    this.#failureStore = random() < 0.2;
    const severity = random() * 0.08;
    // 413 at random would be the fate of documents that have done nothing; large requests meet it for certain.
    for (const fault of REQUEST_FAULTS) if (fault !== "status 413") this.#faults[fault] = random() * severity;
    for (const fault of ITEM_FAULTS) this.#faults[fault] = random() * severity;
    this.#deathRate = random() < 0.5 ? 0 : random() * 0.2;
    const options: ModelOptions = {
      seed: Math.floor(random() * 2 ** 32),
      dataStreams: [DATA_STREAM],
      failureStore: this.#failureStore,
      refuses: (source) => (/^event \d+ poison/.test(String(source["message"])) ? "it is poison" : undefined),
      faults: this.#faults,
      maxRequestBytes: MAX_REQUEST_BYTES,
      sleep: (ms) => new Promise((resolve) => clock.setTimeout(() => resolve(), ms)),
    };
    this.#model = new ElasticsearchModel(options);
  }

  async run(): Promise<Outcome> {
    for (let i = 0; i < ACTIONS; i++) await this.#act();
    await this.#drain();
    await this.#check();
    return {
      events: this.#writers.written.size,
      shipperDeaths: this.#shipperDeaths,
      pipelineDeaths: this.#pipelineDeaths,
      workerDeaths: this.#workerDeaths,
      requests: this.#model.requests,
      operations: this.#model.operations,
      simulatedMs: this.#clock.now(),
      steps: this.#steps,
    };
  }

  #tell(line: string): void {
    this.story.push(`${this.#clock.now()} ${line}`);
  }

  async #act(): Promise<void> {
    const choice = this.#random();
    if (choice < 0.4) this.#writers.write();
    else if (choice < 0.46) this.#writers.rename();
    else if (choice < 0.5) await this.#copytruncate();
    else if (choice < 0.6) this.#endShipper();
    else if (choice < 0.66) this.#endPipeline();
    else if (choice < 0.68) this.#stopShipper();
    else if (choice < 0.7) this.#stopPipeline();
    // Down for a while, or started again at once.
    if (this.#random() < 0.5) this.#startPipeline();
    if (this.#random() < 0.5) this.#startShipper();
    await this.#pass(this.#random() ** 4 * 8000);
  }

  /** What is written between copy and truncation would be lost to everybody: nobody writes then. */
  async #copytruncate(): Promise<void> {
    this.#writers.copyOrTruncate();
    await this.#pass(this.#random() * 100);
    if (this.#random() < 0.2) this.#endShipper();
    if (this.#random() < 0.2) this.#startShipper();
    await this.#pass(this.#random() * 100);
    this.#writers.copyOrTruncate();
  }

  /** Lets time pass, with all that happens in it: processes' file operations, and timers. */
  async #pass(ms: number): Promise<void> {
    const limit = this.#clock.now() + ms;
    for (;;) {
      await new Promise((resolve) => setImmediate(resolve));
      if (this.#failure !== undefined) throw this.#failure;
      this.#steps++;
      const disks = [this.#shipper?.disk, this.#pipeline?.disk];
      if (this.#random() < 0.5) disks.reverse();
      // Mostly disks are quicker than anything else.
      if (this.#random() < 0.9 && (disks[0]?.step() || disks[1]?.step())) continue;
      if (this.#clock.advance(limit)) continue;
      if (!(disks[0]?.step() || disks[1]?.step())) return;
    }
  }

  #startShipper(): void {
    if (this.#shipper !== undefined) return;
    const shipper = new ShipperProcess(this.#shipperFiles, this.#clock, this.#network, this.#random, (line) =>
      this.#tell(line),
    );
    this.#shipper = shipper;
    this.#tell("shipper starts");
    this.#watch(shipper.start(), shipper.world);
  }

  #startPipeline(): void {
    if (this.#pipeline !== undefined) return;
    const shipped = this.#shipper?.ledger.snapshot().totals.delivered ?? 0;
    const stored = this.#storedLedger();
    // With a queue events are acknowledged when they are in it, and counted when they have left it.
    if (!this.#queued)
      assert.ok(shipped <= (stored?.totals.read ?? 0), "the pipeline's disk knows less than it has acknowledged");
    const pipeline = new PipelineProcess({
      files: this.#pipelineFiles,
      clock: this.#clock,
      network: this.#network,
      elasticsearch: this.#model.connection(),
      random: this.#random,
      program,
      deathRate: () => this.#deathRate,
      queued: this.#queued,
    });
    this.#pipeline = pipeline;
    this.#tell("pipeline starts");
    this.#watch(pipeline.start(), pipeline.world);
  }

  #endShipper(): void {
    if (this.#shipper === undefined) return;
    assert.equal(imbalance(this.#shipper.ledger.snapshot()), 0, "the shipper's ledger does not balance");
    this.#shipper.die();
    this.#shipper = undefined;
    this.#shipperDeaths++;
    const power = this.#random() < 0.5;
    if (power) this.#shipperFiles.losePower(REGISTRY_FOLDER);
    this.#tell(`shipper ends${power ? ", power lost" : ""}`);
  }

  #endPipeline(): void {
    const pipeline = this.#pipeline;
    if (pipeline === undefined) return;
    if (pipeline.ledger !== undefined) {
      assert.equal(imbalance(pipeline.ledger.snapshot()), 0, "the pipeline's ledger does not balance");
    }
    pipeline.die();
    this.#workerDeaths += pipeline.workers?.deaths ?? 0;
    this.#pipeline = undefined;
    this.#pipelineDeaths++;
    const power = this.#random() < 0.5;
    this.#tell(`pipeline ends${power ? ", power lost" : ""}`);
    if (power) {
      this.#pipelineFiles.losePower(LEDGER_FOLDER);
      this.#pipelineFiles.losePower(QUEUE_FOLDER);
      this.#pipelineFiles.losePower(DEAD_LETTER_FOLDER);
    }
  }

  #stopShipper(): void {
    const shipper = this.#shipper;
    if (shipper === undefined) return;
    this.#tell("shipper is stopped");
    const stopped = shipper.stop(this.#random() * 5000).then(() => {
      if (this.#shipper === shipper) this.#endShipper();
    });
    this.#watch(stopped, shipper.world);
  }

  #stopPipeline(): void {
    const pipeline = this.#pipeline;
    if (pipeline === undefined) return;
    this.#tell("pipeline is stopped");
    const stopped = pipeline.stop().then(() => {
      if (this.#pipeline === pipeline) this.#endPipeline();
    });
    this.#watch(stopped, pipeline.world);
  }

  /** A rejection of a process that lives is a failure of the run. */
  #watch(work: Promise<void>, world: { readonly dead: boolean }): void {
    work.catch((error: unknown) => {
      if (!world.dead) this.#failure ??= error;
    });
  }

  async #drain(): Promise<void> {
    this.#writers.finish();
    this.#tell("the faults end");
    for (const fault of Object.keys(this.#faults)) delete this.#faults[fault as RequestFault];
    this.#network.calm = true;
    this.#deathRate = 0;
    const limit = this.#clock.now() + DRAIN_MS;
    do {
      if (this.#clock.now() >= limit) this.#tell(`${this.#shipper?.describe()}; ${this.#pipeline?.describe()}`);
      assert.ok(this.#clock.now() < limit, "an hour after the last fault there are events that have not arrived");
      this.#startPipeline();
      this.#startShipper();
      await this.#pass(5000);
    } while (this.#shipper?.idle() !== true);
    this.#tell(this.#shipper.describe());
    await this.#during((this.#shipper as ShipperProcess).stop(10_000));
    await this.#during((this.#pipeline as PipelineProcess).stop());
  }

  async #during<T>(work: Promise<T>): Promise<T> {
    let done = false;
    const watched = work.finally(() => {
      done = true;
    });
    watched.catch(() => undefined);
    for (let i = 0; !done; i++) {
      assert.ok(i < 10_000, "it does not come to its end");
      await this.#pass(10);
    }
    return watched;
  }

  async #check(): Promise<void> {
    const shipped = (this.#shipper as ShipperProcess).ledger.snapshot();
    this.#endShipper();
    this.#endPipeline();
    const disk = new SimulatedProcess(
      this.#pipelineFiles,
      this.#clock,
      () => new Uint8Array(),
      () => false,
    );
    this.#pipeline = { disk } as PipelineProcess;
    const store = await this.#during(openDeadLetters(disk, this.#pipelineFiles));
    const deadLetters: Arrivals["deadLetters"] = [];
    await this.#during(
      (async () => {
        for await (const letter of store.entries()) deadLetters.push(letter);
      })(),
    );
    const stored = this.#storedLedger();
    assert.ok(stored !== undefined, "no ledger of the pipeline's");
    checkArrivals(this.#writers.written, {
      documents: [...this.#model.documents.of(DATA_STREAM).values()],
      failures: this.#failureStore ? this.#model.documents.failures : undefined,
      deadLetters,
      shipped,
      processed: stored,
    });
  }

  #storedLedger(): LedgerSnapshot | undefined {
    const path = this.#queued ? `${QUEUE_FOLDER}/${CHECKPOINT_NAME}` : `${LEDGER_FOLDER}/ledger.json`;
    if (!this.#pipelineFiles.exists(path)) return undefined;
    const parsed = JSON.parse(this.#pipelineFiles.inode(path).data.toString()) as LedgerSnapshot & QueueCheckpoint;
    const stored = this.#queued ? (parsed.ledgers[BEATS] ?? new Ledger().snapshot()) : parsed;
    assert.equal(imbalance(stored), 0, "the pipeline's stored ledger does not balance");
    return stored;
  }
}
