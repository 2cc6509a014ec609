import { BufferPool } from "../../src/event/buffer-pool.ts";
import type { LumberjackNetwork } from "../../src/lumberjack/network.ts";
import { EventEncoder } from "../../src/shipper/events/event-encoder.ts";
import type { InputEvents } from "../../src/shipper/events/input-events.ts";
import { LogstashOutput } from "../../src/shipper/outputs/logstash-output.ts";
import { ShipSink } from "../../src/shipper/ship-sink.ts";
import type { TailInputOptions } from "../../src/tail/options.ts";
import { readRegistryExtra } from "../../src/tail/registry.ts";
import { Tail } from "../../src/tail/tail.ts";
import { Ledger, type LedgerSnapshot } from "../../src/telemetry/ledger.ts";
import { type SimulatedClock, type SimulatedFiles, SimulatedProcess } from "../tail/support/simulated-files.ts";
import { ProcessWorld } from "./host.ts";
import { PIPELINE_PORT } from "./pipeline-process.ts";

export const REGISTRY_FOLDER = "/data";
const WINDOW_EVENTS = 10;

const describe: TailInputOptions["describe"] = ({ path }) => [["[log][file][path]", path]];
const INPUTS: readonly TailInputOptions[] = [
  { number: 0, name: "plain", paths: ["/logs/app.log*", "/logs/copy.log*"], describe },
  {
    number: 1,
    name: "java",
    paths: ["/logs/java.log*"],
    describe,
    multiline: { type: "pattern", pattern: /^ /, timeoutMs: 700 },
  },
];

/** Records are messages, and nothing is done for each. */
const PLAIN: InputEvents = {
  fields: {},
  decode: undefined,
  steps: [],
  constant: [],
  hasOffsets: true,
  flags: 3,
  metadata: {},
};

/** One run of the shipper: the parts as src/shipper/shipper.ts puts them together, on a simulated host. */
export class ShipperProcess {
  readonly disk: SimulatedProcess;
  readonly world: ProcessWorld;
  readonly ledger: Ledger = new Ledger();
  readonly #tailOptions: { readonly inputs: readonly TailInputOptions[]; readonly harvesterLimit: number };
  readonly #tell: (line: string) => void;
  readonly #random: () => number;
  #tail: Tail | undefined;
  #sink: ShipSink | undefined;
  #sender: LogstashOutput | undefined;

  constructor(
    files: SimulatedFiles,
    clock: SimulatedClock,
    network: LumberjackNetwork,
    random: () => number,
    tell: (line: string) => void,
    tail: { readonly inputs?: readonly TailInputOptions[]; readonly harvesterLimit?: number } = {},
  ) {
    this.#tailOptions = { inputs: INPUTS, harvesterLimit: 1 + Math.floor(random() * 8), ...tail };
    this.#tell = tell;
    this.#random = random;
    this.world = new ProcessWorld(clock, network);
    this.disk = new SimulatedProcess(
      files,
      clock,
      (bytes) => Uint8Array.from({ length: bytes }, () => random() * 256),
      () => false,
    );
    this.#glob = (patterns) =>
      this.disk.operation(() =>
        [...files.names.keys()].filter((name) => patterns.some((pattern) => name.startsWith(pattern.slice(0, -1)))),
      );
  }

  readonly #glob: (patterns: readonly string[]) => Promise<string[]>;

  async start(): Promise<void> {
    const log = { info: this.#tell, warn: this.#tell, error: this.#tell };
    const environment = { ...this.disk.environment(), glob: this.#glob, log };
    this.ledger.restore((await readRegistryExtra(REGISTRY_FOLDER, environment)) as LedgerSnapshot | undefined);
    this.#sender = new LogstashOutput({
      hosts: [{ host: "pipeline", port: PIPELINE_PORT }],
      pipelining: 2,
      compressionLevel: 0,
      backoffMaxMs: 5000,
      random: this.#random,
      clock: this.world.clock,
      network: this.world.network,
    });
    const encoder = new EventEncoder(
      { host: { name: "simulated" } },
      this.#tailOptions.inputs.map(() => PLAIN),
      "0.0.0",
    );
    const pool = new BufferPool({ batchBytes: 4096, batchRecords: 24, totalBytes: 5 * 4096 });
    const sink = new ShipSink(encoder, this.#sender, this.ledger, WINDOW_EVENTS, environment.clock.now, pool);
    this.#sink = sink;
    this.#tail = new Tail(
      {
        ...this.#tailOptions,
        registryFolder: REGISTRY_FOLDER,
        bufferSize: 4096,
        lingerMs: 20,
        scanMs: 1500,
        pollMs: 400,
        pollMaxMs: 1500,
        flushMs: 500,
        extra: () => this.ledger.snapshot(),
      },
      sink,
      environment,
    );
    await this.#tail.start();
  }

  /** Everything that it knows of is read and acknowledged. */
  idle(): boolean {
    const tail = this.#tail;
    if (tail === undefined || this.#sink?.idle !== true) return false;
    // The size of content that is no longer in its place is only what it was when somebody looked last.
    return tail.status().every(({ acknowledged, read, size, past }) => acknowledged === read && (past || read >= size));
  }

  /** Bytes that were read and are not acknowledged. */
  get unacknowledged(): number {
    const status = this.#tail?.status() ?? [];
    return status.reduce((sum, { acknowledged, read }) => sum + read - acknowledged, 0);
  }

  /** Acknowledged, read, and size of files, and what is under way. For people who look into a failure. */
  describe(): string {
    const status = this.#tail?.status() ?? [];
    return status
      .map((file) => `${file.path} ${file.acknowledged}/${file.read}/${file.size}${file.past ? " past" : ""}`)
      .concat(`idle: ${this.#sink?.idle}`)
      .join(", ");
  }

  async stop(timeoutMs: number): Promise<void> {
    await this.#tail?.stop({ drain: true, timeoutMs });
    await this.#sender?.close();
  }

  die(): void {
    this.disk.die();
    this.world.die();
  }
}
