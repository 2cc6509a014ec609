import { type ChildProcess, spawn } from "node:child_process";
import type { Logger } from "../plugin/definitions.ts";

export interface JournalReaderOptions {
  /** The program, `journalctl`. */
  readonly command: string;
  /** Parameters; asked at every start, so that a new run goes on behind what was read. */
  readonly parameters: () => readonly string[];
  /** The program is meant to run for ever; else its ordinary end is the end of what there is now, and it is run again after a moment. */
  readonly follows: boolean;
  readonly log: Logger;
  /** 0 (included) to 1 (excluded). */
  readonly random: () => number;
  /** Takes a piece of what the program writes; no more is read until it resolves. */
  readonly onChunk: (chunk: Buffer) => Promise<void>;
  /** A run has ended: a line that was begun will not be completed. */
  readonly onEnd: () => void;
  readonly times?: Partial<JournalReaderTimes>;
}

/** All in milliseconds. */
export interface JournalReaderTimes {
  /** Pause before the first new start; it doubles up to `longestPause`, with jitter. */
  readonly firstPause: number;
  readonly longestPause: number;
  /** Time between runs of a program that does not follow. */
  readonly poll: number;
  /** How long the program may take to end before it is killed. */
  readonly kill: number;
}

const DEFAULT_TIMES: JournalReaderTimes = { firstPause: 1000, longestPause: 60_000, poll: 2000, kill: 2000 };

/** What of the program's complaints is passed on, for each run. */
const COMPLAINT_LINES = 10;
const COMPLAINT_BYTES = 8192;

interface RunEnd {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly failure: string | undefined;
  readonly bytes: number;
  readonly complaints: string[];
}

/** Runs journalctl, starts it again when it ends, and passes on what it writes, no faster than it is taken. */
export class JournalReader {
  readonly #options: JournalReaderOptions;
  readonly #times: JournalReaderTimes;
  #child: ChildProcess | undefined;
  #stopping = false;
  #wake: (() => void) | undefined;
  #running: Promise<void> = Promise.resolve();

  constructor(options: JournalReaderOptions) {
    this.#options = options;
    this.#times = { ...DEFAULT_TIMES, ...options.times };
  }

  start(): void {
    this.#running = this.#run();
  }

  /** Ends the program; resolves when it is gone and nothing more will be passed on. */
  async stop(): Promise<void> {
    this.#stopping = true;
    this.#wake?.();
    this.#end();
    await this.#running;
  }

  #end(): void {
    const child = this.#child;
    if (child === undefined) return;
    child.kill("SIGTERM");
    const timer = setTimeout(() => child.kill("SIGKILL"), this.#times.kill);
    child.once("close", () => clearTimeout(timer));
  }

  async #run(): Promise<void> {
    const { log, follows, random } = this.#options;
    const { firstPause, longestPause, poll } = this.#times;
    let pause = firstPause;
    let said = "";
    while (!this.#stopping) {
      const end = await this.#once();
      this.#options.onEnd();
      if (this.#stopping) return;
      if (!follows && end.code === 0) {
        said = "";
        pause = firstPause;
        await this.#sleep(poll);
        continue;
      }
      if (end.bytes > 0) pause = firstPause;
      const reason = reasonOf(end);
      // The same trouble again and again is said once.
      if (reason !== said) {
        log.error("the journal's reader has ended; it is started again", { command: this.#options.command, reason });
      }
      said = reason;
      await this.#sleep(pause * (0.75 + random() / 2));
      pause = Math.min(pause * 2, longestPause);
    }
  }

  async #once(): Promise<RunEnd> {
    const child = spawn(this.#options.command, [...this.#options.parameters()], {
      stdio: ["ignore", "pipe", "pipe"],
      // Priorities and times must not depend on the user's language, nor the output on their pager or colours.
      env: { ...process.env, LC_ALL: "C.UTF-8", SYSTEMD_COLORS: "0" },
    });
    this.#child = child;
    // The program may have been told to stop while it was being started.
    if (this.#stopping) this.#end();
    const complaints: string[] = [];
    let heard = 0;
    child.stderr.setEncoding("utf8");
    child.stderr.on("data", (text: string) => {
      if (heard < COMPLAINT_BYTES) this.#hear(text.slice(0, COMPLAINT_BYTES - heard), complaints);
      heard += text.length;
    });
    let failure: string | undefined;
    const closed = new Promise<void>((resolve) => {
      child.once("error", (error) => {
        failure = error.message;
        resolve();
      });
      child.once("close", () => resolve());
    });
    let bytes = 0;
    try {
      for await (const chunk of child.stdout as AsyncIterable<Buffer>) {
        if (this.#stopping) break;
        bytes += chunk.length;
        await this.#options.onChunk(chunk);
      }
    } catch (error) {
      failure = (error as Error).message;
    }
    if (failure !== undefined) child.kill("SIGTERM");
    await closed;
    this.#child = undefined;
    return { code: child.exitCode, signal: child.signalCode, failure, bytes, complaints };
  }

  #hear(text: string, complaints: string[]): void {
    for (const line of text.split("\n")) {
      const complaint = line.trim();
      if (complaint === "" || complaints.length >= COMPLAINT_LINES || complaints.includes(complaint)) continue;
      complaints.push(complaint);
      this.#options.log.warn("the journal's reader says", { text: complaint });
    }
  }

  #sleep(milliseconds: number): Promise<void> {
    return new Promise((resolve) => {
      const done = (): void => {
        clearTimeout(timer);
        this.#wake = undefined;
        resolve();
      };
      const timer = setTimeout(done, milliseconds);
      this.#wake = done;
      if (this.#stopping) done();
    });
  }
}

function reasonOf(end: RunEnd): string {
  if (end.failure !== undefined) return end.failure;
  const how = end.signal === null ? `exit code ${end.code}` : `signal ${end.signal}`;
  return end.complaints.length === 0 ? how : `${how}: ${end.complaints[0]}`;
}
