import { type Batcher, TailStopped } from "./batcher.ts";
import { lookAt, verify } from "./content.ts";
import { TAIL_BYTES } from "./fingerprint.ts";
import { GzipOpenings } from "./gzip-openings.ts";
import { type HarvestContext, Harvester, isGone } from "./harvester.ts";
import type { InflatingEnvironment, InputFiles } from "./input-files.ts";
import { OpeningOrder } from "./opening-order.ts";
import { DEFAULT_CLOSE_INACTIVE_MS, type ResolvedTailOptions } from "./options.ts";
import type { Registry } from "./registry.ts";
import type { TrackedFile } from "./tracked-file.ts";

/** A file that waits to be opened: `file` null when its inode is not known. */
export interface Opening {
  readonly input: InputFiles;
  readonly file: TrackedFile | null;
  readonly path: string;
  readonly key: string;
  /** It matches no glob: read only if it continues something. */
  readonly asCopyOnly: boolean;
  /** Found by the first scan. */
  readonly first: boolean;
  /** Of a gzip file whose content was gone through. */
  readonly descriptor?: number;
}

interface Job {
  readonly harvester: Harvester;
  readonly input: InputFiles;
  readonly asCopyOnly: boolean;
  readonly first: boolean;
  readonly key: string;
}

const PARKED_AT_A_TIME = 2000;

/** Shortest time between two looks at one file, so that a file written line by line does not cost a read per line. */
const WAKE_MS = 20;

/**
 * Opens files and gives each its turn, one after the other: one read buffer, one thing at a time, so nothing below needs a lock.
 * `work` is what else must run between turns (scans).
 */
export class HarvestLoop {
  readonly jobs: Map<string, Job> = new Map();
  readonly #env: InflatingEnvironment;
  readonly #options: ResolvedTailOptions;
  readonly #registry: Registry;
  readonly #context: HarvestContext;
  readonly #batcher: Batcher;
  readonly #requestScan: () => void;
  readonly #openings: Map<string, Opening> = new Map();
  readonly #gzip: GzipOpenings<Opening>;
  readonly #order: OpeningOrder<Opening> = new OpeningOrder(({ input, key }) => jobKey(input, key));
  readonly #work: (() => Promise<void>)[] = [];
  #ready: Job[] = [];
  /** What they have to read waits for a batch. They are looked at when something changes: names and contents go on changing. */
  readonly #blocked = new Set<Job>();
  draining = false;
  #parked: Job[] = [];
  #held: { file: TrackedFile; harvester: Harvester; scans: number }[] = [];
  #flushing = false;
  #stopping = false;
  #signal: (() => void) | null = null;
  #timer: unknown = null;
  #tickAt = Number.POSITIVE_INFINITY;
  #retryAt = 0;
  #roomMadeAt = Number.NEGATIVE_INFINITY;

  constructor(
    environment: InflatingEnvironment,
    options: ResolvedTailOptions,
    registry: Registry,
    batcher: Batcher,
    requestScan: () => void,
  ) {
    this.#env = environment;
    this.#options = options;
    this.#registry = registry;
    this.#requestScan = requestScan;
    this.#batcher = batcher;
    batcher.onRoom = () => {
      for (const job of this.#blocked) this.#enqueue(job);
      this.#blocked.clear();
      this.#continue();
    };
    this.#gzip = new GzipOpenings<Opening>(
      environment.fs,
      ({ input, path, file, asCopyOnly }) => input.survey(path, file, asCopyOnly),
      (opening, descriptor) => {
        this.#openings.set(jobKey(opening.input, opening.key), { ...opening, descriptor });
        this.#continue();
      },
      (opening, error) => this.#cannotOpen(opening, error),
    );
    const buffer = Buffer.allocUnsafeSlow(Math.max(options.bufferSize, 4096));
    this.#context = { env: environment, batcher, buffer, turnBytes: options.turnBytes };
  }

