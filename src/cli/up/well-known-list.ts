/** What a well-known log is, by where it lies. */
export interface LogKind {
  /** Dataset as in `pipelines/`; a hint, the pipelines look at the lines too. */
  readonly dataset: string;
  /** Written by the syslog daemon, so the journal has the same messages. */
  readonly fromSyslogDaemon: boolean;
}

/** Logs with one place, below the root folder. */
const PLACES: readonly (readonly [string, string])[] = [
  ["var/log/syslog", "system.syslog"],
  ["var/log/messages", "system.syslog"],
  ["var/log/kern.log", "system.syslog"],
  ["var/log/daemon.log", "system.syslog"],
  ["var/log/user.log", "system.syslog"],
  ["var/log/cron", "system.syslog"],
  ["var/log/cron.log", "system.syslog"],
  ["var/log/maillog", "system.syslog"],
  ["var/log/mail.log", "system.syslog"],
  ["var/log/debug", "system.syslog"],
  ["var/log/auth.log", "system.auth"],
  ["var/log/secure", "system.auth"],
  ["var/log/audit/audit.log", "auditd.log"],
  ["var/log/dpkg.log", "dpkg.log"],
  ["var/log/apt/history.log", "apt.history"],
  ["var/log/nginx/access.log", "nginx.access"],
  ["var/log/nginx/error.log", "nginx.error"],
  ["var/log/apache2/access.log", "apache.access"],
  ["var/log/apache2/error.log", "apache.error"],
  ["var/log/apache2/other_vhosts_access.log", "apache.access"],
  ["var/log/httpd/access_log", "apache.access"],
  ["var/log/httpd/error_log", "apache.error"],
  ["var/log/httpd/ssl_access_log", "apache.access"],
  ["var/log/httpd/ssl_error_log", "apache.error"],
];

/** Logs of sites, one file each, in the web servers' folders. */
const SITES: readonly (readonly [RegExp, string])[] = [
  [/^var\/log\/nginx\/(?:.*\/)?[^/]*access[^/]*$/, "nginx.access"],
  [/^var\/log\/nginx\/(?:.*\/)?[^/]*error[^/]*$/, "nginx.error"],
  [/^var\/log\/(?:apache2|httpd)\/(?:.*\/)?[^/]*(?:access|request)[^/]*$/, "apache.access"],
  [/^var\/log\/(?:apache2|httpd)\/(?:.*\/)?[^/]*error[^/]*$/, "apache.error"],
];

const byPlace: ReadonlyMap<string, string> = new Map(PLACES);

/** Places that are looked at by name, also in folders that may not be listed. */
export const WELL_KNOWN_PLACES: readonly string[] = PLACES.map(([place]) => place);

/** The kind of the log at `place`, a path without the root's slash; undefined: not a well-known one. */
export function kindOfPlace(place: string): LogKind | undefined {
  const dataset = byPlace.get(place) ?? SITES.find(([pattern]) => pattern.test(place))?.[1];
  return dataset === undefined ? undefined : { dataset, fromSyslogDaemon: dataset.startsWith("system.") };
}

/** A folder that is searched for logs: so many levels of folders below it, and only in folders of a name where `within` is given. */
export interface SearchedFolder {
  readonly folder: string;
  readonly depth: number;
  /** Names of the folders in which logs are taken, at any level. */
  readonly within?: RegExp;
}

const LOG_FOLDER = /^logs?$/i;

/** Where applications leave logs; `home` is a path without the root's slash. */
export function searchedFolders(home: string | undefined): SearchedFolder[] {
  const places: SearchedFolder[] = [
    { folder: "var/log", depth: 2 },
    { folder: "opt", depth: 3, within: LOG_FOLDER },
    { folder: "srv", depth: 3, within: LOG_FOLDER },
    { folder: "var/www", depth: 3, within: LOG_FOLDER },
    { folder: "var/lib/pgsql", depth: 3, within: LOG_FOLDER },
  ];
  if (home !== undefined) {
    places.push({ folder: `${home}/.pm2/logs`, depth: 0 }, { folder: `${home}/logs`, depth: 1 });
  }
  return places;
}

/** Folders in /var/log that hold no text logs, or only the system's private links. */
export const SKIPPED_FOLDERS: ReadonlySet<string> = new Set([
  "var/log/journal",
  "var/log/private",
  "var/log/sysstat",
  "var/log/sa",
  "var/log/pods",
  "var/log/containers",
  "var/log/installer",
]);

/** Text that is no log of its own: terminal output, progress, copies of what syslog has. */
const NO_LOGS: ReadonlySet<string> = new Set([
  "var/log/apt/term.log",
  "var/log/apt/eipp.log",
  "var/log/bootstrap.log",
  "var/log/boot.log",
  "var/log/faillog",
]);

const COMPRESSED = /\.(?:gz|tgz|xz|bz2|zst|lz4|zip|Z)$/;
/** logrotate's numbers and dates behind the name, editors' and admins' copies. */
const ROTATED = /(?:\.\d{1,4}|[-.]\d{8}(?:-?\d{1,10})?|\.(?:old|bak|orig|save|swp|tmp|\d{4}-\d{2}-\d{2}))$|~$/;
const LOG_NAME = /(?:^|[._-])(?:log|logs)$|\.(?:log|out|err|jsonl|ndjson)$|\.log\.json$/i;

export function isCompressed(path: string): boolean {
  return COMPRESSED.test(path);
}

/** Whether the name says that the file is an old part of a log: compressed, numbered or dated behind its name. */
export function isRotated(path: string): boolean {
  return COMPRESSED.test(path) || ROTATED.test(path);
}

/** Whether an application's log would be named so. */
export function isNamedLikeLog(place: string): boolean {
  return LOG_NAME.test(place) && !NO_LOGS.has(place);
}

/** Name of a log that begins a new file with every date (`app-2026-01-31.log`), with `*` for the date; undefined for others. */
export function datedFamily(place: string): string | undefined {
  const family = place.replace(/\d{4}-?\d{2}-?\d{2}(?:[-_T]?\d{2}[-:]?\d{2}(?:[-:]?\d{2})?)?(?=[^/]*$)/, "*");
  return family === place ? undefined : family;
}
