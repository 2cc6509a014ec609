import { existsSync } from "node:fs";
import { join } from "node:path";

/** The checkout: the current folder, as in `npm run`, else the one above the compiled files. */
export const CHECKOUT: string = existsSync(join(process.cwd(), "pipelines"))
  ? process.cwd()
  : join(import.meta.dirname, "..", "..");
