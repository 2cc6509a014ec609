import { stat, statfs } from "node:fs/promises";
import { dirname } from "node:path";
import type { FreeSpace } from "./disk-guard.ts";

/** Of the filesystem where `folder` is, or will be. */
export async function freeSpace(folder: string): Promise<FreeSpace> {
  try {
    const { bsize, bavail, blocks } = await statfs(folder);
    const { dev } = await stat(folder);
    return { device: String(dev), free: bsize * bavail, total: bsize * blocks };
  } catch (error) {
    const parent = dirname(folder);
    if ((error as NodeJS.ErrnoException).code !== "ENOENT" || parent === folder) throw error;
    return freeSpace(parent);
  }
}
