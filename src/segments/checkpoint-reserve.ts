import { join } from "node:path";
import type { SegmentFileSystem } from "./filesystem.ts";

/** What of a checkpoint's filesystem writes it. */
interface Replaces {
  replace(path: string, text: string): Promise<void>;
}

const NAME = "reserve";
const BYTES = 256 * 1024;
const FULL: readonly (string | undefined)[] = ["ENOSPC", "EDQUOT"];

/**
 * Lets a checkpoint be written also on a full disk, since only then segments can go and make room: a small file beside it is given up
 * for that, and made again when there is room.
 */
export function withReserve<T extends Replaces>(files: T, segments: SegmentFileSystem, folder: string): T {
  const path = join(folder, NAME);
  let whole = false;
  const keep = async (): Promise<void> => {
    if (whole) return;
    whole = true;
    const handle = await segments.append(path);
    try {
      await handle.truncate(0);
      await handle.write(Buffer.alloc(BYTES, 1));
      await handle.sync();
    } catch {
      whole = false;
    } finally {
      await handle.close();
    }
  };
  return {
    ...files,
    async replace(target, text) {
      try {
        await files.replace(target, text);
      } catch (error) {
        if (!FULL.includes((error as NodeJS.ErrnoException).code)) throw error;
        whole = false;
        await segments.truncate(path, 0).catch(() => undefined);
        await files.replace(target, text);
      }
      await keep().catch(() => undefined);
    },
  };
}
