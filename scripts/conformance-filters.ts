import { Event } from "../src/event/event.ts";
import { NO_SPLIT } from "../src/event/identity.ts";
import { Timestamp } from "../src/event/timestamp.ts";
import type { StoredTree } from "../src/event/value.ts";
import { storedFloat } from "../src/event/whole-float.ts";
import { compileWorkerProgram } from "../src/pipeline/compile/worker-program.ts";
import { runBounded } from "../src/pipeline/run/bounded.ts";
import { ChunkRun, type FilterStep } from "../src/pipeline/run/program.ts";
import { runWaitingStages } from "../src/pipeline/run/stages.ts";
import { OutOfTime } from "../src/pipeline/run/waiting-steps.ts";
import type { EcsMode } from "../src/plugin/definitions.ts";

const silent = { info: () => undefined, warn: () => undefined, error: () => undefined };

export interface FilterCase {
  readonly config: string;
  readonly inputs: readonly (string | StoredTree)[];
  readonly ecs: EcsMode;
  /** Epoch milliseconds: the frozen clock. */
  readonly now: number;
}

/**
 * Runs a `filter { … }` configuration over events, under the time limit of the runtime: a filter that runs into it tags the event and is passed over.
 * All events that come out, cancelled ones in their places.
 */
export async function runFilterCase({ config, inputs, ecs, now }: FilterCase): Promise<Event[]> {
  const program = compileWorkerProgram(
    [{ id: "case", sources: [{ name: "case.conf", text: config }], ecs, supportEscapes: false }],
    { log: silent, now: () => now, random: () => 0.5 },
  );
  const stretch = (work: () => void): void => {
    if (!runBounded(work, program.eventMillis)) throw new OutOfTime();
  };
  const skip = new Set<FilterStep>();
  for (;;) {
    const run = new ChunkRun(skip);
    const entered = inputs.map((input, i) => caseEvent(input, i, now));
    try {
      const { events } = await runWaitingStages(program, [entered], run, stretch);
      const failure = run.failed[0];
      if (failure !== undefined) throw new Error(`${failure.code}: ${failure.reason}`);
      return [...events];
    } catch (error) {
      if (!(error instanceof OutOfTime) || run.step === undefined || skip.has(run.step)) throw error;
      skip.add(run.step);
    }
  }
}

/** An event as Logstash makes it of a text or an object: with a time and a version. */
function caseEvent(input: string | StoredTree, record: number, now: number): Event {
  const given: StoredTree = typeof input === "string" ? { message: input } : (revive(input) as StoredTree);
  const { "@metadata": metadata, ...fields } = given;
  const event = new Event(record, { "@version": "1", ...fields }, NO_SPLIT);
  if (metadata !== undefined) event.metadata = metadata as StoredTree;
  const time = event.fields["@timestamp"];
  const read = time instanceof Timestamp ? time : typeof time === "string" ? Timestamp.parse(time) : undefined;
  event.timestamp = read ?? new Timestamp(now);
  return event;
}

/** `{"$timestamp": iso}` stands for a timestamp, `{"$float": 1}` for 1.0. */
function revive(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(revive);
  if (typeof value !== "object" || value === null) return value;
  const iso = (value as Record<string, unknown>)["$timestamp"];
  if (typeof iso === "string") return Timestamp.parse(iso);
  const float = (value as Record<string, unknown>)["$float"];
  if (typeof float === "number") return storedFloat(float);
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, revive(item)]));
}
