import type { SegmentFileSystem } from "../../src/segments/filesystem.ts";
import type { CheckpointFileSystem } from "../../src/telemetry/checkpoint-file.ts";
import type { SimulatedFiles, SimulatedProcess } from "../tail/support/simulated-files.ts";

/** The ledger's view of a simulated disk. */
export function checkpointFiles({ fs }: SimulatedProcess): CheckpointFileSystem {
  return {
    makeFolder: (path) => fs.makeFolder(path),
    read: async (path) => Buffer.from(await fs.readFile(path)).toString("utf8"),
    async replace(path, text) {
      const descriptor = await fs.open(`${path}.part`, "w");
      await fs.write(descriptor, Buffer.from(text));
      await fs.fsync(descriptor);
      await fs.close(descriptor);
      await fs.rename(`${path}.part`, path);
      await fs.fsyncFolder(path.slice(0, path.lastIndexOf("/")));
    },
    rename: (from, to) => fs.rename(from, to),
  };
}

/** The dead letters' view of a simulated disk. */
export function segmentFiles(process: SimulatedProcess, files: SimulatedFiles): SegmentFileSystem {
  const { fs } = process;
  return {
    makeFolder: (path) => fs.makeFolder(path),
    list: (folder) => fs.readFolder(folder),
    read: async (path) => Buffer.from(await fs.readFile(path)),
    size: async (path) => (await fs.readFile(path)).length,
    openRead: (path) =>
      process.operation(() => {
        const inode = files.inode(path);
        return {
          read: (into, position) =>
            process.operation(() => {
              const bytes = inode.data.subarray(position, position + into.length);
              into.set(bytes);
              return bytes.length;
            }),
          close: () => Promise.resolve(),
        };
      }),
    truncate: (path, size) =>
      process.operation(() => {
        const inode = files.inode(path);
        inode.data = inode.data.subarray(0, size);
      }),
    remove: (path) => process.operation(() => files.unlink(path)),
    rename: (from, to) => fs.rename(from, to),
    syncFolder: (path) => fs.fsyncFolder(path),
    append: (path) =>
      process.operation(() => {
        const inode = files.exists(path) ? files.inode(path) : files.create(path);
        return {
          write: (bytes) => process.operation(() => files.append(inode, bytes)),
          sync: () =>
            process.operation(() => {
              inode.synced = inode.data;
            }),
          truncate: (size) =>
            process.operation(() => {
              inode.data = inode.data.subarray(0, size);
            }),
          close: () => Promise.resolve(),
        };
      }),
  };
}
