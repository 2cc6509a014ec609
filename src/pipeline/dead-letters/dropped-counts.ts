import { join } from "node:path";
import {
  CheckpointFile,
  type CheckpointFileSystem,
  realCheckpointFileSystem,
} from "../../telemetry/checkpoint-file.ts";

/** Why letters were dropped: too old, to make room for newer ones, no room for new ones, or none are to be kept. */
export type DropReason = "expired" | "drop_older" | "drop_newer" | "disabled" | "too_large";

/** Letters dropped, by why, then by their code. */
export type DroppedCounts = Partial<Record<DropReason, Record<string, number>>>;

/** At most so long a stop waits for the counts, in milliseconds. */
const CLOSE_MILLIS = 1000;

export function droppedFile(folder: string): string {
  return join(folder, "dropped.json");
}

/** Reads what was dropped so far; nothing when there is no such file. */
export async function readDropped(
  folder: string,
  files: CheckpointFileSystem = realCheckpointFileSystem,
): Promise<DroppedCounts> {
  try {
    return JSON.parse(await files.read(droppedFile(folder))) as DroppedCounts;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT" || error instanceof SyntaxError) return {};
    throw error;
  }
}

/** Counts dropped letters, beside the letters, so that a restart changes nothing. */
export class DroppedLetters {
  readonly counts: DroppedCounts;
  readonly #file: CheckpointFile<DroppedCounts>;
  #writing: Promise<void> = Promise.resolve();

  constructor(folder: string, counts: DroppedCounts, complain: (reason: string) => void, files?: CheckpointFileSystem) {
    this.counts = counts;
    this.#file = new CheckpointFile(droppedFile(folder), () => this.counts, complain, files);
  }

  add(reason: DropReason, codes: Readonly<Record<string, number>>): void {
    this.counts[reason] ??= {};
    const sum = this.counts[reason];
    for (const [code, count] of Object.entries(codes)) sum[code] = (sum[code] ?? 0) + count;
    this.#writing = this.#file.write();
  }

  /** Waits for the counts to be on disk, but not for a disk that is full. */
  async close(): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    const enough = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, CLOSE_MILLIS);
    });
    await Promise.race([this.#writing, enough]);
    clearTimeout(timer);
  }
}
