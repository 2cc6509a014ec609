import { join } from "node:path";
import { errorCode, type TailEnvironment } from "./environment.ts";
import { decodeRegistry, encodeFile, encodeRegistry, type KnownCopy, type RegistryContent } from "./registry-format.ts";
import type { TrackedFile } from "./tracked-file.ts";

const NAME = "registry.json";
const PREVIOUS = "registry.json.previous";
/** How often a second copy is written, to start from should the first be unreadable; and how soon after it lacks a new id. */
const PREVIOUS_EVERY_MS = 60_000;
const PREVIOUS_SOON_MS = 5000;

/**
 * What was acknowledged, of every file, in one JSON file. Each write is a new file, fsynced, renamed over the old one, and the
 * folder fsynced. A write that fails is said once and tried again; `flush` tells whether the state of its call is durable.
 */
export class Registry {
  readonly files: Set<TrackedFile> = new Set();
  /** By input and inode. */
  readonly copies: Map<string, KnownCopy> = new Map();
  readonly #folder: string;
  readonly #env: TailEnvironment;
  readonly #extra: () => unknown;
  readonly #encoded = new WeakMap<TrackedFile, string>();
  /** Before it is loaded nothing may be written over what is there. */
  #loaded = false;
  #dirty = false;
  #running: Promise<boolean> | null = null;
  #next: Promise<boolean> | null = null;
  #failing = false;
  #previousAt = Number.NEGATIVE_INFINITY;
  #previousLacks = false;
  #written: Uint8Array | null = null;
  /** What is written lies in it; writes come one after the other. */
  #buffer: Buffer = Buffer.alloc(0);

  constructor(folder: string, environment: TailEnvironment, extra: () => unknown = () => null) {
    this.#folder = folder;
    this.#env = environment;
    this.#extra = extra;
  }

  /** Reads the stored state; gives the owner's value, null at a first start. A corrupt file is set aside and reported. */
  async load(): Promise<unknown> {
    await this.#env.fs.makeFolder(this.#folder);
    const content = (await this.#read(NAME)) ?? (await this.#read(PREVIOUS));
    this.#loaded = true;
    if (content === null) return null;
    for (const file of content.files) this.files.add(file);
    for (const copy of content.copies) this.copies.set(copyKey(copy), copy);
    return content.extra;
  }

  add(file: TrackedFile): void {
    this.files.add(file);
    this.#dirty = true;
  }

  remove(file: TrackedFile): void {
    this.files.delete(file);
    this.#dirty = true;
  }

  addCopy(copy: KnownCopy): void {
    this.copies.set(copyKey(copy), copy);
    this.#dirty = true;
  }

  removeCopy(key: string): void {
    if (this.copies.delete(key)) this.#dirty = true;
  }

  /** Something changed that the next write should have; also for the owner's value. */
  touch(): void {
    this.#dirty = true;
  }

  /** Writes if anything changed. True when all that was so at the call is on disk; a call during a write waits for the next one. */
  flush(): Promise<boolean> {
    if (this.#running === null) {
      this.#running = this.#write().finally(() => {
        this.#running = null;
      });
      return this.#running;
    }
    this.#next ??= this.#running.then(() => {
      this.#next = null;
      return this.flush();
    });
    return this.#next;
  }

  async #write(): Promise<boolean> {
    if (!this.#loaded) return false;
    const texts: string[] = [];
    const revisions: [TrackedFile, number][] = [];
    let dirty = this.#dirty || this.#written === null;
    for (const file of this.files) {
      let text = this.#encoded.get(file);
      if (text === undefined || file.changed) {
        text = encodeFile(file);
        this.#encoded.set(file, text);
        file.changed = false;
        dirty = true;
      }
      texts.push(text);
      if (!file.durable) revisions.push([file, file.revision]);
    }
    if (!dirty) return true;
    this.#dirty = false;
    const bytes = encodeRegistry(texts, [...this.copies.values()], this.#extra(), this.#buffer);
    if (bytes.buffer !== this.#buffer.buffer) this.#buffer = Buffer.from(bytes.buffer);
    try {
      await this.#replace(NAME, bytes);
    } catch (error) {
      this.#dirty = true;
      this.#env.count("registry_failures");
      if (!this.#failing) this.#env.log.error(`cannot write ${join(this.#folder, NAME)}: ${error}; trying again`);
      this.#failing = true;
      return false;
    }
    if (this.#failing) this.#env.log.info(`${join(this.#folder, NAME)} is written again`);
    this.#failing = false;
    this.#env.count("registry_writes");
    for (const [file, revision] of revisions) file.durableRevision = revision;
    this.#previousLacks ||= revisions.length > 0;
    this.#written = bytes;
    const age = this.#env.clock.now() - this.#previousAt;
    if (age >= (this.#previousLacks ? PREVIOUS_SOON_MS : PREVIOUS_EVERY_MS)) await this.#writePrevious(bytes);
    return true;
  }

  /** The last write of a run; the second copy becomes the same. */
  async close(): Promise<void> {
    await this.flush();
    if (this.#written !== null) await this.#writePrevious(this.#written);
  }

  async #writePrevious(bytes: Uint8Array): Promise<void> {
    this.#previousAt = this.#env.clock.now();
    this.#previousLacks = false;
    await this.#replace(PREVIOUS, bytes).catch(() => this.#env.count("registry_failures"));
  }

  async #replace(name: string, bytes: Uint8Array): Promise<void> {
    const fs = this.#env.fs;
    const path = join(this.#folder, name);
    const descriptor = await fs.open(`${path}.new`, "w");
    try {
      await fs.write(descriptor, bytes);
      await fs.fsync(descriptor);
    } finally {
      await fs.close(descriptor);
    }
    await fs.rename(`${path}.new`, path);
    await fs.fsyncFolder(this.#folder);
  }

  async #read(name: string): Promise<RegistryContent | null> {
    const path = join(this.#folder, name);
    let bytes: Uint8Array;
    try {
      bytes = await this.#env.fs.readFile(path);
    } catch (error) {
      if (errorCode(error) === "ENOENT") return null;
      throw error;
    }
    try {
      return decodeRegistry(bytes);
    } catch (error) {
      const aside = `${path}.corrupt-${this.#env.clock.now()}`;
      await this.#env.fs.rename(path, aside);
      this.#env.count("registry_corrupt");
      this.#env.log.error(`${path} cannot be read: ${(error as Error).message}; kept as ${aside}`);
      return null;
    }
  }
}

/** The key of a copy in `Registry.copies`. */
export function copyKey(copy: { readonly input: string; readonly device: string; readonly inode: string }): string {
  return `${copy.input}\n${copy.device}:${copy.inode}`;
}

/** The owner's value in the registry of `folder`; null at a first start. `Tail.load` gives it too. */
export function readRegistryExtra(folder: string, environment: TailEnvironment): Promise<unknown> {
  return new Registry(folder, environment).load();
}
