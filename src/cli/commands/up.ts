import { availableParallelism } from "node:os";
import { join, resolve } from "node:path";
import { DiagnosticCollector } from "../../diagnostics/diagnostic.ts";
import { renderDiagnostics } from "../../diagnostics/render.ts";
import { resolveGroup } from "../../pipeline/compile/resolve-group.ts";
import { Pipeline } from "../../pipeline/run/pipeline.ts";
import type { Logger } from "../../plugin/definitions.ts";
import { FolderInUse, lockFolder, upFolder } from "../data-folder.ts";
import { EXIT_CONFIGURATION, EXIT_INTERNAL, EXIT_USAGE } from "../exit-codes.ts";
import { grouped } from "../figures-text.ts";
import { readPipelineFolder, SHIPPED_PIPELINES } from "../pipeline-folder.ts";
import { shellQuoted } from "../shell-quoted.ts";
import { onStopSignal } from "../signals.ts";
import { type ChosenLogs, chooseArguments, chooseHostLogs } from "../up/choose-logs.ts";
import { upDefinitions } from "../up/receive.ts";
import { type SampleReplay, startSampleReplay } from "../up/sample-logs.ts";
import { StatusLine } from "../up/status-line.ts";

export interface UpOptions {
  readonly data?: string;
  readonly pipelines?: string;
  readonly once?: boolean;
  readonly sample?: boolean;
}

const BATCH_SIZE = 4096;
const WORKER_HEAP_MEGABYTES = 512;
/** So little, for a row takes seven times its line's bytes until it is stored. */
const POOL_BYTES = 8 << 20;
const SHUTDOWN_MS = 10_000;
const LOOK_MS = 200;
/** With `--once`: nothing new for so long after everything was stored. */
const QUIET_MS = 1500;
/** So little behind for so long is as good as nothing: files that are written to are never read to their end for long. */
const NEAR_BYTES = 64 * 1024;
const NEAR_MS = 3000;
/** Of so few events a speed says nothing. */
const RATE_EVENTS = 1000;

/** `antler up`: logs of this host, or those named, into the store. The exit code. */
export async function runUpCommand(given: readonly string[], options: UpOptions): Promise<number> {
  const say = (line: string): void => void process.stderr.write(`${line}\n`);
  const folder = resolve(upFolder(options.data));
  const { chosen: logs, said } = await choose(given, options);
  if (logs === undefined) {
    said.forEach(say);
    say("antler: none of the arguments gives a log to read (antler up --help)");
    return EXIT_USAGE;
  }
  try {
    await lockFolder(folder);
  } catch (error) {
    const refused = whyRefused(error, folder);
    if (refused === undefined) throw error;
    say(`antler: ${refused}`);
    return EXIT_INTERNAL;
  }
  said.forEach(say);

  let replay: SampleReplay | undefined;
  let paths = logs.paths;
  if (logs.sample) {
    say("replaying sample logs of a made-up host as if they were written now");
    replay = await startSampleReplay({ folder: join(folder, "sample") });
    paths = [...paths, ...replay.paths];
  }
  const definitions = [
    ...readPipelineFolder(options.pipelines ?? SHIPPED_PIPELINES),
    ...upDefinitions({ ...logs, paths, once: options.once === true }, join(folder, "store")),
  ];
  const found = new DiagnosticCollector();
  const resolved = resolveGroup(definitions, found, "start");
  process.stderr.write(renderDiagnostics(found.sorted()));
  if (found.errors > 0) return EXIT_CONFIGURATION;

  let status: StatusLine | undefined;
  const pipeline = new Pipeline(
    {
      id: "up",
      definitions,
      workers: availableParallelism(),
      batchSize: BATCH_SIZE,
      ordered: false,
      dataFolder: folder,
      shutdownTimeoutMs: SHUTDOWN_MS,
      workerHeapMegabytes: WORKER_HEAP_MEGABYTES,
      poolBytes: POOL_BYTES,
    },
    resolved,
    consoleLog(say, () => status?.clear()),
  );
  const off = onStopSignal(() => pipeline.stop());
  try {
    await pipeline.start();
  } catch (error) {
    say(`antler: ${error instanceof Error ? error.message : String(error)}`);
    await pipeline.close();
    await replay?.stop();
    return EXIT_INTERNAL;
  }
  status = new StatusLine(() => ({ ledger: pipeline.ledger(), behind: pipeline.lag().bytes }), process.stderr);
  const ends = options.once === true || (paths.length === 0 && !logs.journal);
  const data = options.data === undefined ? "" : ` --data ${shellQuoted(options.data)}`;
  const example = `antler search${data} 'log.level:error or event.outcome:failure'`;
  say(`storing in ${folder}`);
  if (!ends) {
    say(`search, now or later, in another terminal: ${example}`);
    say("Ctrl-C stops; started again it goes on where it stopped");
  }
  const watch = watchProgress(pipeline, status, options, say);
  await pipeline.run();
  clearInterval(watch);
  off();
  await replay?.stop();
  status.stop();
  if (ends) say(`search it: ${example}`);
  say(`${ends ? "done" : "stopped"}: ${status.counts()}`);
  return 0;
}

