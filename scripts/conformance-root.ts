import { existsSync } from "node:fs";
import { join } from "node:path";

/** The checkout: the folder above the compiled one, or, where it was compiled to elsewhere, the current one. */
export const CHECKOUT: string = [join(import.meta.dirname, "..", ".."), process.cwd()].find((folder) =>
  existsSync(join(folder, "package.json")),
) as string;
