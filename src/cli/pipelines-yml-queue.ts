import { isAbsolute, join } from "node:path";
import { DEFAULT_QUEUE_SETTINGS, type QueueSettings } from "../pipeline/queue/queue-settings.ts";
import type { YmlValues } from "./pipelines-yml-values.ts";

/** A pipeline's queue on disk, as the settings have it. */
export interface QueueChoice {
  readonly settings: QueueSettings;
  /** `path.queue`: the folder of queues, each in a folder with its pipeline's id. Undefined: in the data folder. */
  readonly path: string | undefined;
}

/** The queue of a pipeline with these settings; undefined for the one in memory. `type` is the command line's. */
export function queueChoice(values: YmlValues, type: string | undefined, folder: string): QueueChoice | undefined {
  if ((type ?? values.get("queue.type")?.value) !== "persisted") return undefined;
  const number = (name: string): number | undefined => values.get(name)?.value as number | undefined;
  const given: Partial<Record<keyof QueueSettings, number | undefined>> = {
    pageCapacity: number("queue.page_capacity"),
    maxEvents: number("queue.max_events"),
    maxBytes: number("queue.max_bytes"),
    checkpointAcks: number("queue.checkpoint.acks"),
    checkpointInterval: number("queue.checkpoint.interval"),
  };
  const path = values.get("path.queue")?.value;
  return {
    settings: {
      ...DEFAULT_QUEUE_SETTINGS,
      ...Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)),
      drain: values.get("queue.drain")?.value === "true",
    },
    path: path === undefined || isAbsolute(String(path)) ? path?.toString() : join(folder, String(path)),
  };
}

/** Whether outputs are isolated, and how much each may keep on disk: the largest that a pipeline gives. `given` is the command line's. */
export function isolationOf(
  pipelines: readonly YmlValues[],
  given: boolean | undefined,
): { readonly maxBytes: number } | undefined {
  const wanted = given ?? pipelines.some((values) => values.get("pipeline.output_isolation")?.value === "true");
  if (!wanted) return undefined;
  const sizes = pipelines.flatMap((values) => values.get("pipeline.output_isolation.max_bytes")?.value ?? []);
  return { maxBytes: sizes.length === 0 ? DEFAULT_QUEUE_SETTINGS.maxBytes : Math.max(...sizes.map(Number)) };
}
