import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

let made: { readonly folder: string; readonly before: string | undefined } | undefined;

/** A cache folder of the tests' own, for `before`. */
export function useTemporaryCache(): void {
  made = { folder: mkdtempSync(join(tmpdir(), "antler-ruby-")), before: process.env["XDG_CACHE_HOME"] };
  process.env["XDG_CACHE_HOME"] = made.folder;
}

/** Its end, for `after`. */
export function forgetTemporaryCache(): void {
  if (made === undefined) return;
  if (made.before === undefined) delete process.env["XDG_CACHE_HOME"];
  else process.env["XDG_CACHE_HOME"] = made.before;
  rmSync(made.folder, { recursive: true, force: true });
  made = undefined;
}
