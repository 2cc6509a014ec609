import { homedir } from "node:os";
import { explainAccess, readAccountNames, type UnreadableLog } from "./well-known-access.ts";
import {
  currentReader,
  type HostFileSystem,
  type HostReader,
  looksLikeText,
  readStart,
  realHostFiles,
} from "./well-known-files.ts";
import { findJournal, type JournalFinding, type RunCommand, runCommand } from "./well-known-journal.ts";
import { datedFamily } from "./well-known-list.ts";
import { repeatsSyslog } from "./well-known-repeats.ts";
import { type Candidate, searchLogs } from "./well-known-search.ts";

export interface HostLogOptions {
  /** Folder that stands for `/`. */
  readonly root?: string;
  /** The user's home, below `root`; null: none is looked at. */
  readonly home?: string | null;
  readonly reader?: HostReader;
  readonly files?: HostFileSystem;
  readonly run?: RunCommand;
  /** Epoch milliseconds. */
  readonly now?: () => number;
  /** Most files taken. Default 200. */
  readonly maxFiles?: number;
}

/** A log to follow. */
export interface HostLog {
  readonly path: string;
  /** As in `pipelines/`; `application.json` or `generic` for applications' logs. */
  readonly dataset: string;
  readonly bytes: number;
}

/** A log that may be read and is not taken. */
export interface PassedOverLog {
  readonly path: string;
  readonly why: "empty" | "old" | "binary" | "same messages" | "too many";
  /** Why, for people; without its full stop. */
  readonly reason: string;
}

export interface HostLogs {
  readonly taken: readonly HostLog[];
  readonly unreadable: readonly UnreadableLog[];
  readonly passedOver: readonly PassedOverLog[];
  readonly journal: JournalFinding & {
    /** The journal is to be followed: it may be read and no file has its messages. */
    readonly taken: boolean;
  };
  /** More names than are looked at. */
  readonly cutShort: boolean;
}

const DAY = 86_400_000;
/** A syslog file that was not written to for so long has been replaced by the journal, where there is one. */
const SYSLOG_STALE = DAY;
/** An application's log, or an empty one, that nobody wrote to for so long is left. */
const LOG_STALE = 90 * DAY;
/** So large a log is taken only while it is written to. */
const HUGE_BYTES = 1024 * 1024 * 1024;
const HUGE_STALE = 7 * DAY;

/** The logs of this host that this process may read, those that it may not, and whether the journal is needed besides. */
export async function findHostLogs(options: HostLogOptions = {}): Promise<HostLogs> {
  const { root = "/", files = realHostFiles, reader = currentReader(), now = Date.now } = options;
  const home = options.home === undefined ? homedir() : options.home;
  const names = await readAccountNames(root, files);
  const search = await searchLogs(root, home?.replace(/^\/+/, ""), files);
  const unreadable: UnreadableLog[] = search.closedFolders.map(({ path, stat }) =>
    explainAccess(path, stat, reader, names),
  );
  const passedOver: PassedOverLog[] = [];
  let readable: Candidate[] = [];
  for (const one of search.candidates) {
    if (await files.readable(one.path, "file")) readable.push(one);
    else unreadable.push(explainAccess(one.path, one.stat, reader, names));
  }
  const journal = await findJournal(root, files, reader, names, options.run ?? runCommand);
  const time = now();
  const pass = (one: Candidate, why: PassedOverLog["why"], reason: string): void => {
    passedOver.push({ path: one.path, why, reason });
  };

  const fresh = (one: Candidate): boolean => time - one.stat.modified < SYSLOG_STALE;
  const daemon = readable.filter((one) => one.kind?.fromSyslogDaemon === true);
  const daemonWrites = daemon.some((one) => fresh(one) && one.stat.bytes > 0);
  const takesJournal = journal.usable && !daemonWrites;
  if (takesJournal) {
    for (const one of daemon) pass(one, "same messages", "it is no longer written to, and the journal is followed");
    readable = readable.filter((one) => !daemon.includes(one));
  }

  const newest = newestOfFamilies(readable);
  const syslog = readable.find((one) => one.place === "var/log/syslog" && one.stat.bytes > 0);
  const taken: HostLog[] = [];
  for (const one of readable) {
    const age = time - one.stat.modified;
    const known = one.kind !== undefined;
    if (!newest.has(one)) pass(one, "old", "a newer file of the same log is taken");
    else if (one.stat.bytes === 0 && !(known && age < LOG_STALE)) pass(one, "empty", "it is empty");
    else if (!known && age > LOG_STALE) pass(one, "old", `nothing was written to it for ${days(age)} days`);
    else if (one.stat.bytes > HUGE_BYTES && age > HUGE_STALE) {
      pass(one, "old", `it is over 1 GiB and nothing was written to it for ${days(age)} days`);
    } else if (syslog !== undefined && (await repeatsSyslog(one, syslog, files))) {
      pass(one, "same messages", `${syslog.path} has its messages too`);
    } else {
      const start = await readStart(files, one.path).catch(() => undefined);
      if (start === undefined) pass(one, "empty", "it is gone or cannot be read");
      else if (!looksLikeText(start)) pass(one, "binary", "it is no text");
      else if (taken.length >= (options.maxFiles ?? 200))
        pass(one, "too many", "enough files are taken; name it to have it");
      else taken.push({ path: one.path, dataset: one.kind?.dataset ?? guessDataset(start), bytes: one.stat.bytes });
    }
  }
  return {
    taken,
    unreadable,
    passedOver,
    journal: { ...describe(journal, takesJournal), taken: takesJournal },
    cutShort: search.cutShort,
  };
}

function describe(journal: JournalFinding, taken: boolean): JournalFinding {
  if (!journal.usable || taken) return journal;
  return { ...journal, reason: "the syslog daemon writes its messages to files, which are followed" };
}

/** Of logs with a date in the name, the one written last. */
function newestOfFamilies(all: readonly Candidate[]): Set<Candidate> {
  const newest = new Map<string, Candidate>();
  for (const one of all) {
    const family = datedFamily(one.place) ?? one.place;
    const before = newest.get(family);
    if (before === undefined || before.stat.modified < one.stat.modified) newest.set(family, one);
  }
  return new Set(newest.values());
}

function guessDataset(start: Buffer): string {
  return /^\s*\{\s*"/.test(start.toString("latin1")) ? "application.json" : "generic";
}

function days(milliseconds: number): number {
  return Math.floor(milliseconds / DAY);
}