async function choose(
  given: readonly string[],
  { sample, once }: UpOptions,
): Promise<{ chosen?: ChosenLogs; said: readonly string[] }> {
  if (sample === true) return { chosen: { paths: [], stdin: false, journal: false, sample, said: [] }, said: [] };
  if (given.length > 0) return chooseArguments(given, once);
  const chosen = await chooseHostLogs(once);
  return { chosen, said: chosen.said };
}

/** For people, why a data folder cannot be used; undefined for what is no fault of the folder. */
function whyRefused(error: unknown, folder: string): string | undefined {
  if (error instanceof FolderInUse) return error.message.replace("--path.data", "--data");
  const reasons: Readonly<Record<string, string>> = {
    EACCES: "permission denied",
    EPERM: "permission denied",
    EROFS: "the filesystem is read-only",
    ENOSPC: "the disk is full",
    ENOTDIR: "a part of the path is a file",
    EEXIST: "a part of the path is a file",
    ENAMETOOLONG: "the path is too long",
  };
  const reason = reasons[(error as NodeJS.ErrnoException).code ?? ""];
  return reason === undefined ? undefined : `cannot store in ${folder}: ${reason}; choose another folder with --data`;
}

/** Says once when all that was there has been stored; with `--once` that is the end. */
function watchProgress(
  pipeline: Pipeline,
  status: StatusLine,
  options: UpOptions,
  say: (line: string) => void,
): NodeJS.Timeout {
  const began = performance.now();
  const before = pipeline.ledger().totals.read;
  let lastRead = before;
  let lastChange = began;
  let lastFar = began;
  let said = false;
  return setInterval(() => {
    const { bytes, batches } = pipeline.lag();
    const now = performance.now();
    const { read } = pipeline.ledger().totals;
    if (read !== lastRead || batches > 0) {
      lastRead = read;
      lastChange = now;
    }
    if (said) return;
    if (bytes >= NEAR_BYTES) lastFar = now;
    const near = options.once !== true && now - lastFar >= NEAR_MS;
    const caughtUp = near || (bytes === 0 && batches === 0);
    if (!caughtUp || (now - lastChange < QUIET_MS && (options.once === true || read === before))) return;
    said = true;
    const events = read - before;
    const seconds = Math.max(0.001, (lastChange - began) / 1000);
    status.clear();
    if (events >= RATE_EVENTS) {
      say(
        `all there was is stored: ${grouped(events)} events in ${seconds.toFixed(1)} s (${grouped(events / seconds)}/s)`,
      );
    } else if (events > 0) say(`all there was is stored: ${grouped(events)} event${events === 1 ? "" : "s"}`);
    else say(before === 0 ? "there is nothing to read yet" : "nothing new: all there is was stored before");
    if (options.once === true) pipeline.stop();
  }, LOOK_MS);
}

/** Warnings and errors as lines for people; what goes as it should is not told. */
function consoleLog(say: (line: string) => void, before: () => void): Logger {
  const line = (level: string) => (message: string, details?: object) => {
    before();
    const more = Object.entries(details ?? {}).map(
      ([name, value]) => `${name}: ${typeof value === "string" ? value : JSON.stringify(value)}`,
    );
    say(`${level}: ${message}${more.length === 0 ? "" : ` (${more.join(", ")})`}`);
  };
  return { info: () => undefined, warn: line("warning"), error: line("error") };
}
