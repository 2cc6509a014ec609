import { join } from "node:path";

/** What happens when the dead letters have their size. */
export type StoragePolicy = "block" | "drop_newer" | "drop_older";

/** How dead letters are kept: Logstash's `dead_letter_queue.*`. */
export interface DeadLetterSettings {
  readonly enabled: boolean;
  readonly maxBytes: number;
  readonly policy: StoragePolicy;
  /** Letters older than this are removed, in milliseconds; undefined: none are. */
  readonly retainMs: number | undefined;
  /** `path.dead_letter_queue`: a folder with one for each pipeline. undefined: in the pipeline's own data folder. */
  readonly path: string | undefined;
}

export const DEFAULT_DEAD_LETTER_SETTINGS: DeadLetterSettings = {
  enabled: true,
  maxBytes: 1024 ** 3,
  policy: "block",
  retainMs: undefined,
  path: undefined,
};

/** Where the letters of a pipeline lie; `dataFolder` is the pipeline's own. */
export function lettersFolder(settings: DeadLetterSettings, dataFolder: string, id: string): string {
  if (settings.path === undefined) return join(dataFolder, "dead-letters");
  return join(settings.path, id.replaceAll(/[^\w.-]/g, "_"));
}