  /** Runs until `stop`. */
  async run(): Promise<void> {
    try {
      while (!this.#stopping) await this.#step();
    } catch (error) {
      if (!(error instanceof TailStopped)) throw error;
    }
  }

  async #step(): Promise<void> {
    const work = this.#work.shift();
    if (work !== undefined) return work();
    if (this.#parked.length >= PARKED_AT_A_TIME) this.flushParked();
    const opened = await this.#openNext();
    const job = this.#ready.shift();
    if (job !== undefined) {
      job.harvester.queued = false;
      return this.#turn(job);
    }
    this.flushParked();
    if (opened) return;
    await new Promise<void>((resolve) => {
      this.#signal = resolve;
    });
  }

  stop(): void {
    this.#stopping = true;
    if (this.#timer !== null) this.#env.clock.clearTimeout(this.#timer);
    this.#timer = null;
    this.#continue();
  }

  /** Closes what is open; after `run` has ended. */
  async close(): Promise<void> {
    await this.#gzip.close();
    for (const { descriptor } of this.#openings.values())
      if (descriptor !== undefined) await this.#env.fs.close(descriptor).catch(() => undefined);
    for (const { harvester } of this.jobs.values())
      await this.#env.fs.close(harvester.descriptor).catch(() => undefined);
    this.jobs.clear();
  }

  /** From now on the end of a file is the end of its last record, and `undrained` says what is still to be read. */
  drain(): void {
    this.draining = true;
    for (const { harvester } of this.jobs.values()) this.wake(harvester);
  }

  /** Files whose end has not been reached since `drain`. */
  *undrained(): Generator<{ readonly path: string; readonly bytes: number }> {
    const waiting = [...this.#openings.values(), ...this.#gzip.pending(), ...this.#order.waiting()];
    for (const { path } of waiting) yield { path, bytes: 0 };
    for (const { harvester } of this.jobs.values()) {
      if (harvester.drained && !harvester.unframed) continue;
      yield { path: harvester.path, bytes: Math.max(0, harvester.file.size - harvester.file.position.offset) };
    }
  }

  /** Runs `work` between two turns. */
  do(work: () => Promise<void>): void {
    this.#work.push(work);
    this.#continue();
  }

  open(opening: Opening): void {
    const name = jobKey(opening.input, opening.key);
    if (this.#order.isWaiting(name) || this.jobs.has(name) || this.#openings.get(name)?.descriptor !== undefined)
      return;
    if (opening.input.isGzip(opening.path)) {
      this.#gzip.add(name, opening);
      return;
    }
    this.#openings.set(name, opening);
    this.#continue();
  }

  /** Opens each when the one before it was read to its end. */
  openInOrder(openings: readonly Opening[]): void {
    this.#order.add(openings);
    if (openings[0] !== undefined) this.open(openings[0]);
  }

  #openFollowing(input: InputFiles, key: string): void {
    const next = this.#order.done(jobKey(input, key));
    if (next === undefined) return;
    // It may have been renamed meanwhile.
    this.open({ ...next, path: next.file?.seenPath ?? next.path });
  }

  job(input: InputFiles, key: string): Job | undefined {
    return this.jobs.get(jobKey(input, key));
  }

  descriptorOf = (file: TrackedFile): number | null => {
    for (const { harvester } of this.jobs.values()) if (harvester.file === file) return harvester.descriptor;
    return null;
  };

  /** Whether gzip files are under way that may be what a missing file became: a search is not over before. */
  get searching(): boolean {
    const openings = [...this.#gzip.pending(), ...this.#openings.values()];
    if (openings.some(({ asCopyOnly, input, path }) => asCopyOnly && input.isGzip(path))) return true;
    for (const { asCopyOnly, harvester } of this.jobs.values())
      if (asCopyOnly && !harvester.identified && this.#env.fs.isGzip(harvester.descriptor)) return true;
    return false;
  }

  /** Looks at an open file soon. */
  wake(harvester: Harvester): void {
    harvester.woken = true;
    this.#pollAt(harvester, Math.max(this.#env.clock.now(), harvester.lastTurnAt + WAKE_MS));
  }

  /** A scan is over: what framers held of content that is in no copy leaves now. */
  scanned(): void {
    this.#releaseRemoved();
    // A copy may be among what waits to be opened, or cannot be read yet.
    if (this.#openings.size > 0 || this.#blocked.size > 0 || this.searching) return;
    for (const held of this.#held) held.scans++;
    const due = this.#held.filter((held) => held.scans >= 2);
    this.#held = this.#held.filter((held) => held.scans < 2);
    for (const { file, harvester } of due) {
      if (!file.past) continue;
      file.cutAt(harvester.readAt);
      this.do(async () => {
        if (!(await this.#registry.flush())) return void this.#held.push({ file, harvester, scans: 1 });
        if (!(await harvester.deliverHeld())) this.#held.push({ file, harvester, scans: 1 });
      });
    }
  }

  /** Removed files hold their room on the disk as long as they are open; when it is full, those that wait too long to be read on are given up. */
  #releaseRemoved(): void {
    const { releaseDeletedAfterMs, diskFull } = this.#options;
    if (releaseDeletedAfterMs === 0 || diskFull?.() !== true) return;
    const now = this.#env.clock.now();
    for (const job of this.jobs.values()) {
      const { harvester } = job;
      if (!harvester.removed) continue;
      harvester.removedAt ??= now;
      if (now - harvester.removedAt < releaseDeletedAfterMs) continue;
      this.do(() => this.#giveUp(job));
    }
  }

  async #giveUp(job: Job): Promise<void> {
    const { file } = job.harvester;
    if (!this.#isOpen(job)) return;
    const { size } = await this.#env.fs.fstat(job.harvester.descriptor);
    const lost = size - file.position.offset;
    if (lost > 0) {
      this.#env.count("released_files");
      this.#env.count("released_bytes", lost);
      this.#env.log.error(
        `${file.seenPath} was removed and is given up, for the disk is full and it could not be read on: ${lost} bytes of it from ${file.position.offset} on are lost`,
      );
    }
    await this.#close(job);
  }

  #continue(): void {
    const signal = this.#signal;
    this.#signal = null;
    signal?.();
  }

  async #openNext(): Promise<boolean> {
    if (this.jobs.size >= this.#options.harvesterLimit) {
      if (this.#openings.size > 0) this.#makeRoom();
      return false;
    }
    for (const [key, opening] of this.#openings) {
      if (this.#isFull(opening.input)) continue;
      this.#openings.delete(key);
      await this.#open(opening);
      return true;
    }
    return false;
  }

  /** An input may have a limit of its own. */
  #isFull(input: InputFiles): boolean {
    const { harvesterLimit = 0 } = input.options;
    if (harvesterLimit === 0) return false;
    let open = 0;
    for (const job of this.jobs.values()) if (job.input === input) open++;
    return open >= harvesterLimit;
  }

  async #open(opening: Opening): Promise<void> {
    const { input, path, asCopyOnly, first } = opening;
    const fs = this.#env.fs;
    let descriptor: number;
    try {
      descriptor = opening.descriptor ?? (await fs.open(path, "r"));
    } catch (error) {
      this.#cannotOpen(opening, error);
      return;
    }
    const fault = fs.fault(descriptor);
    try {
      const open = await lookAt(fs, descriptor);
      const key = `${open.stat.device}:${open.stat.inode}`;
      if (open.stat.kind !== "file" || key !== opening.key || this.jobs.has(jobKey(input, key))) {
        // The path belongs to another file by now.
        await this.#closeDescriptor(descriptor);
        this.#openFollowing(input, opening.key);
        this.#requestScan();
        return;
      }
      if (fault === null) input.discovery.fine(path);
      else {
        const read = `${open.stat.size} bytes of its content can be read`;
        const message = `${path} is not a whole gzip file (${fault}): ${read}; it is looked at again when it changes`;
        input.discovery.trouble(path, "gzip_faults", message);
      }
      const harvester = await this.#harvester(opening, descriptor, open);
      harvester.openedAt = this.#env.clock.now();
      const job: Job = { harvester, input, asCopyOnly, first, key };
      this.jobs.set(jobKey(input, key), job);
      this.#env.count("files_opened");
      this.#enqueue(job);
    } catch (error) {
      await this.#closeDescriptor(descriptor);
      this.#openFollowing(input, opening.key);
      input.discovery.trouble(path, "read_errors", `cannot read ${path}: ${error}`);
    }
  }

  #cannotOpen({ input, path, key }: Opening, error: unknown): void {
    this.#openFollowing(input, key);
    if (isGone(error)) this.#requestScan();
    else input.discovery.trouble(path, "open_errors", `cannot open ${path}: ${error}`);
  }

  async #closeDescriptor(descriptor: number): Promise<void> {
    const gzip = this.#env.fs.isGzip(descriptor);
    await this.#env.fs.close(descriptor).catch(() => undefined);
    if (gzip) this.#gzip.released();
  }

  async #harvester(opening: Opening, descriptor: number, open: Awaited<ReturnType<typeof lookAt>>): Promise<Harvester> {
    const { input, path } = opening;
    let file = opening.file ?? input.fresh(path, open.stat);
    let before: Buffer = Buffer.alloc(0);
    let identified = false;
    if (opening.file !== null) {
      const verified = await verify(this.#env.fs, open, file);
      identified = true;
      if (verified.verdict === "same") {
        before = verified.before;
        file.forgetUnread(open.stat.size);
      } else {
        // An inode used again may hold a copy of something; a rewritten file is its own next generation.
        identified = verified.verdict !== "another";
        file = input.successor(file, path, open.stat, verified.verdict === "another");
        this.#requestScan();
      }
      if (file.source === null) input.describe(file);
    }
    const harvester = new Harvester(descriptor, file, input.framer(open.head), before, path, this.#context);
    harvester.identified = identified && this.#registry.files.has(file);
    harvester.renamed = file.rotated;
    harvester.idleSince = this.#env.clock.now();
    return harvester;
  }

  async #turn(job: Job): Promise<void> {
    const { harvester } = job;
    // Closed while it waited; its inode may have another job by now.
    if (!this.#isOpen(job)) return;
    harvester.lastTurnAt = this.#env.clock.now();
    try {
      if (!harvester.identified && !(await this.#identify(job))) return;
      if (!harvester.file.durable) {
        this.#parked.push(job);
        return;
      }
      const inflated = this.#env.fs.ready(harvester.descriptor, Math.max(0, harvester.readAt - TAIL_BYTES));
      if (inflated !== null) {
        // Others have their turns meanwhile.
        inflated.then(
          () => this.#enqueue(job),
          (error: unknown) => this.do(() => this.#unreadable(job, error)),
        );
        return;
      }
      const end = await harvester.turn();
      const { closeAfterMs = 0 } = job.input.options;
      if (closeAfterMs > 0 && harvester.lastTurnAt - harvester.openedAt >= closeAfterMs && end !== "displaced") {
        // The next scan goes on where its records are in batches.
        harvester.file.looked = false;
        await this.#close(job);
      } else if (end === "more") this.#enqueue(job);
      else if (end === "blocked") this.#wait(job);
      else if (end === "displaced") await this.#displaced(job);
      else await this.#atEnd(job);
    } catch (error) {
      if (error instanceof TailStopped) throw error;
      await this.#unreadable(job, error);
    }
  }

  /** Until there is a batch; it may have come since the turn ended. */
  #wait(job: Job): void {
    if (this.#batcher.ready) this.#enqueue(job);
    else this.#blocked.add(job);
  }

  async #unreadable(job: Job, error: unknown): Promise<void> {
    const { harvester, input } = job;
    input.discovery.trouble(harvester.path, "read_errors", `cannot read ${harvester.path}: ${error}`);
    harvester.file.looked = false;
    await this.#close(job);
  }

  /** True when the file may be read on in this turn. */
  async #identify(job: Job): Promise<boolean> {
    const { harvester, input, asCopyOnly, first } = job;
    const stat = await this.#env.fs.fstat(harvester.descriptor);
    if (stat.size === 0) {
      // An empty file keeps its place only while no other wants it; the next scan finds it again.
      harvester.drained = this.draining;
      if (stat.links === 0 || this.#crowded() || stat.compressed !== undefined) await this.#close(job);
      else this.#idle(job);
      return false;
    }
    if (stat.compressed !== undefined && (await this.#hasBegun(input))) {
      this.#enqueue(job);
      return false;
    }
    const found = await input.identify(harvester, this.descriptorOf, asCopyOnly, first);
    if (found === "again") {
      this.#enqueue(job);
      return false;
    }
    if (found === "later") this.#requestScan();
    if (found === "copy" || found === "foreign" || found === "later") {
      input.byInode.delete(job.key);
      await this.#close(job);
      return false;
    }
    harvester.renamed = harvester.file.rotated;
    // Who read that file so far holds what took its place.
    for (const other of found === "known" ? this.jobs.values() : []) {
      if (other !== job && other.harvester.file === harvester.file) await this.#displaced(other);
    }
    return true;
  }

  /** Whether files that were empty have content by now; they come first: what is compressed may be made of one. */
  async #hasBegun(input: InputFiles): Promise<boolean> {
    let begun = false;
    for (const other of this.jobs.values()) {
      const { harvester } = other;
      if (other.input !== input || harvester.identified || this.#env.fs.isGzip(harvester.descriptor)) continue;
      if ((await this.#env.fs.fstat(harvester.descriptor)).size === 0) continue;
      this.#enqueue(other);
      begun = true;
    }
    return begun;
  }

  /**
   * Writes the registry for those that wait for it. New files that are still to be opened may join the same write, or 5,000 of
   * them would cost as many. After a failure the next try is the periodic one.
   */
  flushParked(): void {
    const more = this.#openings.size > 0 && !this.#crowded() && this.#parked.length < PARKED_AT_A_TIME;
    if (this.#flushing || this.#parked.length === 0 || more || this.#env.clock.now() < this.#retryAt) return;
    this.#flushing = true;
    void this.#registry.flush().then((done) => {
      this.#flushing = false;
      this.#retryAt = done ? 0 : this.#env.clock.now() + this.#options.flushMs;
      if (!done || this.#stopping) return;
      const parked = this.#parked;
      this.#parked = [];
      for (const job of parked) this.#enqueue(job);
    });
  }

  async #displaced(job: Job): Promise<void> {
    const { harvester, input } = job;
    const stat = await this.#env.fs.fstat(harvester.descriptor);
    const old = harvester.file;
    if (harvester.holds) {
      this.#held.push({ file: old, harvester: harvester.detach(), scans: 0 });
    }
    const file = input.successor(old, harvester.path, stat, false);
    harvester.become(file, input.framer(new Uint8Array()), Buffer.alloc(0));
    harvester.identified = false;
    this.#requestScan();
    this.#enqueue(job);
  }

  async #atEnd(job: Job): Promise<void> {
    const { harvester, input } = job;
    const { file, framer } = harvester;
    const now = this.#env.clock.now();
    file.looked = true;
    this.#openFollowing(input, job.key);
    if (this.draining && !harvester.drained) {
      harvester.drained = true;
      if (harvester.unframed && this.#env.fs.fault(harvester.descriptor) === null)
        return this.#cut(job, harvester.size);
    }
    const idle = now - harvester.idleSince;
    const timeout = input.multiline?.timeoutMs ?? 0;
    if (framer.inEvent && timeout > 0 && idle >= timeout) return this.#cut(job, harvester.readAt);
    const lineTimeout = input.options.lineTimeoutMs ?? 0;
    if (lineTimeout > 0 && harvester.unframed && now - harvester.changedAt >= lineTimeout)
      return this.#cut(job, harvester.size);
    const { closeInactiveMs = DEFAULT_CLOSE_INACTIVE_MS, closeRemoved = true, closeRenamed = false } = input.options;
    const settled = idle >= this.#options.pollMs;
    const gzip = this.#env.fs.isGzip(harvester.descriptor);
    const whole = this.#env.fs.fault(harvester.descriptor) === null;
    const over =
      gzip ||
      input.options.closeOnEof === true ||
      (settled && harvester.removed && closeRemoved) ||
      (settled && harvester.renamed && closeRenamed) ||
      idle >= closeInactiveMs;
    if (over && whole && (harvester.removed || harvester.renamed) && harvester.unframed)
      return this.#cut(job, harvester.size);
    const holds = framer.inEvent || framer.inLine;
    const mayClose = this.#crowded() && !holds && !(harvester.removed && harvester.unframed);
    if ((over && !framer.inEvent) || mayClose) await this.#close(job);
    else this.#idle(job);
  }

  /** Files wait to be opened: those at their end are looked at, and closed if nothing speaks against it. */
  #makeRoom(): void {
    const now = this.#env.clock.now();
    if (now - this.#roomMadeAt < this.#options.pollMs) return;
    this.#roomMadeAt = now;
    this.#env.count("waits");
    for (const { harvester } of this.jobs.values()) this.#pollAt(harvester, now + this.#options.pollMs);
  }

  #crowded(): boolean {
    return this.#openings.size > 0 && this.jobs.size >= this.#options.harvesterLimit;
  }

  #cut(job: Job, offset: number): void {
    job.harvester.file.cutAt(offset);
    job.harvester.woken = true;
    this.#enqueue(job);
  }

  #idle(job: Job): void {
    const { harvester, input } = job;
    const { pollMs, pollMaxMs, scanMs } = this.#options;
    const now = this.#env.clock.now();
    harvester.pollMs = Math.min(pollMaxMs, Math.max(pollMs, now - harvester.idleSince));
    let at = now + harvester.pollMs;
    // Scans look at files in their place as often.
    const scanned = harvester.pollMs >= scanMs && !harvester.renamed;
    if (scanned) at = Math.max(at, harvester.idleSince + (input.options.closeInactiveMs ?? DEFAULT_CLOSE_INACTIVE_MS));
    const timeout = input.multiline?.timeoutMs ?? 0;
    if (harvester.framer.inEvent && timeout > 0) at = Math.min(at, harvester.idleSince + timeout);
    const lineTimeout = input.options.lineTimeoutMs ?? 0;
    if (lineTimeout > 0 && harvester.unframed) at = Math.min(at, harvester.changedAt + lineTimeout);
    if (harvester.removed) at = Math.min(at, now + pollMs);
    harvester.nextPollAt = Number.POSITIVE_INFINITY;
    this.#pollAt(harvester, at);
  }

  #isOpen(job: Job): boolean {
    return this.jobs.get(jobKey(job.input, job.key)) === job;
  }

  async #close(job: Job): Promise<void> {
    const { harvester, input, key } = job;
    if (!this.#isOpen(job)) return;
    this.jobs.delete(jobKey(input, key));
    this.#blocked.delete(job);
    if (!this.#registry.files.has(harvester.file) && input.byInode.get(key) === harvester.file) {
      input.byInode.delete(key);
    }
    this.#env.count("files_closed");
    await this.#closeDescriptor(harvester.descriptor);
    this.#openFollowing(input, key);
    this.#continue();
  }

  #enqueue(job: Job): void {
    if (job.harvester.queued || !this.#isOpen(job)) return;
    job.harvester.queued = true;
    this.#ready.push(job);
    this.#continue();
  }

  #pollAt(harvester: Harvester, at: number): void {
    if (harvester.queued || at >= harvester.nextPollAt) return;
    harvester.nextPollAt = at;
    if (at < this.#tickAt) this.#setTick(at);
  }

  #setTick(at: number): void {
    if (this.#timer !== null) this.#env.clock.clearTimeout(this.#timer);
    this.#tickAt = at;
    this.#timer = this.#env.clock.setTimeout(() => this.#tick(), Math.max(0, at - this.#env.clock.now()));
  }

  #tick(): void {
    this.#timer = null;
    this.#tickAt = Number.POSITIVE_INFINITY;
    if (this.#stopping) return;
    const now = this.#env.clock.now();
    let next = Number.POSITIVE_INFINITY;
    for (const job of this.jobs.values()) {
      const at = job.harvester.nextPollAt;
      if (at <= now) {
        job.harvester.nextPollAt = Number.POSITIVE_INFINITY;
        this.#enqueue(job);
      } else if (at < next) next = at;
    }
    // A little apart, so that many files near to each other share one tick.
    if (next < Number.POSITIVE_INFINITY) this.#setTick(Math.max(next, now + 5));
  }
}

function jobKey(input: InputFiles, inode: string): string {
  return `${input.options.name}\n${inode}`;
}
