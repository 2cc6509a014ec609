import { execFile } from "node:child_process";
import { join } from "node:path";
import { type AccountNames, joinGroup } from "./well-known-access.ts";
import { codeOf, type HostFileSystem, type HostReader } from "./well-known-files.ts";

/** Whether this host has a journal that may be read. */
export interface JournalFinding {
  readonly usable: boolean;
  /** Why not, or what is limited about it; a sentence without its full stop. "" where there is nothing to say. */
  readonly reason: string;
  /** Only the user's own messages are seen. */
  readonly partial: boolean;
  readonly remedy?: string;
}

/** How a command ended; `code` undefined: it could not be started. */
export interface CommandOutcome {
  readonly code: number | undefined;
  readonly stderr: string;
}

export type RunCommand = (command: string, parameters: readonly string[]) => Promise<CommandOutcome>;

const COMMAND_TIMEOUT_MILLIS = 5000;
const FOLDERS = ["var/log/journal", "run/log/journal"];
const MACHINE_LIMIT = 100;

export const runCommand: RunCommand = (command, parameters) =>
  new Promise((resolve) => {
    execFile(command, [...parameters], { timeout: COMMAND_TIMEOUT_MILLIS }, (error, _stdout, stderr) => {
      const code = error === null ? 0 : typeof error.code === "number" ? error.code : undefined;
      resolve({ code, stderr });
    });
  });

/** Looks for journal files first, then whether journalctl reads them. */
export async function findJournal(
  root: string,
  files: HostFileSystem,
  reader: HostReader,
  names: AccountNames,
  run: RunCommand,
): Promise<JournalFinding> {
  const unusable = (reason: string, remedy?: string): JournalFinding => ({
    usable: false,
    reason,
    partial: false,
    ...(remedy === undefined ? {} : { remedy }),
  });
  const found = await journalFiles(root, files);
  if (found.length === 0) return unusable("there are no journal files, as in containers without systemd");
  const readable = found.filter((file) => file.readable);
  const system = found.find((file) => file.system && !file.readable);
  const remedy = system === undefined ? undefined : joinGroup(system.gid, reader, names);
  if (readable.length === 0) return unusable("its files may not be read", remedy ?? "run antler with sudo");
  const { code, stderr } = await run("journalctl", ["-n", "0", "-q", "--no-pager"]);
  if (code === undefined) return unusable("journalctl is not there or does not answer");
  if (code !== 0) return unusable(`journalctl fails: ${stderr.trim().split("\n")[0] || `exit code ${code}`}`);
  if (readable.some((file) => file.system)) return { usable: true, reason: "", partial: false };
  return {
    usable: true,
    reason: "only your own messages are seen",
    partial: true,
    ...(remedy === undefined ? {} : { remedy }),
  };
}

interface JournalFile {
  readonly readable: boolean;
  readonly system: boolean;
  readonly gid: number;
}

async function journalFiles(root: string, files: HostFileSystem): Promise<JournalFile[]> {
  const found: JournalFile[] = [];
  for (const folder of FOLDERS) {
    for (const machine of (await namesIn(files, join(root, folder), found)).slice(0, MACHINE_LIMIT)) {
      const below = join(root, folder, machine);
      for (const name of await namesIn(files, below, found)) {
        // Archived ones (with @) say nothing about what is readable now.
        if (!name.endsWith(".journal") || name.includes("@")) continue;
        const stat = await files.stat(join(below, name)).catch(() => undefined);
        if (stat?.kind !== "file") continue;
        const readable = await files.readable(join(below, name), "file");
        found.push({ readable, system: name.startsWith("system"), gid: stat.gid });
      }
    }
  }
  return found;
}

/** Names in a folder; one that may not be listed counts as a journal that may not be read. */
async function namesIn(files: HostFileSystem, path: string, found: JournalFile[]): Promise<string[]> {
  try {
    return (await files.readFolder(path)).sort();
  } catch (error) {
    const code = codeOf(error);
    if (code === "EACCES" || code === "EPERM") {
      const stat = await files.stat(path).catch(() => undefined);
      if (stat !== undefined) found.push({ readable: false, system: true, gid: stat.gid });
    } else if (code !== "ENOENT" && code !== "ENOTDIR") throw error;
    return [];
  }
}
