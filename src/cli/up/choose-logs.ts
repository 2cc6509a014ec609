import { bytes } from "../figures-text.ts";
import type { ReadingPlan } from "./receive.ts";
import { expandArguments } from "./well-known-arguments.ts";
import { findHostLogs, type HostLogs } from "./well-known-logs.ts";

/** What `up` will read, and what is to be said of it. */
export interface ChosenLogs extends ReadingPlan {
  readonly said: readonly string[];
  /** There is nothing to read on this host: the sample logs are to be replayed. */
  readonly sample: boolean;
}

/** Files of which each is named; of more only the number is told. */
const NAMED_LIMIT = 12;

/** From the command line; `once`: files are read, not followed. undefined: none of the arguments gives anything. */
export async function chooseArguments(
  given: readonly string[],
  once = false,
): Promise<{ chosen?: ChosenLogs; said: string[] }> {
  const { files, paths, stdin, pipes, problems } = await expandArguments(given);
  const said: string[] = [];
  for (const problem of problems) {
    const help = problem.help === undefined ? "" : ` (${problem.help})`;
    said.push(`${problem.warning ? "left out" : "error"}: ${problem.message}${help}`);
  }
  for (const pipe of pipes) said.push(`error: ${pipe} is a named pipe (cat ${pipe} | antler up -)`);
  if (paths.length === 0 && !stdin) return { said };
  said.push(...listed(files, once));
  if (stdin) said.push("reading standard input");
  return { said, chosen: { paths, stdin, journal: false, sample: false, said } };
}

/** The well-known logs of this host. */
export async function chooseHostLogs(once = false): Promise<ChosenLogs> {
  const logs = await findHostLogs();
  const said = [...listed(logs.taken, once), ...journalLines(logs), ...unreadableLines(logs)];
  const nothing = logs.taken.every((log) => log.bytes === 0) && !logs.journal.taken;
  if (nothing) said.push("this host has no logs that can be read");
  return {
    paths: logs.taken.map((log) => log.path.replaceAll(/[*?{}[\]\\]/g, "\\$&")),
    stdin: false,
    journal: logs.journal.taken,
    sample: nothing,
    said,
  };
}

function listed(files: readonly { readonly path: string; readonly bytes: number }[], once: boolean): string[] {
  const verb = once ? "reading" : "following";
  const lines = files.slice(0, NAMED_LIMIT).map((file) => `${verb} ${file.path} (${bytes(file.bytes)})`);
  const rest = files.slice(NAMED_LIMIT);
  if (rest.length > 0) {
    const size = rest.reduce((sum, file) => sum + file.bytes, 0);
    lines.push(`${verb} ${rest.length} more file${rest.length === 1 ? "" : "s"} (${bytes(size)})`);
  }
  return lines;
}

function journalLines({ journal }: HostLogs): string[] {
  if (journal.taken) {
    const reason = journal.partial ? ` (${journal.reason})` : "";
    return [`following the journal${reason}${journal.remedy === undefined ? "" : `; ${journal.remedy}`}`];
  }
  return journal.remedy === undefined ? [] : [`not the journal: ${journal.reason}; ${journal.remedy}`];
}

function unreadableLines({ unreadable }: HostLogs): string[] {
  const lines = unreadable
    .slice(0, NAMED_LIMIT)
    .map(({ path, reason, remedy }) => `may not be read: ${path} (${reason}); ${remedy}`);
  const rest = unreadable.length - NAMED_LIMIT;
  return rest > 0 ? [...lines, `${rest} more may not be read`] : lines;
}
