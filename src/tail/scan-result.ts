import type { FoundFile } from "./discover.ts";
import type { TailEnvironment } from "./environment.ts";
import type { HarvestLoop, Opening } from "./harvest-loop.ts";
import { historyOf, historyStart } from "./history.ts";
import { type InputFiles, modificationTime } from "./input-files.ts";
import type { ResolvedTailOptions } from "./options.ts";
import type { Registry } from "./registry.ts";
import { SEARCHES, type TrackedFile } from "./tracked-file.ts";

/** Takes what a scan found to the files that are known, open or new. */
export class ScanResult {
  readonly #env: TailEnvironment;
  readonly #registry: Registry;
  readonly #loop: HarvestLoop;
  readonly #inputs: readonly InputFiles[];
  readonly #options: ResolvedTailOptions;

  constructor(
    environment: TailEnvironment,
    options: ResolvedTailOptions,
    registry: Registry,
    loop: HarvestLoop,
    inputs: readonly InputFiles[],
  ) {
    this.#options = options;
    this.#env = environment;
    this.#registry = registry;
    this.#loop = loop;
    this.#inputs = inputs;
  }

  /** Runs between two turns, so that no file changes hands while it is read. */
  async apply(input: InputFiles, found: readonly FoundFile[]): Promise<void> {
    if (input.firstScan && this.#options.since !== undefined) {
      if (input.firstStart) await this.#beginHistory(input, found, this.#options.since);
      else this.#env.log.info(`files of input ${input.options.name} are known: they go on where they were read to`);
    }
    const seen = new Set<string>();
    const unknown: FoundFile[] = [];
    for (const file of found) {
      seen.add(`${file.stat.device}:${file.stat.inode}`);
      if (!this.#known(input, file)) unknown.push(file);
    }
    const inPlace = (of: TrackedFile): boolean => seen.has(of.key) || this.#loop.job(input, of.key) !== undefined;
    const folders = await this.#missing(input, seen);
    for (const sibling of folders) {
      const key = `${sibling.stat.device}:${sibling.stat.inode}`;
      if (seen.has(key)) continue;
      seen.add(key);
      if (!this.#known(input, sibling) && !input.isCopy(sibling, inPlace)) this.#openUnknown(input, sibling, true);
    }
    for (const file of unknown) {
      if (!this.#tooOld(input, file) && !input.isCopy(file, inPlace)) this.#openUnknown(input, file, false);
    }
    input.firstScan = false;
  }

  /** Every file of the past gets its entry and its place before anything is read, so that a crash on the way changes nothing. */
  async #beginHistory(input: InputFiles, found: readonly FoundFile[], since: number): Promise<void> {
    const young = found.filter((file) => !this.#tooOld(input, file));
    for (const chain of await historyOf(young, input.discovery, this.#env.fs)) {
      const openings: Opening[] = [];
      for (const one of chain) {
        if (this.#tooOld(input, one)) continue;
        const { offset, doubt } = await historyStart(one, since, this.#env, this.#options.timezone);
        const file = await input.beginAt(one, offset).catch((error: unknown) => {
          input.discovery.trouble(one.path, "open_errors", `cannot open ${one.path}: ${error}`);
          return null;
        });
        if (file === null) continue;
        if (doubt !== undefined) {
          this.#env.log.warn(
            `${one.path} is read from its beginning, since it was written to after the time asked for: ${doubt}`,
          );
        } else if (offset !== "end") {
          this.#env.log.info(`${one.path} is read from byte ${file.position.offset} of ${file.size}`);
        }
        if (file.position.offset === file.size) continue;
        openings.push({ input, file, path: one.path, key: file.key, asCopyOnly: false, first: true });
      }
      this.#loop.openInOrder(openings);
    }
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
    const { ignoreOlderMs = 0, ignoreSince = 0 } = input.options;
    if (stat.modified < ignoreSince) return true;
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
    // The size on disk of a gzip file says nothing of its content.
    const size = input.isGzip(path) ? file.size : stat.size;
    // A rename alone is no reason to inflate it again.
    const same = input.isGzip(path) ? modificationTime(stat) === modificationTime(file) : stat.version === file.version;
    const changed = !same || size !== file.size;
    if (job !== undefined) {
      job.harvester.path = path;
      job.harvester.renamed ||= file.rotated;
      if (changed) this.#loop.wake(job.harvester);
      return true;
    }
    if (changed || (!file.looked && file.acknowledged.offset !== size)) {
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
    if (paths.size > 0 && this.#loop.searching) return [...found.values()];
    for (const file of input.files()) {
      if ((file.past || !seen.has(file.key)) && file.searches > 0) file.searches--;
    }
    return [...found.values()];
  }
}
