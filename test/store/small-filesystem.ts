import { spawnSync } from "node:child_process";
import { mkdtempSync, rmdirSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** A filesystem of a few bytes; undefined where this user may not mount one. */
export function mountSmall(bytes: number): { readonly folder: string; unmount(): void } | undefined {
  const folder = mkdtempSync(join(tmpdir(), "antler-small-"));
  const mounted = spawnSync("mount", ["-t", "tmpfs", "-o", `size=${bytes}`, "tmpfs", folder]);
  if (mounted.status !== 0) {
    rmdirSync(folder);
    return undefined;
  }
  return {
    folder,
    unmount() {
      spawnSync("umount", [folder]);
      rmdirSync(folder);
    },
  };
}
