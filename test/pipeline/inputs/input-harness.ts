import { randomBytes } from "node:crypto";
import type { Event } from "../../../src/event/event.ts";
import { FieldReference } from "../../../src/event/field-reference.ts";
import { RecordBatch } from "../../../src/event/record-batch.ts";
import { Timestamp } from "../../../src/event/timestamp.ts";
import type { ObjectValue, Value } from "../../../src/event/value.ts";
import { compileWorkerProgram } from "../../../src/pipeline/compile/worker-program.ts";
import { decodeChunk } from "../../../src/pipeline/run/chunk.ts";
import { ChunkRun } from "../../../src/pipeline/run/program.ts";
import type { EcsMode, InputHost, RunningInput } from "../../../src/plugin/definitions.ts";
import { resolved } from "../../support/resolved.ts";
import { codecHost, NOW } from "../../support/run-codec.ts";
import { comparable } from "../../support/run-filters.ts";

export interface Said {
  readonly message: string;
  readonly details: Readonly<Record<string, unknown>>;
}

/** A running input whose records are decoded as in a worker; a test decides when they have arrived. */
export class InputHarness {
  readonly events: Event[] = [];
  readonly warnings: Said[] = [];
  /** With false batches wait for `acknowledge`. */
  acknowledges = true;
  /** Batches that there are at a time; more wait. */
  batches: number = Number.POSITIVE_INFINITY;
  /** Where it listens, as it says. */
  port = 0;
  now: number = NOW;
  dataFolder: string = "";
  readonly #waiting: (() => void)[] = [];
  readonly #wanting: (() => void)[] = [];
  #used = 0;
  #input: RunningInput | undefined;

  static async start(
    config: string,
    ecs: EcsMode = "v8",
    prepare: (harness: InputHarness) => void = () => {},
  ): Promise<InputHarness> {
    const harness = new InputHarness();
    prepare(harness);
    await harness.#start(config, ecs);
    return harness;
  }

  async #start(config: string, ecs: EcsMode): Promise<void> {
    const text = `input { ${config} } output { null { } }`;
    const input = resolved(text).inputs[0];
    if (input === undefined) throw new Error("no input");
    const log = {
      info: (_message: string, details?: object) => {
        this.port = (details as { port?: number } | undefined)?.port ?? this.port;
      },
      warn: (message: string, details: object = {}) => this.warnings.push({ message, details: { ...details } }),
      error: (message: string, details: object = {}) => this.warnings.push({ message, details: { ...details } }),
    };
    const base = { ...codecHost(ecs), log, now: () => this.now };
    const program = compileWorkerProgram(
      [{ id: "test", sources: [{ name: "test.conf", text }], ecs, supportEscapes: false }],
      { log, now: () => this.now, random: () => 0.5 },
    );
    const host: InputHost = {
      ...base,
      number: 0,
      dataFolder: this.dataFolder,
      source: (fields) => ({ input: 0, fileId: randomBytes(12), generation: 0, fields }),
      framer: () => input.codec.plugin.framer?.(input.codec.options, base),
      framerOf: () => undefined,
      joinLines: () => undefined,
      ledger: { snapshot: () => ({}), restore: () => undefined },
      sink: {
        acquire: async (bytes = 0) => {
          if (this.#used >= this.batches) await new Promise<void>((resolve) => this.#wanting.push(resolve));
          this.#used++;
          return RecordBatch.allocate(Math.max(bytes, 65_536), 64);
        },
        submit: (batch, acknowledged) => {
          const sources = batch.sources.map((source) => program.prepare(source));
          const of = { bytes: batch.bytes, table: batch.table, sources, timestamp: new Timestamp(batch.readAt) };
          const decoded = decodeChunk(of, 0, batch.count, new ChunkRun())[0] ?? [];
          this.events.push(...decoded.filter((event) => !event.cancelled));
          const done = (): void => {
            this.#used--;
            acknowledged();
            this.#wanting.shift()?.();
          };
          if (this.acknowledges) setImmediate(done);
          else this.#waiting.push(done);
        },
        release: () => {
          this.#used--;
        },
      },
    };
    this.#input = await input.plugin.start(input.options, host);
  }

  /** Lets all batches arrive that wait. */
  acknowledge(): void {
    for (const done of this.#waiting.splice(0)) done();
  }

  get messages(): Value[] {
    return this.values("message");
  }

  /** A field of all events. */
  values(reference: string): Value[] {
    const field = new FieldReference(reference);
    return this.events.map((event) => comparable(field.get(event) ?? null) as Value);
  }

  /** Documents without `@version`. */
  documents(): ObjectValue[] {
    return this.events.map((event) => {
      const { "@version": _version, ...fields } = comparable(event.toObject()) as ObjectValue;
      return fields;
    });
  }

  /** Waits for so many events. */
  async count(events: number): Promise<void> {
    await this.until(() => this.events.length >= events);
  }

  async until(condition: () => boolean): Promise<void> {
    while (!condition()) await new Promise((resolve) => setTimeout(resolve, 2));
  }

  get ended(): Promise<void> {
    return this.#input?.ended ?? Promise.resolve();
  }

  stop(timeoutMs = 1000): Promise<void> {
    return this.#input?.stop(timeoutMs) ?? Promise.resolve();
  }
}
