import { createHash } from "node:crypto";
import { mkdirSync, statSync } from "node:fs";
import { connect, createServer } from "node:net";
import { join } from "node:path";

/** Another process, or another part of this one, has the folder. */
export class FolderInUse extends Error {
  constructor(folder: string) {
    super(`another antler works with ${folder}; stop it, or choose another folder with --path.data`);
    this.name = "FolderInUse";
  }
}

/**
 * Takes a folder, which is made, for this process until the answer is called or the process ends. On Linux an abstract Unix socket named by
 * the folder's device and inode: atomic, and gone with its owner. @throws FolderInUse
 */
export async function lockFolder(folder: string): Promise<() => Promise<void>> {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const address = lockAddress(folder);
  const server = createServer();
  await new Promise<void>((resolve, reject) => {
    server.once("error", (error: NodeJS.ErrnoException) =>
      reject(error.code === "EADDRINUSE" ? new FolderInUse(folder) : error),
    );
    server.listen(address, resolve);
  });
  server.unref();
  return () => new Promise((resolve) => server.close(() => resolve()));
}

/** Whether a process has the folder; asks without taking it. */
export async function isFolderInUse(folder: string): Promise<boolean> {
  const socket = connect(lockAddress(folder));
  const answered = await new Promise<boolean>((resolve) => {
    socket.once("connect", () => resolve(true));
    socket.once("error", () => resolve(false));
  });
  socket.destroy();
  return answered;
}

function lockAddress(folder: string): string {
  const { dev, ino } = statSync(folder, { bigint: true });
  const name = createHash("sha256").update(`antler/${dev}/${ino}`).digest("hex").slice(0, 32);
  if (process.platform === "win32") return `\\\\.\\pipe\\antler-${name}`;
  return process.platform === "linux" ? `\0antler-${name}` : join(folder, "lock.sock");
}
