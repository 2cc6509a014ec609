import type { TailFileStatus } from "../../tail/tail.ts";
import type { ShipFileFigures } from "./figures.ts";
import { rotationLoss } from "./rotation-loss.ts";

/** Marks kept of a file that is behind; more are thinned out. */
const MARKS = 32;
/** Rotations of a path that are remembered. */
const ROTATIONS = 8;

export type FileAction =
  | "file-found"
  | "file-rotated"
  | "file-renamed"
  | "file-truncated"
  | "file-removed"
  | "file-closed"
  | "file-forgotten";

export interface FileChange {
  readonly action: FileAction;
  readonly file: TailFileStatus;
  /** Where it was before, when it was renamed. */
  readonly from?: string;
}

interface Trace {
  status: TailFileStatus;
  /** So many bytes were there then, and not all of them are acknowledged. */
  marks: { readonly at: number; readonly size: number }[];
  lookedAt: number;
  writtenPerSecond: number;
  readPerSecond: number;
}

/** What the states of files tell when they are looked at again and again: what happened to them, how long they are behind, how fast they grow. */
export class FileHistory {
  #traces = new Map<string, Trace>();
  #paths = new Map<string, string>();
  readonly #rotations = new Map<string, number[]>();
  #begun = false;

  /** Takes the next look; `now` in epoch milliseconds. What the first finds was there before and is no change. */
  look(files: readonly TailFileStatus[], now: number): FileChange[] {
    const changes: FileChange[] = [];
    const before = this.#traces;
    const wherePaths = this.#paths;
    this.#traces = new Map();
    this.#paths = new Map();
    for (const status of files) {
      const key = keyOf(status);
      const known = before.get(key);
      const trace = known ?? { status, marks: [], lookedAt: now, writtenPerSecond: 0, readPerSecond: 0 };
      this.#traces.set(key, trace);
      if (!status.past) this.#paths.set(`${status.input}\n${status.path}`, status.id);
      if (known !== undefined) changes.push(...changesOf(known.status, status));
      else if (this.#begun) changes.push({ action: this.#arrival(status, before, wherePaths, now), file: status });
      advance(trace, status, now);
    }
    for (const [key, { status }] of before)
      if (!this.#traces.has(key)) changes.push({ action: "file-forgotten", file: status });
    for (const path of this.#rotations.keys()) if (!this.#paths.has(path)) this.#rotations.delete(path);
    this.#begun = true;
    return changes;
  }

  figures(now: number): ShipFileFigures[] {
    return [...this.#traces.values()].map(({ status, marks, writtenPerSecond, readPerSecond }) => {
      const { seenAt: _seenAt, ...own } = status;
      const bytesBehind = Math.max(0, status.size - status.acknowledged);
      const rotations = this.#rotations.get(`${status.input}\n${status.path}`) ?? [];
      const first = marks[0];
      return {
        ...own,
        bytesBehind,
        secondsBehind: first === undefined ? 0 : Math.max(0, now - first.at) / 1000,
        loss: status.past
          ? undefined
          : rotationLoss({ unreadBytes: status.size - status.read, writtenPerSecond, readPerSecond, rotations, now }),
      };
    });
  }

  #arrival(
    status: TailFileStatus,
    before: ReadonlyMap<string, Trace>,
    paths: ReadonlyMap<string, string>,
    now: number,
  ): FileAction {
    const truncated = status.generation > 0 && before.has(keyOf({ ...status, generation: status.generation - 1 }));
    const place = `${status.input}\n${status.path}`;
    if (!truncated && !paths.has(place)) return "file-found";
    const seen = this.#rotations.get(place) ?? [];
    this.#rotations.set(place, [...seen, now].slice(-ROTATIONS));
    return truncated ? "file-truncated" : "file-rotated";
  }
}

function keyOf({ id, generation }: { readonly id: string; readonly generation: number }): string {
  return `${id}:${generation}`;
}

function changesOf(was: TailFileStatus, is: TailFileStatus): FileChange[] {
  const changes: FileChange[] = [];
  if (was.path !== is.path) changes.push({ action: "file-renamed", file: is, from: was.path });
  if (!was.past && is.past) changes.push({ action: "file-removed", file: is });
  if (was.open && !is.open) changes.push({ action: "file-closed", file: is });
  return changes;
}

/** Rates are halved means, so that they follow what happens and do not jump. */
function advance(trace: Trace, status: TailFileStatus, now: number): void {
  const seconds = (now - trace.lookedAt) / 1000;
  if (seconds > 0) {
    trace.writtenPerSecond = (trace.writtenPerSecond + Math.max(0, status.size - trace.status.size) / seconds) / 2;
    trace.readPerSecond = (trace.readPerSecond + Math.max(0, status.read - trace.status.read) / seconds) / 2;
  }
  trace.lookedAt = now;
  trace.status = status;
  const { size, acknowledged } = status;
  const open = trace.marks.findIndex((mark) => mark.size > acknowledged);
  trace.marks = open < 0 ? [] : open > 0 ? trace.marks.slice(open) : trace.marks;
  if (size > (trace.marks[trace.marks.length - 1]?.size ?? acknowledged)) trace.marks.push({ at: now, size });
  if (trace.marks.length > MARKS) trace.marks = trace.marks.filter((_mark, i) => i % 2 === 0);
}
