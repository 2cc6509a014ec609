/** Which entries of which journals. */
export interface JournalSelection {
  /** Journal folders and files; none: this host's journal. */
  readonly paths: readonly string[];
  readonly units: readonly string[];
  readonly identifiers: readonly string[];
  readonly transports: readonly string[];
  readonly facilities: readonly string[];
  /** A level or a range of levels as journalctl takes them: `warning`, `emerg..err`. */
  readonly priority: string | undefined;
  /** `FIELD=value`; those of one field are alternatives, `+` stands between alternatives of several fields. */
  readonly matches: readonly string[];
  /** Entries of all journals that can be read, of other machines too. */
  readonly merge: boolean;
}

/** Where reading begins when no cursor is known. */
export interface JournalStart {
  /** Not before this time, as journalctl takes it; undefined: from the first entry. */
  readonly since: string | undefined;
}

/** Whether a path names one journal file. */
export function isJournalFile(path: string): boolean {
  return path.endsWith(".journal") || path.endsWith(".journal~");
}

/** Files cannot be followed (journalctl wants a folder or the host's journal to watch): they are read to their end again and again. */
export function canFollow(selection: JournalSelection): boolean {
  return !selection.paths.some(isJournalFile);
}

/**
 * Parameters of journalctl(1). A cursor is given inclusively: `--after-cursor` of systemd 252 leaves out one entry when that of the
 * cursor is gone, so the reader passes over the entry itself.
 */
export function journalParameters(
  selection: JournalSelection,
  cursor: string | undefined,
  start: JournalStart,
): string[] {
  const parameters = ["--output=json", "--all", "--no-pager", "--quiet"];
  for (const path of selection.paths) parameters.push(isJournalFile(path) ? `--file=${path}` : `--directory=${path}`);
  if (selection.merge) parameters.push("--merge");
  for (const unit of selection.units) parameters.push(`--unit=${unit}`);
  for (const identifier of selection.identifiers) parameters.push(`--identifier=${identifier}`);
  for (const facility of selection.facilities) parameters.push(`--facility=${facility}`);
  if (selection.priority !== undefined) parameters.push(`--priority=${selection.priority}`);
  if (canFollow(selection)) parameters.push("--follow", "--no-tail");
  if (cursor !== undefined) parameters.push(`--cursor=${cursor}`);
  else if (start.since !== undefined) parameters.push(`--since=${start.since}`);
  const matches = [...selection.matches, ...selection.transports.map((transport) => `_TRANSPORT=${transport}`)];
  return matches.length === 0 ? parameters : [...parameters, "--", ...matches];
}

/** A time to begin at: `-24h` and `24h` are as long ago, else a date as journalctl reads it; undefined: neither. */
export function sinceTime(text: string): string | undefined {
  const trimmed = text.trim();
  if (/^-?(?:\d+(?:\.\d+)?(?:us|ms|s|m|h|d|w))+$/.test(trimmed))
    return trimmed.startsWith("-") ? trimmed : `-${trimmed}`;
  if (/^(?:\d{4}-\d\d-\d\d(?:[ T]\d\d:\d\d(?::\d\d(?:\.\d{1,6})?)?)?(?: ?UTC)?|@\d+|today|yesterday)$/.test(trimmed))
    return trimmed;
  return undefined;
}
