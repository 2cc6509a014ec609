import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PassThrough } from "node:stream";
import { DiagnosticCollector } from "../../../src/diagnostics/diagnostic.ts";
import { BufferPool, type BufferPoolLimits } from "../../../src/event/buffer-pool.ts";
import type { InputConfig } from "../../../src/shipper/config/config.ts";
import { readShipperConfig } from "../../../src/shipper/config/read-config.ts";
import { EventEncoder } from "../../../src/shipper/events/event-encoder.ts";
import { eventsOfInputs, inputFolder, openInput } from "../../../src/shipper/inputs/open-input.ts";
import type { InputEnvironment, ShipperInputRun } from "../../../src/shipper/inputs/shipper-input.ts";
import type { WindowOutcome, WindowSender } from "../../../src/shipper/outputs/window-sender.ts";
import { ShipSink } from "../../../src/shipper/ship-sink.ts";
import { Ledger, type LedgerSnapshot } from "../../../src/telemetry/ledger.ts";
import { textsOf } from "../windows.ts";

type OtherInput = Exclude<InputConfig, { kind: "file" }>;

export interface Said {
  readonly level: "info" | "warn" | "error";
  readonly message: string;
  readonly details: Readonly<Record<string, unknown>>;
}

/** An event as it would be sent. */
export type SentEvent = Record<string, unknown> & { readonly "@metadata": Readonly<Record<string, unknown>> };

const SMALL_POOL: BufferPoolLimits = { batchBytes: 64 * 1024, batchRecords: 64, totalBytes: 1 << 20 };

/** An input with what the shipper puts around it: its configuration read from YAML, its encoder, its sink and ledger; a test decides when events have arrived. */
export class InputRig {
  readonly events: SentEvent[] = [];
  readonly said: Said[] = [];
  readonly folder: string = mkdtempSync(join(tmpdir(), "antler-input-"));
  readonly stdin: PassThrough = new PassThrough();
  /** False: windows wait for `acknowledge`. */
  acknowledges = true;
  pool: BufferPoolLimits = SMALL_POOL;
  ledger: Ledger = new Ledger();
  readonly #waiting: (() => void)[] = [];
  readonly #runs: ShipperInputRun[] = [];

  /** The input that `yaml` sets up, as the shipper's configuration reads it. */
  config(yaml: string): OtherInput {
    const found = new DiagnosticCollector();
    const text = `filebeat.inputs:\n- ${yaml.trim().replaceAll("\n", "\n  ")}\noutput.console: {}\n`;
    const config = readShipperConfig({ name: "ship.yml", text }, found, () => []);
    assert.deepEqual(
      found.sorted().map(({ message }) => message),
      [],
    );
    const input = config.inputs[0];
    assert.ok(input !== undefined && input.kind !== "file");
    return input;
  }

  async open(yaml: string): Promise<ShipperInputRun> {
    const input = this.config(yaml);
    return this.openWith(input, (environment) => openInput(input, environment));
  }

  async openWith(
    input: OtherInput,
    open: (environment: InputEnvironment) => Promise<ShipperInputRun>,
  ): Promise<ShipperInputRun> {
    const events = await eventsOfInputs({ inputs: [input], processors: [] } as never, Date.now);
    this.ledger = new Ledger();
    const encoder = new EventEncoder({}, events, "1.0.0");
    const sink = new ShipSink(encoder, this.#sender(), this.ledger, 1000, Date.now, new BufferPool(this.pool));
    const say =
      (level: Said["level"]) =>
      (message: string, details: object = {}): void => {
        this.said.push({ level, message, details: { ...details } });
      };
    const run = await open({
      number: 0,
      sink,
      ledger: this.ledger as InputEnvironment["ledger"],
      log: { info: say("info"), warn: say("warn"), error: say("error") },
      folder: inputFolder(this.folder, input.id),
      now: Date.now,
      random: () => 0.5,
      randomBytes,
      stdin: this.stdin,
    });
    this.#runs.push(run);
    return run;
  }

  #sender(): WindowSender {
    return {
      name: "test",
      capacity: 2,
      trouble: undefined,
      send: (window) => {
        this.events.push(...textsOf(window).map((text) => JSON.parse(text) as SentEvent));
        const outcome: WindowOutcome = { delivered: window.count, existing: 0, deadLettered: 0 };
        if (this.acknowledges) return Promise.resolve(outcome);
        return new Promise((resolve) => this.#waiting.push(() => resolve(outcome)));
      },
      close: () => Promise.resolve(),
    };
  }

  /** Windows that wait, and all that come from now on, arrive. */
  acknowledge(): void {
    this.acknowledges = true;
    for (const arrived of this.#waiting.splice(0)) arrived();
  }

  get messages(): unknown[] {
    return this.events.map((event) => event["message"]);
  }

  get ids(): unknown[] {
    return this.events.map((event) => event["@metadata"]["_id"]);
  }

  get troubles(): string[] {
    return this.said
      .filter(({ level }) => level !== "info")
      .map(({ message, details }) => `${message} ${JSON.stringify(details)}`);
  }

  /** Where the input listens, as it says. */
  get port(): number {
    const port = this.said.find(({ details }) => "port" in details)?.details["port"];
    assert.ok(typeof port === "number" && port > 0);
    return port;
  }

  /** The ledger as it lies in the input's folder. */
  storedLedger(id: string): LedgerSnapshot {
    return JSON.parse(readFileSync(join(inputFolder(this.folder, id), "ledger.json"), "utf8")) as LedgerSnapshot;
  }

  async count(events: number): Promise<void> {
    await this.until(() => this.events.length >= events);
  }

  async until(condition: () => boolean): Promise<void> {
    for (let i = 0; !condition(); i++) {
      assert.ok(i < 3000, `it does not happen; ${this.events.length} events; ${this.troubles.join("; ")}`);
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  }

  async close(): Promise<void> {
    this.acknowledge();
    await Promise.all(this.#runs.map((run) => run.stop(2000)));
    this.stdin.destroy();
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** A value deep in an event: `log.source.address`. */
export function at(event: SentEvent | undefined, path: string): unknown {
  return path.split(".").reduce<unknown>((tree, name) => (tree as Record<string, unknown> | undefined)?.[name], event);
}
