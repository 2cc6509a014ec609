import type { HostFileSystem } from "./well-known-files.ts";
import type { Candidate } from "./well-known-search.ts";

/** How much of the end of a syslog file is searched for another one's last lines, in bytes. */
const SEARCHED_BYTES = 8 * 1024 * 1024;
const LAST_BYTES = 64 * 1024;
const LAST_LINES = 3;

/**
 * Whether the last lines of one of the daemon's files stand in `syslog` too: Debian's rsyslog writes kernel, mail and daemon
 * messages to both. Without lines to compare: no.
 */
export async function repeatsSyslog(one: Candidate, syslog: Candidate, files: HostFileSystem): Promise<boolean> {
  if (one === syslog || one.kind?.fromSyslogDaemon !== true || one.stat.bytes === 0) return false;
  try {
    const lines = (await readEnd(one, LAST_BYTES, files)).toString("latin1").split("\n");
    // The first may have lost its beginning, the last may be about to be written.
    const complete = lines.slice(one.stat.bytes > LAST_BYTES ? 1 : 0, -1).filter((line) => line.trim() !== "");
    const last = complete.slice(-LAST_LINES);
    if (last.length === 0) return false;
    const end = await readEnd(syslog, SEARCHED_BYTES, files);
    return last.every((line) => end.includes(`${line}\n`, 0, "latin1"));
  } catch {
    return false;
  }
}

function readEnd(one: Candidate, bytes: number, files: HostFileSystem): Promise<Buffer> {
  const length = Math.min(bytes, one.stat.bytes);
  return files.readPart(one.path, one.stat.bytes - length, length);
}
