import { appendFile, stat, unlink } from "node:fs/promises";
import type { TailFileStatus } from "../../tail/tail.ts";

/** The file system, as far as completed files need it. */
interface CompletionFiles {
  /** Bytes of the file. Rejects when it is gone. */
  size(path: string): Promise<number>;
  append(path: string, text: string): Promise<void>;
  remove(path: string): Promise<void>;
}

/** So often all files must be found at their end: one that was just found may not be known yet. */
const QUIET_LOOKS = 2;

const REAL: CompletionFiles = {
  size: async (path) => (await stat(path)).size,
  append: (path, text) => appendFile(path, text),
  remove: unlink,
};

interface CompletionOptions {
  /** What is known of the files, also of those that are gone. */
  readonly status: () => readonly TailFileStatus[];
  readonly remove: boolean;
  /** File that gets the paths, a line each. */
  readonly listIn: string | undefined;
  readonly log: { warn(message: string, details?: object): void };
  readonly files?: CompletionFiles;
}

/** Does what is to be done with files whose every event has arrived, once for each content. */
class FileCompletion {
  readonly #options: CompletionOptions;
  readonly #files: CompletionFiles;
  /** Files by id and generation: how large they were at the last look, and whether they are done. */
  readonly #seen = new Map<string, { readonly size: number; readonly done: boolean }>();

  constructor(options: CompletionOptions) {
    this.#options = options;
    this.#files = options.files ?? REAL;
  }

  /** True when all files are done: they were at their end now and at the look before. */
  async look(): Promise<boolean> {
    let all = true;
    for (const file of this.#options.status()) {
      if (file.past) continue;
      const key = `${file.id}/${file.generation}`;
      const before = this.#seen.get(key);
      if (before?.done === true && before.size === file.size) continue;
      const atEnd = file.acknowledged >= file.size;
      const done = atEnd && before?.size === file.size && (await this.#complete(file));
      if (!done) all = false;
      this.#seen.set(key, { size: file.size, done });
    }
    return all;
  }

  async #complete({ path, size }: TailFileStatus): Promise<boolean> {
    const { remove, listIn, log } = this.#options;
    try {
      if ((await this.#files.size(path)) !== size) return false;
    } catch {
      // Somebody else took it away.
      return true;
    }
    try {
      if (listIn !== undefined) await this.#files.append(listIn, `${path}\n`);
      if (remove) await this.#files.remove(path);
    } catch (error) {
      log.warn("a file that is read cannot be listed or removed", { path, reason: (error as Error).message });
    }
    return true;
  }
}

export interface CompletionSettings {
  readonly mode: string;
  readonly file_completed_action: string | undefined;
  readonly file_completed_log_path: string | undefined;
  readonly exit_after_read: boolean;
}

/** In read mode, looks every so often for files that are done. `ended` resolves when all are, where that is wanted. */
export function watchCompletion(
  settings: CompletionSettings,
  log: CompletionOptions["log"],
  status: CompletionOptions["status"],
  everyMs: number,
): { readonly ended: Promise<void>; stop(): void } {
  const action = settings.file_completed_action ?? "";
  if (settings.mode !== "read" || (action === "" && !settings.exit_after_read))
    return { ended: new Promise<void>(() => {}), stop: () => undefined };
  const completion = new FileCompletion({
    status,
    remove: action.endsWith("delete"),
    listIn: action.startsWith("log") ? settings.file_completed_log_path : undefined,
    log,
  });
  let timer: NodeJS.Timeout | undefined;
  let quiet = 0;
  const ended = new Promise<void>((resolve) => {
    const look = async (): Promise<void> => {
      quiet = (await completion.look()) ? quiet + 1 : 0;
      if (settings.exit_after_read && quiet >= QUIET_LOOKS) resolve();
      else if (timer !== undefined) timer = setTimeout(() => void look(), everyMs);
    };
    timer = setTimeout(() => void look(), everyMs);
  });
  return {
    ended,
    stop() {
      clearTimeout(timer);
      timer = undefined;
    },
  };
}
