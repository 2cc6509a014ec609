import { readdir, readFile, readlink } from "node:fs/promises";

/** How many datagrams the kernel threw away for a socket; undefined where that cannot be known. */
export type ReadDrops = (port: number) => Promise<number | undefined>;

const TABLES = ["/proc/net/udp", "/proc/net/udp6"];

/**
 * Datagrams that the kernel threw away at this process's sockets on a port, in a table of Linux. Columns: local address and port in
 * hexadecimal the second, the socket's number the tenth, drops the last. Source: proc(5), "/proc/net/udp".
 */
export function dropsIn(table: string, port: number, inodes: ReadonlySet<string>): number | undefined {
  const wanted = `:${port.toString(16).toUpperCase().padStart(4, "0")}`;
  let drops: number | undefined;
  for (const line of table.split("\n")) {
    const columns = line.trim().split(/\s+/);
    if (columns[1]?.endsWith(wanted) !== true || !inodes.has(columns[9] ?? "")) continue;
    drops = (drops ?? 0) + Number(columns.at(-1));
  }
  return drops;
}

/** Reads the kernel's tables on Linux; elsewhere there are none. */
export const kernelDrops: ReadDrops = async (port) => {
  if (process.platform !== "linux") return undefined;
  try {
    const inodes = await ownSockets();
    const tables = await Promise.all(TABLES.map((path) => readFile(path, "latin1").catch(() => "")));
    const found = tables.map((table) => dropsIn(table, port, inodes)).filter((drops) => drops !== undefined);
    return found.length === 0 ? undefined : found.reduce((sum, drops) => sum + drops, 0);
  } catch {
    return undefined;
  }
};

/** Numbers of the sockets that this process has open. */
async function ownSockets(): Promise<Set<string>> {
  const folder = "/proc/self/fd";
  const links = await Promise.all((await readdir(folder)).map((fd) => readlink(`${folder}/${fd}`).catch(() => "")));
  return new Set(links.flatMap((link) => /^socket:\[(\d+)\]$/.exec(link)?.[1] ?? []));
}
