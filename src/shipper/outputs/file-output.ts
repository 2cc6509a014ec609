import { join } from "node:path";
import type { FileOutput as FileConfig } from "../config/config.ts";
import type { OutputEnvironment } from "./output-environment.ts";
import { type OutputFile, type OutputFiles, realOutputFiles } from "./output-files.ts";
import { linesBytes, linesOf } from "./window-lines.ts";
import type { EncodedWindow, WindowOutcome, WindowSender } from "./window-sender.ts";

const RETRY_MS = 1000;
const ENDING = ".ndjson";

interface Waiting {
  readonly window: EncodedWindow;
  readonly resolve: (outcome: WindowOutcome) => void;
  readonly reject: (reason: Error) => void;
}

/**
 * Events as lines of JSON into files that are named as Filebeat 8 names them: `filebeat-20261123.ndjson`, then `filebeat-20261123-1.ndjson` and so
 * on, the newest has the highest number; the date (UTC) is that of the rotation. A window is acknowledged when it is on disk (fsync).
 * Source: Beats, "Configure the File output".
 */
export class FileOutput implements WindowSender {
  readonly name = "file";
  readonly capacity = 4;
  readonly #config: FileConfig;
  readonly #environment: Pick<OutputEnvironment, "log" | "clock" | "now">;
  readonly #files: OutputFiles;
  readonly #waiting: Waiting[] = [];
  #file: OutputFile | undefined;
  #writer: Promise<void> | undefined;
  #wake: () => void = () => undefined;
  #isClosed = false;
  trouble: string | undefined;

  constructor(
    config: FileConfig,
    environment: Pick<OutputEnvironment, "log" | "clock" | "now">,
    files: OutputFiles = realOutputFiles,
  ) {
    this.#config = config;
    this.#environment = environment;
    this.#files = files;
  }

  send(window: EncodedWindow): Promise<WindowOutcome> {
    if (this.#isClosed) return Promise.reject(new Error("the file output is closed"));
    return new Promise((resolve, reject) => {
      this.#waiting.push({ window, resolve, reject });
      this.#writer ??= this.#write();
    });
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    this.#wake();
    await this.#writer;
    for (const { reject } of this.#waiting.splice(0)) reject(new Error("the file output is closed"));
    await this.#file?.close();
    this.#file = undefined;
  }

  /** Windows that have come together share an fsync. */
  async #write(): Promise<void> {
    while (this.#waiting.length > 0 && !this.#isClosed) {
      try {
        const file = await this.#current();
        const group = this.#fitting(file.size);
        await this.#append(file, group);
        this.#settled();
        this.#waiting.splice(0, group.length);
        for (const { window, resolve } of group) resolve({ delivered: window.count, existing: 0, deadLettered: 0 });
      } catch (error) {
        this.#failed(error as Error);
        await this.#pause();
      }
    }
    // In the turn of the last look: who comes later begins anew.
    this.#writer = undefined;
  }

  async #append(file: OutputFile, group: readonly Waiting[]): Promise<void> {
    const from = file.size;
    try {
      for (const { window } of group) await file.write(linesOf(window));
      await file.sync();
    } catch (error) {
      // What was written in part, or is not safe, must not stand before the next try.
      await file.truncate(from).catch(async () => {
        this.#file = undefined;
        await file.close().catch(() => undefined);
      });
      throw error;
    }
  }

  /** Those that go into a file of that size; one that does not fit alone goes into a file of its own. */
  #fitting(size: number): Waiting[] {
    const group: Waiting[] = [];
    let after = size;
    for (const one of this.#waiting) {
      after += linesBytes(one.window);
      if (group.length > 0 && after > this.#config.rotateEveryBytes) break;
      group.push(one);
    }
    return group;
  }

  /** The file that the next window goes to: the newest, while it has room. */
  async #current(): Promise<OutputFile> {
    const { path, permissions, rotateEveryBytes } = this.#config;
    if (this.#file === undefined) {
      await this.#files.makeFolder(path);
      const newest = (await this.#known()).at(-1);
      this.#file = await this.#files.open(join(path, newest ?? (await this.#nextName())), permissions);
    }
    const { window } = this.#waiting[0] as Waiting;
    const isFull = this.#file.size > 0 && this.#file.size + linesBytes(window) > rotateEveryBytes;
    return isFull ? this.#rotate(this.#file) : this.#file;
  }

  async #rotate(old: OutputFile): Promise<OutputFile> {
    this.#file = undefined;
    await old.close();
    const { path, permissions, numberOfFiles } = this.#config;
    const file = await this.#files.open(join(path, await this.#nextName()), permissions);
    this.#file = file;
    const known = await this.#known();
    for (const name of known.slice(0, Math.max(0, known.length - numberOfFiles)))
      await this.#files.remove(join(path, name));
    return file;
  }

  async #nextName(): Promise<string> {
    const date = new Date(this.#environment.now()).toISOString().slice(0, 10).replaceAll("-", "");
    const stem = `${this.#config.filename}-${date}`;
    const numbers = (await this.#known()).filter((name) => name.startsWith(stem)).map((name) => this.#orderOf(name)[1]);
    return numbers.length === 0 ? `${stem}${ENDING}` : `${stem}-${Math.max(...numbers) + 1}${ENDING}`;
  }

  /** Names of our files, the oldest first. */
  async #known(): Promise<string[]> {
    const names = await this.#files.list(this.#config.path);
    return names
      .filter((name) => !Number.isNaN(this.#orderOf(name)[0]))
      .sort((a, b) => {
        const [[dateA, numberA], [dateB, numberB]] = [this.#orderOf(a), this.#orderOf(b)];
        return dateA - dateB || numberA - numberB;
      });
  }

  /** Date and number of a name; NaN where it is none of ours. */
  #orderOf(name: string): [date: number, number: number] {
    const stem = `${this.#config.filename}-`;
    const found = name.startsWith(stem) ? /^(\d{8})(?:-(\d{1,9}))?\.ndjson$/.exec(name.slice(stem.length)) : null;
    return found === null ? [Number.NaN, 0] : [Number(found[1]), Number(found[2] ?? 0)];
  }

  #failed(error: Error): void {
    const said = `cannot write to ${this.#config.path}: ${error.message}`;
    if (this.trouble === undefined) this.#environment.log.warn(`${said}; trying again until it works`);
    this.trouble = said;
  }

  #settled(): void {
    if (this.trouble !== undefined) this.#environment.log.info(`${this.#config.path} can be written to again`);
    this.trouble = undefined;
  }

  #pause(): Promise<void> {
    return new Promise((resolve) => {
      const cancel = this.#environment.clock.after(RETRY_MS, resolve);
      this.#wake = () => {
        cancel();
        resolve();
      };
    });
  }
}
