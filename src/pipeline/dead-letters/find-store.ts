import { readdirSync } from "node:fs";
import { join } from "node:path";

/** Dead letters of a pipeline on disk. */
export interface LetterStore {
  readonly folder: string;
  /** Only letters of this pipeline; several can share a store. */
  readonly pipeline: string;
}

/**
 * The letters of a pipeline below a folder that somebody named: a data folder, a folder with one for each pipeline, or the letters' own. Pipelines
 * of one process share a store that has the name of the whole. undefined: there are none yet.
 */
export function findStore(path: string, pipeline: string): LetterStore | undefined {
  const name = pipeline.replaceAll(/[^\w.-]/g, "_");
  const own = [join(path, name), join(path, "pipeline", name, "dead-letters"), join(path, name, "dead-letters"), path];
  const shared = namesIn(join(path, "pipeline")).map((one) => join(path, "pipeline", one, "dead-letters"));
  const folder = [...own, ...shared].find(hasSegments);
  return folder === undefined ? undefined : { folder, pipeline };
}

function hasSegments(folder: string): boolean {
  return namesIn(folder).some((name) => /^\d{10}\.segment$/.test(name));
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}
