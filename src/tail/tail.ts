import type { RecordSink } from "../event/record-batch.ts";
import { Batcher } from "./batcher.ts";
import { watchedFolders } from "./discover.ts";
import type { FolderWatch, TailEnvironment } from "./environment.ts";
import { HarvestLoop } from "./harvest-loop.ts";
import type { Harvester } from "./harvester.ts";
import { InflatingFiles } from "./inflating-files.ts";
import { InputFiles } from "./input-files.ts";
import { type ResolvedTailOptions, type TailOptions, withDefaults } from "./options.ts";
import { defaultEnvironment } from "./real-environment.ts";
import { Registry } from "./registry.ts";
import { ScanResult } from "./scan-result.ts";
import type { TrackedFile } from "./tracked-file.ts";

/** Time between something seen in a folder and the scan it asks for, so that a burst makes one scan. */
const SCAN_DELAY_MS = 50;
/** Scans that something seen asks for take at most a tenth of the time. */
const SCAN_REST = 9;

/** Entries of the registry, however many files come and go. */
const FILES_KEPT = 200_000;
const SCANS_TO_DRAIN = 2;
const DRAIN_LOOK_MS = 20;

/** What is known of a file, for status reports. Offsets and sizes in bytes, times in epoch milliseconds. */
export interface TailFileStatus {
  readonly input: string;
  readonly path: string;
  readonly id: string;
  readonly generation: number;
  readonly acknowledged: number;
  readonly read: number;
  readonly size: number;
  readonly open: boolean;
  /** Its content is no longer in its place. */
  readonly past: boolean;
  readonly seenAt: number;
}

/**
 * Follows files and hands their records to a sink. What was acknowledged is in the registry, so a new Tail goes on where the
 * last one was acknowledged, with the same identities for what it reads again.
 */
export class Tail {
  readonly #options: ResolvedTailOptions;
  readonly #env: TailEnvironment;
  readonly #registry: Registry;
  readonly #batcher: Batcher;
  readonly #loop: HarvestLoop;
  readonly #inputs: readonly InputFiles[];
  readonly #scanResult: ScanResult;
  /** Paths that the last scan found, and the open files among them. */
  #paths = new Map<string, Harvester | null>();
  #loaded: Promise<unknown> | null = null;
  #running: Promise<void> = Promise.resolve();
  #watch: FolderWatch | null = null;
  #scanTimer: unknown = null;
  #scanAt = Number.POSITIVE_INFINITY;
  #scanning = false;
  #scanWanted = false;
  #scanCost = 0;
  #flushTimer: unknown = null;
  #stopping = false;
  /** Scans that have been finished. */
  #scans = 0;
  #stopped: Promise<void> | null = null;

