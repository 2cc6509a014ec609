import { homedir } from "node:os";
import { join } from "node:path";

export { FolderInUse, isFolderInUse, lockFolder } from "../segments/folder-lock.ts";

/** Where data is kept when nobody says: /var/lib for root, the user's state folder else. */
export function defaultDataFolder(): string {
  if (process.getuid?.() === 0) return "/var/lib/antler";
  return join(process.env["XDG_STATE_HOME"] ?? join(homedir(), ".local", "state"), "antler");
}

/** A configuration's own folder: by role, and by name. */
export function dataFolder(base: string | undefined, role: string, name: string): string {
  return join(base ?? defaultDataFolder(), role, name.replaceAll(/[^\w.-]/g, "_"));
}

/** The folder of `up`, whose store `search` reads: `--data` or the platform's default. */
export function upFolder(base: string | undefined): string {
  return dataFolder(base, "up", "main");
}
