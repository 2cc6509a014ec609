import { existsSync } from "node:fs";
import { join } from "node:path";

/** Cases of the peers' own suites lie beside the checkout and are never copied into it. */
const FOLDER: string = join(import.meta.dirname, "..", "..", "..", "..", "shared", "conformance");

/** The path of a conformance file, or undefined when the folder is not there. */
export function conformanceFile(name: string): string | undefined {
  const path = join(FOLDER, name);
  return existsSync(path) ? path : undefined;
}
