import { DiagnosticCollector } from "../../../src/diagnostics/diagnostic.ts";
import { renderDiagnostics } from "../../../src/diagnostics/render.ts";
import { BufferPool } from "../../../src/event/buffer-pool.ts";
import type { PipelineDefinition } from "../../../src/pipeline/compile/definition.ts";
import { type ResolvedGroup, resolveGroup } from "../../../src/pipeline/compile/resolve-group.ts";
import { compileWorkerProgram } from "../../../src/pipeline/compile/worker-program.ts";
import { Letters, type OpenLetter } from "../../../src/pipeline/dead-letters/letters.ts";
import { Replay, type ReplayCounts } from "../../../src/pipeline/dead-letters/replay.ts";
import { BatchProcessor } from "../../../src/pipeline/run/batch-processor.ts";
import { deadLetterSink, inputNames } from "../../../src/pipeline/run/dead-letters.ts";
import { Deliveries, type RunningOutput } from "../../../src/pipeline/run/deliveries.ts";
import { Dispatcher } from "../../../src/pipeline/run/dispatcher.ts";
import type { WorkMessage } from "../../../src/pipeline/run/messages.ts";
import type { WorkerSet, WorkerSetEvents } from "../../../src/pipeline/run/worker-set.ts";
import type { EncodedEvents } from "../../../src/plugin/definitions.ts";
import { DeadLetterStore } from "../../../src/segments/dead-letter-store.ts";
import { SettledLog } from "../../../src/segments/settled-log.ts";
import { Ledger, type LedgerSnapshot } from "../../../src/telemetry/ledger.ts";

export const silent = { info: () => undefined, warn: () => undefined, error: () => undefined };
const READ_AT = Date.UTC(2026, 10, 23, 10);

/** Why an output refuses a document; undefined: it takes it. */
export type Refuses = (output: string, document: Record<string, unknown>) => string | undefined;

/** Pipelines whose outputs are lists, and the replay of what these refused. */
export class ReplayHarness {
  readonly folder: string;
  /** What outputs have: output and `[n]` or the whole document as text. */
  readonly delivered: string[] = [];
  #offset = 0;

  constructor(folder: string) {
    this.folder = folder;
  }

  /** Runs records, each a JSON text, through a configuration with stdin and stdout plugins. */
  async run(config: string, records: readonly string[], refuses: Refuses = () => undefined): Promise<LedgerSnapshot> {
    const { definitions, group } = compiled(config);
    const store = await DeadLetterStore.open(this.folder);
    const dispatcher = new Dispatcher(
      new BufferPool(),
      (events) => new OneWorker(definitions, events),
      new Deliveries(this.#outputs(group, refuses), false),
      deadLetterSink(store, "main", () => READ_AT + 1000, inputNames(group)),
      silent,
    );
    const batch = await dispatcher.acquire();
    batch.readAt = READ_AT;
    const source = {
      input: 0,
      fileId: new Uint8Array(12).fill(7),
      generation: 3,
      fields: [["[host][name]", "web1"]] as const,
    };
    for (const record of records) {
      const bytes = Buffer.from(record);
      batch.append(batch.sourceIndex(source), bytes, 0, bytes.length, this.#offset, bytes.length, 99, 0);
      this.#offset += bytes.length;
    }
    const ledger = new Ledger();
    await new Promise<void>((resolve) => {
      dispatcher.submit(batch, (counts) => {
        ledger.add(counts);
        resolve();
      });
    });
    await store.close();
    return ledger.snapshot();
  }

  /** What replays have delivered, as the marks have it. */
  async replayed(): Promise<LedgerSnapshot> {
    const settled = await SettledLog.open(this.folder, 0);
    await settled.close();
    return settled.note as LedgerSnapshot;
  }

  async replay(
    config: string,
    refuses: Refuses = () => undefined,
    which: (open: OpenLetter) => boolean = () => true,
  ): Promise<ReplayCounts> {
    const { definitions, group } = compiled(config);
    const letters = await Letters.open(this.folder);
    const settled = await SettledLog.open(this.folder, 0);
    const replay = new Replay({
      group,
      outputs: this.#outputs(group, refuses),
      workers: (events) => new OneWorker(definitions, events),
      settled,
      end: letters.end,
      log: silent,
      now: () => READ_AT + 2000,
      signal: new AbortController().signal,
      progress: () => undefined,
    });
    await replay.run(filtered(letters, which));
    await replay.close();
    await settled.close();
    return replay.counts;
  }

  async open(): Promise<OpenLetter[]> {
    const found: OpenLetter[] = [];
    for await (const open of (await Letters.open(this.folder)).open()) found.push(open);
    return found;
  }

  /** What was delivered since the last call. */
  news(): string[] {
    return this.delivered.splice(0).sort();
  }

  #outputs(group: ResolvedGroup, refuses: Refuses): RunningOutput[] {
    return group.outputs.map(({ id }) => ({
      id,
      deliverer: {
        deliver: (events: EncodedEvents) => {
          const rejected: { index: number; code: string; reason: string }[] = [];
          events.ends.forEach((end, index) => {
            const text = events.bytes.toString("utf8", index === 0 ? 0 : events.ends[index - 1], end);
            const document = JSON.parse(text) as Record<string, unknown>;
            const reason = refuses(id, document);
            if (reason !== undefined) rejected.push({ index, code: "refused", reason });
            else this.delivered.push(`${id} ${JSON.stringify(document["n"] ?? document["message"])}`);
          });
          return Promise.resolve({
            delivered: events.count - rejected.length,
            existing: 0,
            conflicts: 0,
            failureStore: 0,
            rejected,
          });
        },
        close: () => Promise.resolve(),
      },
    }));
  }
}

async function* filtered(letters: Letters, which: (open: OpenLetter) => boolean): AsyncGenerator<OpenLetter> {
  for await (const open of letters.open()) if (which(open)) yield open;
}

function compiled(text: string): { definitions: PipelineDefinition[]; group: ResolvedGroup } {
  const definitions = [
    { id: "main", sources: [{ name: "test.conf", text }], ecs: "v8" as const, supportEscapes: false },
  ];
  const found = new DiagnosticCollector();
  const group = resolveGroup(definitions, found, "start");
  if (found.errors > 0) throw new Error(renderDiagnostics(found.sorted()));
  return { definitions, group };
}

/** One worker in this thread. */
class OneWorker implements WorkerSet {
  readonly #processor: BatchProcessor;
  readonly #events: WorkerSetEvents;

  constructor(definitions: readonly PipelineDefinition[], events: WorkerSetEvents) {
    const program = compileWorkerProgram(definitions, { log: silent, now: () => READ_AT, random: () => 0.5 });
    this.#processor = new BatchProcessor(program, () => undefined);
    this.#events = events;
  }
  start(): Promise<void> {
    return Promise.resolve();
  }
  submit(work: WorkMessage): void {
    setImmediate(() => {
      void Promise.resolve(this.#processor.process(work)).then((done) => this.#events.done(structuredClone(done)));
    });
  }
  free(item: number): void {
    this.#processor.free(item);
  }
  stop(): Promise<void> {
    return Promise.resolve();
  }
}
