import { readFileSync, statSync } from "node:fs";
import { globSync } from "tinyglobby";
import type { GrokLibrary } from "../../language/grok/library.ts";

const WILDCARD = /[*?[{]/;

/**
 * Adds the patterns of `patterns_dir`: of a folder the files whose names fit `glob`, in the order of their names; a file is taken as
 * it is, and so are the files that a path with wildcards fits. What gives no patterns is told to `warn`.
 */
export function addPatternFiles(
  library: GrokLibrary,
  folders: readonly string[],
  glob: string,
  warn: (message: string) => void,
): void {
  for (const folder of folders) {
    const files = patternFiles(folder, glob);
    if (files.length === 0) warn(`no file of patterns in ${folder}`);
    for (const file of files) {
      try {
        for (const line of library.addFile(readFileSync(file, "utf8")))
          warn(`line ${line} of ${file} has a name without a pattern`);
      } catch (error) {
        warn(`cannot read ${file}: ${(error as Error).message}`);
      }
    }
  }
}

function patternFiles(folder: string, glob: string): string[] {
  const stat = statSync(folder, { throwIfNoEntry: false });
  if (stat === undefined)
    return WILDCARD.test(folder) ? globSync(folder, { absolute: true, expandDirectories: false }).sort() : [];
  return stat.isFile() ? [folder] : globSync(glob, { cwd: folder, absolute: true, expandDirectories: false }).sort();
}
