import { join } from "node:path";
import type { HostFileStat, HostFileSystem, HostReader } from "./well-known-files.ts";

/** A log, or a folder of logs, that is there and may not be read. */
export interface UnreadableLog {
  readonly path: string;
  readonly kind: "file" | "folder";
  /** As `owned by root:adm, mode 0640`. */
  readonly reason: string;
  /** What to do about it, as `add yourself to the group adm: sudo usermod -aG adm $USER, then log in again`. */
  readonly remedy: string;
}

const NAME_FILE_LIMIT = 1024 * 1024;

interface GroupEntry {
  readonly name: string;
  readonly members: readonly string[];
}

/** Names of users and groups, read once from the root's etc folder. */
export interface AccountNames {
  user(uid: number): string;
  group(gid: number): string;
  /** Whether the group's entry names the user, though this process may have started before. */
  hasMember(gid: number, user: string): boolean;
}

export async function readAccountNames(root: string, files: HostFileSystem): Promise<AccountNames> {
  const read = async (name: string): Promise<string[][]> => {
    try {
      const text = (await files.readPart(join(root, "etc", name), 0, NAME_FILE_LIMIT)).toString("utf8");
      return text.split("\n").map((line) => line.split(":"));
    } catch {
      return [];
    }
  };
  const users = new Map((await read("passwd")).map(([name = "", , uid]) => [Number(uid), name]));
  const groups = new Map<number, GroupEntry>(
    (await read("group")).map(([name = "", , gid, members = ""]) => [
      Number(gid),
      { name, members: members.split(",") },
    ]),
  );
  return {
    user: (uid) => users.get(uid) ?? String(uid),
    group: (gid) => groups.get(gid)?.name ?? String(gid),
    hasMember: (gid, user) => groups.get(gid)?.members.includes(user) === true,
  };
}

/** Why the reader may not read it and what to do. Access lists and security modules are not looked at: then `sudo` is the way. */
export function explainAccess(
  path: string,
  stat: HostFileStat,
  reader: HostReader,
  names: AccountNames,
): UnreadableLog {
  const kind = stat.kind === "folder" ? "folder" : "file";
  const mode = stat.mode.toString(8).padStart(4, "0");
  const reason = `owned by ${names.user(stat.uid)}:${names.group(stat.gid)}, mode ${mode}`;
  return { path, kind, reason, remedy: remedyFor(stat, kind, reader, names) };
}

function remedyFor(stat: HostFileStat, kind: "file" | "folder", reader: HostReader, names: AccountNames): string {
  const needed = kind === "folder" ? 0o050 : 0o040;
  const sudo = "run antler with sudo";
  if ((stat.mode & needed) !== needed || stat.gid === 0 || reader.groups.includes(stat.gid)) return sudo;
  return joinGroup(stat.gid, reader, names);
}

/** How the reader comes into a group. */
export function joinGroup(gid: number, reader: HostReader, names: AccountNames): string {
  const group = names.group(gid);
  if (names.hasMember(gid, reader.name))
    return `you were added to the group ${group} after you logged in: log in again`;
  return `add yourself to the group ${group}: sudo usermod -aG ${group} ${reader.name}, then log in again`;
}
