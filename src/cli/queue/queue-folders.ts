import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { CHECKPOINT_NAME } from "../../pipeline/queue/queue-checkpoint.ts";
import { inspectQueue } from "../../pipeline/queue/queue-report.ts";
import type { PipelineQueue } from "../../pipeline/run/queues.ts";
import type { Logger } from "../../plugin/definitions.ts";
import { defaultDataFolder } from "../data-folder.ts";
import type { PipelineSet } from "../pipelines-yml.ts";

/** A queue's folder, and the folder whose owner works with it. */
export interface FoundQueue {
  readonly pipeline: string;
  readonly folder: string;
  readonly owned: string;
}

function queueFolder(base: string, pipeline: string): string {
  return join(base, pipeline.replaceAll(/[^\w.-]/g, "_"));
}

/** Where the queues of a process lie: `path.queue`, else `queue` in its data folder; in it, a folder for each pipeline. */
export function queuesOf({ queues }: Pick<PipelineSet, "queues">, dataFolder: string): Map<string, PipelineQueue> {
  const found = new Map<string, PipelineQueue>();
  for (const [pipeline, { settings, path }] of queues)
    found.set(pipeline, { settings, folder: queueFolder(path ?? join(dataFolder, "queue"), pipeline) });
  return found;
}

/** All queues below a data folder, those of isolated outputs too, or of a folder of queues; by the folder's name where some are named. */
export function findQueues(
  dataPath: string | undefined,
  queuePath: string | undefined,
  named: readonly string[],
): FoundQueue[] {
  const roots: { readonly base: string; readonly owner: string | undefined; readonly prefix?: string }[] = [];
  if (queuePath === undefined) {
    const pipelines = join(dataPath ?? defaultDataFolder(), "pipeline");
    for (const name of foldersIn(pipelines))
      roots.push(
        { base: join(pipelines, name, "queue"), owner: join(pipelines, name) },
        // Those of isolated outputs.
        { base: join(pipelines, name, "outputs"), owner: join(pipelines, name), prefix: "outputs/" },
      );
  } else roots.push({ base: queuePath, owner: undefined });
  const wanted = new Set(named.flatMap((name) => [name.replace(/^outputs\//, ""), name.replaceAll(/[^\w.-]/g, "_")]));
  return roots.flatMap(({ base, owner, prefix = "" }) =>
    foldersIn(base)
      .filter((name) => (wanted.size === 0 || wanted.has(name)) && isQueue(join(base, name)))
      .map((name) => ({ pipeline: prefix + name, folder: join(base, name), owned: owner ?? join(base, name) })),
  );
}

function foldersIn(path: string): string[] {
  if (!existsSync(path)) return [];
  return readdirSync(path, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name)
    .sort();
}

function isQueue(folder: string): boolean {
  return readdirSync(folder).some((name) => name === CHECKPOINT_NAME || name.endsWith(".segment"));
}

/** Says so when a pipeline that has no queue any more has left events in one. */
export async function warnOfQueuesLeft(
  pipelines: readonly { readonly id: string }[],
  queues: ReadonlyMap<string, PipelineQueue>,
  dataFolder: string,
  log: Logger,
): Promise<void> {
  for (const { id } of pipelines) {
    const folder = queueFolder(join(dataFolder, "queue"), id);
    if (queues.has(id) || !existsSync(folder)) continue;
    const { unacknowledged } = await inspectQueue(folder, false);
    if (unacknowledged > 0)
      log.warn("the queue on disk has events that are not delivered, and queue.type is memory: they stay there", {
        pipeline: id,
        folder,
        events: unacknowledged,
        help: "run once with queue.type: persisted and queue.drain: true",
      });
  }
}
