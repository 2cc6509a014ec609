import type { RecordSink } from "../event/record-batch.ts";
import { Batcher } from "./batcher.ts";
import { type FoundFile, watchedFolders } from "./discover.ts";
import type { FolderWatch, TailEnvironment } from "./environment.ts";
import { HarvestLoop } from "./harvest-loop.ts";
import { InputFiles } from "./input-files.ts";
import { type ResolvedTailOptions, type TailOptions, withDefaults } from "./options.ts";
import { defaultEnvironment } from "./real-environment.ts";
import { Registry } from "./registry.ts";
import { SEARCHES, type TrackedFile } from "./tracked-file.ts";

/** Time between something seen in a folder and the scan it asks for, so that a burst makes one scan. */
const SCAN_DELAY_MS = 50;

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
  #loaded: Promise<unknown> | null = null;
  #running: Promise<void> = Promise.resolve();
  #watch: FolderWatch | null = null;
  #scanTimer: unknown = null;
  #scanAt = Number.POSITIVE_INFINITY;
  #scanning = false;
  #scanWanted = false;
  #flushTimer: unknown = null;
  #stopping = false;
  #stopped: Promise<void> | null = null;

  /** @throws TypeError for options that cannot be: two inputs of one name, a relative path, an unknown encoding. */
  constructor(options: TailOptions, sink: RecordSink, environment: TailEnvironment = defaultEnvironment()) {
    this.#options = withDefaults(options);
    this.#env = environment;
    this.#registry = new Registry(options.registryFolder, environment, options.extra);
    this.#batcher = new Batcher(sink, environment.clock, this.#options.lingerMs, () => this.#registry.touch());
    this.#loop = new HarvestLoop(environment, this.#options, this.#registry, this.#batcher, () => this.scanSoon());
    this.#inputs = options.inputs.map((input) => new InputFiles(input, environment, this.#registry));
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

  /** Scans the folders soon. */
  scanSoon(): void {
    this.#scanIn(SCAN_DELAY_MS);
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
    if (!names) {
      for (const { harvester } of this.#loop.jobs.values()) {
        if (harvester.path !== path) continue;
        this.#loop.wake(harvester);
        return;
      }
    }
    this.scanSoon();
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
      this.#scanWanted ||= ms <= SCAN_DELAY_MS;
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
    try {
      for (const input of this.#inputs) {
        const found = await input.discovery.scan();
        // Between turns, so that no file changes hands while it is read.
        await new Promise<void>((resolve, reject) => {
          this.#loop.do(() => this.#apply(input, found).then(resolve, reject));
        });
        if (this.#stopping) return;
      }
      this.#forget();
      this.#loop.do(async () => this.#loop.scanned());
    } finally {
      this.#scanning = false;
      this.#scanIn(this.#scanWanted ? SCAN_DELAY_MS : this.#options.scanMs);
    }
  }

  async #apply(input: InputFiles, found: readonly FoundFile[]): Promise<void> {
    const seen = new Set<string>();
    const unknown: FoundFile[] = [];
    for (const file of found) {
      seen.add(`${file.stat.device}:${file.stat.inode}`);
      if (!this.#known(input, file)) unknown.push(file);
    }
    const folders = await this.#missing(input, seen);
    for (const sibling of folders) {
      const key = `${sibling.stat.device}:${sibling.stat.inode}`;
      if (seen.has(key)) continue;
      seen.add(key);
      if (!this.#known(input, sibling) && !input.isCopy(sibling)) this.#openUnknown(input, sibling, true);
    }
    for (const file of unknown) {
      if (!this.#tooOld(input, file) && !input.isCopy(file)) this.#openUnknown(input, file, false);
    }
    input.firstScan = false;
  }

  #openUnknown(input: InputFiles, { path, stat }: FoundFile, asCopyOnly: boolean): void {
    this.#loop.open({
      input,
      file: null,
      path,
      key: `${stat.device}:${stat.inode}`,
      asCopyOnly,
      first: input.firstScan,
    });
  }

  #tooOld(input: InputFiles, { stat }: FoundFile): boolean {
    const { ignoreOlderMs = 0 } = input.options;
    return ignoreOlderMs > 0 && this.#env.clock.now() - stat.modified > ignoreOlderMs;
  }

  /** A file whose inode is known: follows its name, and reads it if it changed. False if it is not known. */
  #known(input: InputFiles, { path, stat }: FoundFile): boolean {
    const key = `${stat.device}:${stat.inode}`;
    const job = this.#loop.job(input, key);
    const file = job?.harvester.file ?? input.byInode.get(key) ?? this.#orphan(input, key);
    if (file === undefined) return false;
    file.seenAt = this.#env.clock.now();
    if (file.seenPath !== path) this.#renamed(file, path);
    if (job !== undefined) {
      job.harvester.path = path;
      job.harvester.renamed ||= file.rotated;
      if (stat.version !== file.version || stat.size !== file.size) this.#loop.wake(job.harvester);
      return true;
    }
    const changed = stat.version !== file.version || stat.size !== file.size;
    if (changed || (!file.looked && file.acknowledged.offset !== stat.size)) {
      this.#loop.open({ input, file, path, key, asCopyOnly: false, first: input.firstScan });
    }
    return true;
  }

  #renamed(file: TrackedFile, path: string): void {
    file.seenPath = path;
    file.rotated = true;
    file.changed = true;
    this.#env.count("renames");
  }

  /** A file of an input that is no longer configured. */
  #orphan(input: InputFiles, key: string): TrackedFile | undefined {
    for (const file of this.#registry.files) {
      if (file.key !== key || this.#inputs.some((other) => other.options.name === file.input)) continue;
      input.adopt(file);
      return file;
    }
    return undefined;
  }

  /** Files of the input that the scan did not see; gives files beside those whose content may lie there under another name. */
  async #missing(input: InputFiles, seen: ReadonlySet<string>): Promise<FoundFile[]> {
    const paths = new Set<string>();
    for (const { harvester, input: owner, key } of this.#loop.jobs.values()) {
      if (owner !== input || seen.has(key)) continue;
      const { links } = await this.#env.fs.fstat(harvester.descriptor);
      if (links === 0 && !harvester.removed) this.#env.count("removals");
      harvester.removed ||= links === 0;
      if (links > 0 && !harvester.renamed) this.#renamed(harvester.file, harvester.path);
      harvester.renamed = true;
      this.#loop.wake(harvester);
    }
    for (const file of input.files()) {
      if (!file.past && seen.has(file.key)) file.searches = SEARCHES;
      else if (file.searches > 0) paths.add(file.path).add(file.seenPath);
    }
    const found = new Map<string, FoundFile>();
    for (const path of paths) {
      for (const sibling of await input.discovery.siblings(path)) found.set(sibling.path, sibling);
    }
    for (const file of input.files()) {
      if ((file.past || !seen.has(file.key)) && file.searches > 0) file.searches--;
    }
    return [...found.values()];
  }

  #forget(): void {
    const limit = this.#env.clock.now() - this.#options.forgetAfterMs;
    const open = new Set([...this.#loop.jobs.values()].map((job) => job.harvester.file));
    for (const file of this.#registry.files) {
      if (file.seenAt >= limit || file.outstanding > 0 || open.has(file)) continue;
      this.#registry.remove(file);
      for (const input of this.#inputs) if (input.byInode.get(file.key) === file) input.byInode.delete(file.key);
      this.#env.count("files_forgotten");
    }
  }
}
