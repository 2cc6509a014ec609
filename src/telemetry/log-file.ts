import { closeSync, fstatSync, mkdirSync, openSync, readdirSync, unlinkSync, writeSync } from "node:fs";
import { join } from "node:path";
import type { LineWriter } from "./ecs-log.ts";

/** Time after which a file is tried again that took nothing, in milliseconds. */
const RETRY_MS = 1000;

export interface LogFileOptions {
  readonly folder: string;
  /** Files are `name-YYYYMMDD.ndjson`, then `name-YYYYMMDD-1.ndjson`, as Filebeat names its own. */
  readonly name: string;
  readonly rotateEveryBytes: number;
  /** Files that are kept besides the one that is written. */
  readonly keep: number;
  /** Takes the lines that no file takes. */
  readonly instead: LineWriter;
  /** Epoch milliseconds. */
  readonly now: () => number;
}

/**
 * The own log in files, by size and day. A disk that takes nothing stops nobody: lines go to `instead` then and are counted, and the next that
 * is written tells how many. Written at once, so that the last lines before an exit are not lost.
 */
export class LogFile implements LineWriter {
  readonly #options: LogFileOptions;
  #descriptor: number | undefined;
  #size = 0;
  #day = "";
  #torn = false;
  #retryAt = 0;
  #unsaid = 0;
  #lost = 0;
  #paused = false;

  constructor(options: LogFileOptions) {
    this.#options = options;
  }

  /** Lines that no file took, since the start. */
  get lost(): number {
    return this.#lost;
  }

  /** While it is paused nothing is written to the disk. */
  pause(paused: boolean): void {
    this.#paused = paused;
    if (paused) this.close();
    else this.#retryAt = 0;
  }

  write(line: string): void {
    const now = this.#options.now();
    if (!this.#paused && now >= this.#retryAt) {
      try {
        this.#put(line, now);
        return;
      } catch {
        this.#retryAt = now + RETRY_MS;
        this.close();
      }
    }
    this.#lost++;
    this.#unsaid++;
    this.#options.instead.write(line);
  }

  close(): void {
    if (this.#descriptor === undefined) return;
    const descriptor = this.#descriptor;
    this.#descriptor = undefined;
    try {
      closeSync(descriptor);
    } catch {
      // A disk that is full may say so only now.
    }
  }

  #put(line: string, now: number): void {
    const day = new Date(now).toISOString().slice(0, 10).replaceAll("-", "");
    const missed = this.#unsaid > 0 ? this.#missed(now) : "";
    const bytes = Buffer.from(`${this.#torn ? "\n" : ""}${missed}${line}`);
    if (this.#descriptor === undefined || day !== this.#day) this.#open(day, false);
    if (this.#size > 0 && this.#size + bytes.length > this.#options.rotateEveryBytes) this.#open(day, true);
    for (let done = 0; done < bytes.length; ) {
      done += writeSync(this.#descriptor as number, bytes, done);
      // Should the rest fail, the next line must not be joined to it.
      this.#torn = done < bytes.length;
    }
    this.#size += bytes.length;
    this.#unsaid = 0;
  }

  #missed(now: number): string {
    const at = new Date(now).toISOString();
    const message = `lines that went to standard error since no file took them: ${this.#unsaid}`;
    return `${JSON.stringify({ "log.level": "warn", "@timestamp": at, message, "event.action": "log-lines-lost" })}\n`;
  }

  #open(day: string, next: boolean): void {
    this.close();
    const { folder, name, keep } = this.#options;
    mkdirSync(folder, { recursive: true, mode: 0o750 });
    const all = logFiles(folder, name);
    const numbers = all.filter((file) => file.day === day).map(({ number }) => number);
    const number = Math.max(0, ...numbers) + (next && numbers.length > 0 ? 1 : 0);
    const file = `${name}-${day}${number === 0 ? "" : `-${number}`}.ndjson`;
    this.#descriptor = openSync(join(folder, file), "a", 0o640);
    this.#size = fstatSync(this.#descriptor).size;
    this.#day = day;
    const others = all.filter((one) => one.file !== file);
    for (const old of others.slice(0, Math.max(0, others.length - keep))) unlinkSync(join(folder, old.file));
  }
}

/** Files of the log, the oldest first. */
function logFiles(folder: string, name: string): { file: string; day: string; number: number }[] {
  return readdirSync(folder)
    .flatMap((file) => {
      if (!file.startsWith(`${name}-`)) return [];
      const match = /^(\d{8})(?:-(\d+))?\.ndjson$/.exec(file.slice(name.length + 1));
      return match === null ? [] : [{ file, day: match[1] as string, number: Number(match[2] ?? 0) }];
    })
    .sort((a, b) => (a.day === b.day ? a.number - b.number : a.day < b.day ? -1 : 1));
}