  /** @throws TypeError for options that cannot be: two inputs of one name, a relative path, an unknown encoding. */
  constructor(options: TailOptions, sink: RecordSink, environment: TailEnvironment = defaultEnvironment()) {
    this.#options = withDefaults(options);
    const inflating = { ...environment, fs: new InflatingFiles(environment.fs) };
    this.#env = inflating;
    this.#registry = new Registry(options.registryFolder, environment, options.extra);
    this.#batcher = new Batcher(
      sink,
      environment.clock,
      this.#options.lingerMs,
      () => this.#registry.touch(),
      (counter, by) => environment.count(counter, by),
    );
    this.#loop = new HarvestLoop(inflating, this.#options, this.#registry, this.#batcher, () => this.scanSoon());
    this.#inputs = options.inputs.map((input) => new InputFiles(input, inflating, this.#registry));
    this.#scanResult = new ScanResult(inflating, this.#options, this.#registry, this.#loop, this.#inputs);
    const names = new Set(options.inputs.map((input) => input.name));
    if (names.size < options.inputs.length) throw new TypeError("two inputs of a tail have the same name");
  }

  /** Reads the registry (`start` does it too) and gives the owner's stored value, null at a first start. */
  load(): Promise<unknown> {
    this.#loaded ??= this.#registry.load().then((extra) => {
      const byName = new Map(this.#inputs.map((input) => [input.options.name, input]));
      for (const file of this.#registry.files) byName.get(file.input)?.adopt(file);
      return extra;
    });
    return this.#loaded;
  }

  /** Resolves after the first scan; files are read from then on. @throws if the registry can be neither read nor set aside. */
  async start(): Promise<void> {
    await this.load();
    if (this.#stopping) return;
    if (this.#env.watch !== null) {
      const folders = watchedFolders(this.#options.inputs.flatMap((input) => input.paths));
      this.#watch = this.#env.watch(folders, (path, names) => this.#seen(path, names));
    }
    this.#running = this.#loop.run();
    this.#running.catch((error: unknown) => this.#env.log.error(`reading files has stopped: ${error}`));
    this.#flushSoon();
    await this.#scan();
  }

  /**
   * Stops reading. With `drain`, what was read is submitted and its acknowledgement awaited up to `timeoutMs`; without, it is left for
   * the next start. The registry is written in the end.
   */
  stop({ drain, timeoutMs }: { drain: boolean; timeoutMs: number }): Promise<void> {
    this.#stopped ??= this.#stop(drain, timeoutMs);
    return this.#stopped;
  }

  async #stop(drain: boolean, timeoutMs: number): Promise<void> {
    const { clock } = this.#env;
    this.#stopping = true;
    await this.#loaded?.catch(() => undefined);
    if (this.#scanTimer !== null) clock.clearTimeout(this.#scanTimer);
    if (this.#flushTimer !== null) clock.clearTimeout(this.#flushTimer);
    await this.#watch?.close();
    this.#loop.stop();
    let timer: unknown = null;
    const late = new Promise<"late">((resolve) => {
      timer = clock.setTimeout(() => resolve("late"), timeoutMs);
    });
    if (!drain) this.#batcher.close();
    const ended = await Promise.race([this.#running.catch(() => undefined), late]);
    if (drain && ended !== "late") {
      this.#batcher.submit();
      await Promise.race([this.#batcher.idle(), late]);
    }
    if (timer !== null) clock.clearTimeout(timer);
    this.#batcher.close();
    await this.#registry.close();
    // A reader that still waits for a batch or a disk keeps its descriptors: closing them under it could hit another file.
    if (ended !== "late") await this.#loop.close();
  }

  /** Scans the folders soon; not later than it would be done anyway. */
  scanSoon(): void {
    this.#scanIn(Math.min(this.#options.scanMs, Math.max(SCAN_DELAY_MS, this.#scanCost * SCAN_REST)));
  }

  /**
   * Resolves when everything that is there now has been read and acknowledged, a last line without its end too. `start` has been called. Files that
   * cannot be opened or read are left out: `missing` names them.
   */
  async drained(): Promise<void> {
    const { clock } = this.#env;
    const wait = (ms: number): Promise<void> => new Promise((resolve) => clock.setTimeout(() => resolve(), ms));
    // What a file is may take a scan or two to find out.
    for (let scan = 0; scan < SCANS_TO_DRAIN; scan++) {
      this.scanSoon();
      const before = this.#scans;
      while (this.#scans === before && !this.#stopping) await wait(DRAIN_LOOK_MS);
      if (scan === 0) this.#loop.drain();
    }
    while (!this.#stopping && !this.#isDrained()) await wait(DRAIN_LOOK_MS);
  }

  #isDrained(): boolean {
    if (!this.#loop.undrained().next().done) return false;
    this.#batcher.submit();
    return this.#batcher.outstanding === 0;
  }

  /** What has not been read and acknowledged, and why. */
  missing(): { readonly path: string; readonly bytes: number; readonly reason: string }[] {
    const missing = [...this.#loop.undrained()].map((file) => ({ ...file, reason: "not read to its end" }));
    for (const file of this.#registry.files) {
      const bytes = file.position.offset - file.acknowledged.offset;
      if (bytes > 0) missing.push({ path: file.seenPath, bytes, reason: "not acknowledged" });
    }
    for (const { discovery } of this.#inputs)
      for (const path of discovery.troubled) missing.push({ path, bytes: 0, reason: "cannot be read" });
    return missing;
  }

  status(): TailFileStatus[] {
    const open = new Set([...this.#loop.jobs.values()].map((job) => job.harvester.file));
    return [...this.#registry.files].map((file) => ({
      input: file.input,
      path: file.seenPath,
      id: file.id,
      generation: file.generation,
      acknowledged: file.acknowledged.offset,
      read: file.position.offset,
      size: file.size,
      open: open.has(file),
      past: file.past,
      seenAt: file.seenAt,
    }));
  }

  #seen(path: string, names: boolean): void {
    if (this.#stopping) return;
    const harvester = this.#paths.get(path);
    if (!names && harvester?.path === path) this.#loop.wake(harvester);
    // Files of others that are written to in the same folder are no reason to scan it.
    else if (names || harvester !== undefined) this.scanSoon();
  }

  #flushSoon(): void {
    if (this.#stopping) return;
    this.#flushTimer = this.#env.clock.setTimeout(() => {
      void this.#registry.flush().then(() => {
        this.#loop.flushParked();
        this.#flushSoon();
      });
    }, this.#options.flushMs);
  }

  #scanIn(ms: number): void {
    if (this.#stopping) return;
    const at = this.#env.clock.now() + ms;
    if (this.#scanning) {
      this.#scanWanted ||= ms < this.#options.scanMs;
      return;
    }
    if (at >= this.#scanAt) return;
    if (this.#scanTimer !== null) this.#env.clock.clearTimeout(this.#scanTimer);
    this.#scanAt = at;
    this.#scanTimer = this.#env.clock.setTimeout(() => {
      this.#scanTimer = null;
      this.#scan().catch((error: unknown) => this.#env.log.error(`a scan failed: ${error}`));
    }, ms);
  }

  async #scan(): Promise<void> {
    this.#scanAt = Number.POSITIVE_INFINITY;
    this.#scanning = true;
    this.#scanWanted = false;
    this.#env.count("scans");
    const { clock } = this.#env;
    let cost = 0;
    const paths = new Map<string, Harvester | null>();
    try {
      for (const input of this.#inputs) {
        const began = clock.now();
        const found = await input.discovery.scan();
        cost += clock.now() - began;
        for (const { path } of found) paths.set(path, null);
        // Between turns, so that no file changes hands while it is read.
        await new Promise<void>((resolve, reject) => {
          this.#loop.do(async () => {
            // A turn before it may have waited long for a receiver; that is no cost of the scan's.
            const taken = clock.now();
            await this.#scanResult.apply(input, found).then(resolve, reject);
            cost += clock.now() - taken;
          });
        });
        if (this.#stopping) return;
      }
      this.#forget();
      for (const { harvester } of this.#loop.jobs.values()) paths.set(harvester.path, harvester);
      this.#paths = paths;
      this.#loop.do(async () => this.#loop.scanned());
      this.#scans++;
    } finally {
      this.#scanning = false;
      this.#scanCost = cost;
      if (this.#scanWanted) this.scanSoon();
      else this.#scanIn(this.#options.scanMs);
    }
  }

  /** Takes files out of the registry that nothing more is expected of, and the longest unseen when there are too many. */
  #forget(): void {
    const now = this.#env.clock.now();
    const limit = now - this.#options.forgetAfterMs;
    const open = new Set([...this.#loop.jobs.values()].map((job) => job.harvester.file));
    const inactive = new Map(this.#inputs.map(({ options }) => [options.name, options.cleanInactiveMs ?? 0]));
    const others: TrackedFile[] = [];
    for (const file of this.#registry.files) {
      if (file.outstanding > 0 || open.has(file)) continue;
      const clean = inactive.get(file.input) ?? 0;
      const isInactive = clean > 0 && file.acknowledged.offset >= file.size && now - modifiedMs(file) >= clean;
      if (file.seenAt < limit || isInactive) this.#remove(file);
      else others.push(file);
    }
    const tooMany = this.#registry.files.size - FILES_KEPT;
    if (tooMany <= 0) return;
    others.sort((a, b) => a.seenAt - b.seenAt);
    for (const file of others.slice(0, tooMany)) if (file.seenAt < now - this.#options.scanMs * 3) this.#remove(file);
  }

  #remove(file: TrackedFile): void {
    this.#registry.remove(file);
    for (const input of this.#inputs) if (input.byInode.get(file.key) === file) input.byInode.delete(file.key);
    this.#env.count("files_forgotten");
  }
}

/** When a file was modified last, as far as was seen: the first half of its version is that in nanoseconds. */
function modifiedMs(file: TrackedFile): number {
  return Number(file.version.slice(0, file.version.indexOf(":"))) / 1e6;
}
