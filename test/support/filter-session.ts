import { Event } from "../../src/event/event.ts";
import { Timestamp } from "../../src/event/timestamp.ts";
import type { StoredTree } from "../../src/event/value.ts";
import { compileWorkerProgram } from "../../src/pipeline/compile/worker-program.ts";
import { ChunkRun } from "../../src/pipeline/run/program.ts";
import { runWaitingStages } from "../../src/pipeline/run/stages.ts";
import type { WorkerProgram } from "../../src/pipeline/run/worker-program.ts";
import type { EcsMode, Logger } from "../../src/plugin/definitions.ts";

const silent: Logger = { info: () => undefined, warn: () => undefined, error: () => undefined };

export interface FilterSessionOptions {
  readonly ecs?: EcsMode;
  readonly log?: Logger;
}

/** One pipeline's filters over several events and through time; also filters that wait, keep state, or make events by time. */
export class FilterSession {
  /** Epoch milliseconds that the filters see; a test sets it. */
  now: number = Date.UTC(2026, 10, 22, 12);
  readonly #program: WorkerProgram;
  #record = 0;

  constructor(config: string, { ecs = "v8", log = silent }: FilterSessionOptions = {}) {
    this.#program = compileWorkerProgram(
      [{ id: "test", sources: [{ name: "test.conf", text: config }], ecs, supportEscapes: false }],
      { log, now: () => this.now, random: () => 0.5 },
    );
  }

  /** Events through the filters, together in one chunk; what comes out. A text is a `message`. */
  send(...inputs: readonly (string | StoredTree)[]): Promise<Event[]> {
    const events = inputs.map((input) => {
      const fields: StoredTree = typeof input === "string" ? { message: input } : { ...input };
      const time = fields["@timestamp"];
      if (typeof time === "string") fields["@timestamp"] = Timestamp.parse(time) ?? time;
      fields["@timestamp"] ??= new Timestamp(this.now);
      return new Event(this.#record++, fields);
    });
    return this.#run(events, new ChunkRun());
  }

  /** Time for filters that make events by it; `final`: the pipeline ends. */
  tick(final = false): Promise<Event[]> {
    const run = new ChunkRun();
    run.tick = { parent: new Event(this.#record++, { "@timestamp": new Timestamp(this.now), "@version": "1" }), final };
    return this.#run(undefined, run);
  }

  async #run(entered: Event[] | undefined, run: ChunkRun): Promise<Event[]> {
    const { events } = await runWaitingStages(this.#program, [entered], run, (work) => work());
    const failure = run.failed[0];
    if (failure !== undefined) throw new Error(`${failure.code}: ${failure.reason}`);
    return events.filter((event) => !event.cancelled);
  }
}
