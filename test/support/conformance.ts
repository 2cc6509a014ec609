import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** Cases of the peers' own suites lie beside the checkout and are never copied into it. */
const FOLDER: string = join(import.meta.dirname, "..", "..", "..", "..", "shared", "conformance");

/** The path of a conformance file, or undefined when the folder is not there. */
export function conformanceFile(name: string): string | undefined {
  const path = join(FOLDER, name);
  return existsSync(path) ? path : undefined;
}

/** The cases of a file of JSON lines. */
export function conformanceCases<T>(name: string): T[] | undefined {
  const path = conformanceFile(name);
  if (path === undefined) return undefined;
  return readFileSync(path, "utf8")
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line) as T);
}
