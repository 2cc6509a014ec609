import { dirname } from "node:path";
import type { Logger } from "../../plugin/definitions.ts";
import { type DeadLetter, decodeLetter, letterKey } from "../../segments/dead-letter.ts";
import { FolderInUse, lockFolder } from "../../segments/folder-lock.ts";
import { comparePlaces, type LogPlace, logEnd, readSegments, segmentsOf } from "../../segments/log-reader.ts";
import {
  type LetterMark,
  type Marks,
  marksBytes,
  readMarks,
  SettledLog,
  settledFolder,
} from "../../segments/settled-log.ts";
import { CheckpointFile, realCheckpointFileSystem } from "../../telemetry/checkpoint-file.ts";
import { findStore, type LetterStore } from "../dead-letters/find-store.ts";
import { letterRecord } from "../dead-letters/letter-record.ts";

export interface LetterReaderOptions {
  readonly path: string;
  readonly pipeline: string;
  /** Pipeline and id of the input: letters of what it has read itself are left out, so that nothing goes in a circle. */
  readonly own: string;
  /** Epoch milliseconds. */
  readonly since: number | undefined;
  /** undefined: no position is kept. */
  readonly positionFile: string | undefined;
  /** Settle letters whose events have arrived. */
  readonly settles: boolean;
  readonly pollMs: number;
  readonly now: () => number;
  readonly log: Logger;
}

/** Takes a letter as a record; waits while there is no room. */
export type LetterSink = (bytes: Buffer, acknowledged: () => void) => Promise<void> | undefined;

const START: LogPlace = { segment: 0, offset: 0 };

/** A letter on its way. */
interface Sent {
  readonly next: LogPlace;
  acknowledged: boolean;
}

/** Follows the dead letters of a pipeline, and keeps the place behind the last one that has its end with all before it. */
export class LetterReader {
  readonly #options: LetterReaderOptions;
  readonly #send: LetterSink;
  readonly #stop = new AbortController();
  readonly #sent: Sent[] = [];
  readonly #settled: LetterMark[] = [];
  readonly #file: CheckpointFile<LogPlace> | undefined;
  #writing: Promise<void> = Promise.resolve();
  #acknowledged: LogPlace;
  #place: LogPlace;
  #marks: Marks = new Map();
  #marksSeen = 0;

  private constructor(options: LetterReaderOptions, send: LetterSink, place: LogPlace) {
    const { positionFile, log } = options;
    this.#options = options;
    this.#send = send;
    this.#place = place;
    this.#acknowledged = place;
    if (positionFile !== undefined)
      this.#file = new CheckpointFile(
        positionFile,
        () => this.#acknowledged,
        (reason) => log.warn(reason),
      );
  }

  static async open(options: LetterReaderOptions, send: LetterSink): Promise<LetterReader> {
    const { positionFile, log } = options;
    if (positionFile === undefined) return new LetterReader(options, send, START);
    await realCheckpointFileSystem.makeFolder(dirname(positionFile));
    const stored = (await CheckpointFile.load(positionFile, (reason) => log.warn(reason))) as
      | Partial<LogPlace>
      | undefined;
    const place = { segment: Number(stored?.segment), offset: Number(stored?.offset) };
    const known = Number.isInteger(place.segment) && Number.isInteger(place.offset);
    return new LetterReader(options, send, known ? place : START);
  }

  /** Resolves after `stop`. */
  async run(): Promise<void> {
    let said = false;
    while (!this.#stop.signal.aborted) {
      const store = findStore(this.#options.path, this.#options.pipeline);
      if (store !== undefined) await this.#readNew(store);
      else if (!said) {
        const { path, pipeline, log } = this.#options;
        log.info("there are no dead letters yet", { path, pipeline });
        said = true;
      }
      await this.#pause();
    }
  }

  stop(): void {
    this.#stop.abort();
  }

  /** Stores what was acknowledged last. */
  async close(): Promise<void> {
    await this.#writing;
    const store = findStore(this.#options.path, this.#options.pipeline);
    if (store !== undefined) await this.#settle(store);
  }

  async #readNew(store: LetterStore): Promise<void> {
    await this.#settle(store);
    const end = await logEnd(store.folder);
    if (comparePlaces(end, this.#place) <= 0) {
      // The folder was begun anew.
      if (end.segment < this.#place.segment) this.#place = START;
      return;
    }
    const bytes = await marksBytes(store.folder);
    if (bytes !== this.#marksSeen) this.#marks = await readMarks(store.folder);
    this.#marksSeen = bytes;
    for await (const { payload, next, ...place } of readSegments(store.folder, { from: this.#place })) {
      if (this.#stop.signal.aborted) return;
      const letter = decodeLetter(payload);
      if (this.#isMeant(letter, store)) await this.#take(letter, place, next);
      else this.#pass(next);
      this.#place = next;
    }
  }

  #isMeant(letter: DeadLetter, { pipeline }: LetterStore): boolean {
    const { since, own } = this.#options;
    if (letter.pipeline !== pipeline || letter.origin?.input === own) return false;
    if (since !== undefined && letter.time < since) return false;
    return this.#marks.get(letterKey(letter))?.how === undefined;
  }

  async #take(letter: DeadLetter, place: LogPlace, next: LogPlace): Promise<void> {
    const sent: Sent = { next, acknowledged: false };
    this.#sent.push(sent);
    await this.#send(letterRecord(letter, place), () => {
      sent.acknowledged = true;
      if (this.#options.settles)
        this.#settled.push({ key: letterKey(letter), upTo: place, time: this.#options.now(), how: "consumed" });
      this.#advance();
    });
  }

  /** A letter that is not for this input. */
  #pass(next: LogPlace): void {
    this.#sent.push({ next, acknowledged: true });
    this.#advance();
  }

  #advance(): void {
    let reached: LogPlace | undefined;
    while (this.#sent[0]?.acknowledged === true) reached = this.#sent.shift()?.next;
    if (reached === undefined) return;
    this.#acknowledged = reached;
    if (this.#file !== undefined) this.#writing = this.#file.write();
  }

  /** Marks what has arrived; a replay that is at the marks goes first. */
  async #settle({ folder }: LetterStore): Promise<void> {
    if (this.#settled.length === 0) return;
    let unlock: () => Promise<void>;
    try {
      unlock = await lockFolder(settledFolder(folder));
    } catch (error) {
      if (error instanceof FolderInUse) return;
      throw error;
    }
    const marks = this.#settled.splice(0);
    const log = await SettledLog.open(folder, (await segmentsOf(folder))[0] ?? 0);
    await log.add(marks);
    await log.close();
    await unlock();
  }

  #pause(): Promise<void> {
    const { signal } = this.#stop;
    return new Promise((resolve) => {
      if (signal.aborted) return resolve();
      const timer = setTimeout(resolve, this.#options.pollMs);
      signal.addEventListener(
        "abort",
        () => {
          clearTimeout(timer);
          resolve();
        },
        { once: true },
      );
    });
  }
}
