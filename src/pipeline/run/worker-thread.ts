import { parentPort, workerData } from "node:worker_threads";
import type { PipelineDefinition } from "../compile/definition.ts";
import { compileWorkerProgram } from "../compile/worker-program.ts";
import { BatchProcessor } from "./batch-processor.ts";
import {
  type LogMessage,
  PROGRESS_CHUNKS,
  PROGRESS_ITEM,
  type ReadyMessage,
  type ToWorker,
  type WorkMessage,
} from "./messages.ts";

/** What a worker is started with. */
export interface WorkerStart {
  readonly definitions: readonly PipelineDefinition[];
  readonly progress: SharedArrayBuffer;
}

const port = parentPort;
if (port === null) throw new Error("worker-thread.ts runs in a worker only");
const start = workerData as WorkerStart;
const progress = new Int32Array(start.progress);
/** Messages go through the main thread, which is where they are written. */
const say =
  (level: LogMessage["level"]) =>
  (message: string, details?: object): void =>
    port.postMessage({ type: "log", level, message, details } satisfies LogMessage);
const log = { info: say("info"), warn: say("warn"), error: say("error") };
const program = compileWorkerProgram(start.definitions, { log, now: Date.now, random: Math.random });
const processor = new BatchProcessor(program, () => Atomics.add(progress, PROGRESS_CHUNKS, 1));

/** Items given ahead; the first is at work, and its filters may be waiting. */
const queue: WorkMessage[] = [];

async function workOff(): Promise<void> {
  for (let next = queue[0]; next !== undefined; next = queue[0]) {
    Atomics.store(progress, PROGRESS_ITEM, next.item);
    const done = processor.process(next);
    port?.postMessage(done instanceof Promise ? await done : done);
    Atomics.store(progress, PROGRESS_ITEM, 0);
    queue.shift();
  }
}

port.on("message", (message: ToWorker) => {
  switch (message.type) {
    case "work":
      if (queue.push(message) === 1)
        workOff().catch((error: unknown) => {
          setImmediate(() => {
            throw error;
          });
        });
      break;
    case "free":
      processor.free(message.item);
      break;
    case "stop":
      port.close();
      break;
  }
});
const ready: ReadyMessage = { type: "ready" };
port.postMessage(ready);
