import { errorCode, type TailFileSystem } from "./environment.ts";

/** Smallest reserve in bytes; it grows with what is written. */
const LEAST_BYTES = 64 * 1024;
const PER_WRITE = 1.25;
const FULL: readonly string[] = ["ENOSPC", "EDQUOT"];

/**
 * A filesystem whose writes succeed also on a full disk for a while: a file at `path` is given up for them, and made again when there is room. So
 * the registry still moves, and a new file gets an id that is on disk before its first event leaves.
 */
export function withReserve(fs: TailFileSystem, path: string): TailFileSystem {
  let whole = 0;
  let wanted = LEAST_BYTES;
  const replace = async (bytes: number): Promise<void> => {
    const descriptor = await fs.open(path, "w");
    try {
      if (bytes > 0) await fs.write(descriptor, Buffer.alloc(bytes, 1));
      await fs.fsync(descriptor);
    } finally {
      await fs.close(descriptor);
    }
    whole = bytes;
  };
  const giveUp = async (error: unknown): Promise<void> => {
    if (!FULL.includes(errorCode(error))) throw error;
    // One of an earlier run may be there.
    whole = 0;
    await replace(0);
  };
  return {
    ...fs,
    async open(target, mode) {
      try {
        return await fs.open(target, mode);
      } catch (error) {
        await giveUp(error);
        return fs.open(target, mode);
      }
    },
    async write(descriptor, bytes) {
      wanted = Math.max(wanted, Math.ceil(bytes.length * PER_WRITE));
      const { size } = await fs.fstat(descriptor);
      try {
        await fs.write(descriptor, bytes);
      } catch (error) {
        await giveUp(error);
        const done = (await fs.fstat(descriptor)).size - size;
        await fs.write(descriptor, bytes.subarray(done));
      }
    },
    async rename(from, to) {
      await fs.rename(from, to);
      if (whole >= wanted) return;
      // Not all of it has room: none is better, for what it took is what others miss.
      await replace(wanted).catch(() => replace(0).catch(() => undefined));
    },
  };
}
