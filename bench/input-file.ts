import { existsSync, mkdirSync, renameSync } from "node:fs";
import { join } from "node:path";
import { writeLines } from "./lines.ts";
import type { BenchOptions } from "./main.ts";

/** The generated log file, made once for a number of events. */
export async function inputFile(options: BenchOptions): Promise<string> {
  mkdirSync(options.folder, { recursive: true });
  const path = join(options.folder, `access-${options.events}.log`);
  if (!existsSync(path)) {
    await writeLines(`${path}.part`, options.events);
    renameSync(`${path}.part`, path);
  }
  return path;
}
