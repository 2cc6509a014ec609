import { createInterface } from "node:readline/promises";
import { repairQueue } from "../../pipeline/queue/queue-repair.ts";
import { checkQueue, inspectQueue, type QueueFinding, type QueueReport } from "../../pipeline/queue/queue-report.ts";
import { isFolderInUse, lockFolder } from "../data-folder.ts";
import { EXIT_INTERNAL, EXIT_USAGE } from "../exit-codes.ts";
import type { QueueOptions, QueueVerb } from "../queue/help.ts";
import { type FoundQueue, findQueues } from "../queue/queue-folders.ts";

/** `antler queue inspect | check | repair`. The exit code. */
export async function runQueueCommand(
  verb: QueueVerb,
  pipelines: readonly string[],
  options: QueueOptions,
): Promise<number> {
  const queues = findQueues(options["path.data"], options["path.queue"], pipelines);
  if (queues.length === 0) {
    if (options.json === true) print("[]");
    process.stderr.write(
      "antler: there is no queue there; --path.data names the data folder, --path.queue a folder of queues\n",
    );
    return pipelines.length === 0 ? 0 : EXIT_USAGE;
  }
  try {
    if (verb === "inspect") return await inspect(queues, options);
    if (verb === "check") return await check(queues, options);
    return await repair(queues, options);
  } catch (error) {
    const { name, message } = error as Error;
    if (!["QueueVersion", "SegmentVersion", "FolderInUse"].includes(name)) throw error;
    process.stderr.write(`antler: ${message}\n`);
    return EXIT_INTERNAL;
  }
}

interface NamedReport extends QueueReport {
  readonly pipeline: string;
  readonly running: boolean;
}

async function inspect(queues: readonly FoundQueue[], options: QueueOptions): Promise<number> {
  const reports: NamedReport[] = [];
  for (const { pipeline, folder, owned } of queues) {
    const running = await isFolderInUse(owned);
    reports.push({ pipeline, running, ...(await inspectQueue(folder, running)) });
  }
  if (options.json === true) {
    print(JSON.stringify(reports, undefined, 2));
    return 0;
  }
  for (const report of reports) print(described(report));
  return 0;
}

function described(report: NamedReport): string {
  const { pipeline, running, folder, bytes, segments, events, unacknowledged, oldest, lost, aside } = report;
  const lines = [
    `${pipeline}${running ? " (running)" : ""}`,
    `  folder          ${folder}`,
    `  size            ${bytes} bytes in ${segments} ${segments === 1 ? "segment" : "segments"}, ${events} events`,
    `  not delivered   ${unacknowledged} events${running ? " at the last checkpoint" : ""}`,
  ];
  if (oldest !== undefined) lines.push(`  oldest of them  ${new Date(oldest).toISOString()}`);
  if (lost.bytes > 0) lines.push(`  lost            ${lost.bytes} bytes that could not be read, ${lost.events} events`);
  if (aside.length > 0) lines.push(`  kept aside      ${aside.join(", ")}`);
  return lines.join("\n");
}

async function check(queues: readonly FoundQueue[], options: QueueOptions): Promise<number> {
  const results: { pipeline: string; folder: string; batches: number; findings: QueueFinding[] }[] = [];
  for (const { pipeline, folder, owned } of queues) {
    const { findings, records } = await checkQueue(folder, await isFolderInUse(owned));
    results.push({ pipeline, folder, batches: records, findings });
  }
  const damaged = results.some(({ findings }) => findings.length > 0);
  if (options.json === true) print(JSON.stringify(results, undefined, 2));
  else
    for (const { pipeline, batches, findings } of results) {
      print(`${pipeline}: ${batches} whole batches, ${findings.length === 0 ? "nothing damaged" : "damaged:"}`);
      for (const finding of findings) print(place(finding));
    }
  if (damaged && options.json !== true)
    print(
      "\nThe pipeline passes over what cannot be read. `antler queue repair` does it now, and keeps the bytes aside.",
    );
  return damaged ? 1 : 0;
}

async function repair(queues: readonly FoundQueue[], options: QueueOptions): Promise<number> {
  const results: { pipeline: string; folder: string; done: string[] }[] = [];
  // Until this process ends; several queues can have one owner.
  for (const owned of new Set(queues.map((queue) => queue.owned))) await lockFolder(owned);
  for (const { pipeline, folder } of queues) {
    const { findings } = await checkQueue(folder, false);
    if (findings.length > 0 && options.json !== true) {
      print(`${pipeline}:`);
      for (const finding of findings) print(place(finding));
    }
    if (findings.length > 0 && options.yes !== true && !(await agreed())) {
      process.stderr.write("antler: nothing was changed; --yes answers the question\n");
      return EXIT_USAGE;
    }
    results.push({ pipeline, folder, done: await repairQueue(folder, findings) });
  }
  if (options.json === true) print(JSON.stringify(results, undefined, 2));
  else
    for (const { pipeline, done } of results)
      print(done.length === 0 ? `${pipeline}: nothing to repair` : done.join("\n"));
  return 0;
}

function place({ path, offset, bytes, what }: QueueFinding): string {
  return `  ${path}, ${bytes} bytes at ${offset}: ${what}`;
}

async function agreed(): Promise<boolean> {
  if (!process.stdin.isTTY) return false;
  const asking = createInterface({ input: process.stdin, output: process.stderr });
  try {
    return /^y(es)?$/i.test((await asking.question("Repair this? [y/N] ")).trim());
  } finally {
    asking.close();
  }
}

function print(text: string): void {
  process.stdout.write(`${text}\n`);
}
