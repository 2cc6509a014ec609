import { type CaptureNames, withNames } from "./pattern-names.ts";
import type { PatternTable } from "./pattern-table.ts";

/** Messages of the backup system Bacula; also of its fork Bareos. */
export function baculaPatterns(ecs: boolean): PatternTable {
  const particles = ecs ? { ...PARTICLES, BACULA_TIMESTAMP: TIME_ECS, BACULA_HOST: "%{HOSTNAME}" } : PARTICLES;
  const messages = withNames(MESSAGES, ecs ? ECS : LEGACY);
  const choice = Object.keys(MESSAGES)
    .map((name) => `%{${name}}`)
    .join("|");
  const line = withNames(
    { LINE: `%{BACULA_TIMESTAMP:time} %{BACULA_HOST:host}(?: JobId %{INT:job_id})?:? *(?:${choice})` },
    ecs ? ECS : LEGACY,
  )["LINE"] as string;
  return { ...particles, ...messages, BACULA_LOG: line, BACULA_LOGLINE: "%{BACULA_LOG}" };
}

const TIME_ECS = "%{MONTHDAY}-%{MONTH}(?:-%{YEAR})? %{HOUR}:%{MINUTE}";

const PARTICLES: PatternTable = {
  BACULA_TIMESTAMP: "%{MONTHDAY}-%{MONTH} %{HOUR}:%{MINUTE}",
  BACULA_HOST: "[a-zA-Z0-9-]+",
  BACULA_VOLUME: "%{USER}",
  BACULA_DEVICE: "%{USER}",
  BACULA_DEVICEPATH: "%{UNIXPATH}",
  // Thousands stand between commas.
  BACULA_CAPACITY: "\\d+(?:,\\d{3})*",
  BACULA_VERSION: "%{USER}",
  BACULA_JOB: "%{USER}",
};

const AT = "(?:%{MONTHDAY}-%{MONTH}-%{YEAR} %{HOUR}:%{MINUTE}|%{BACULA_TIMESTAMP})";
const CONNECT =
  "connect to (?:Client: %{BACULA_HOST:client}|Storage daemon) on %{IPORHOST:peer}:%{POSINT:peer_port}\\. ERR=%{GREEDYDATA:error}";

/** In the order in which they are tried. */
const MESSAGES: PatternTable = {
  BACULA_LOG_MAX_CAPACITY:
    'User defined maximum volume capacity %{BACULA_CAPACITY:max_capacity} exceeded on device "%{BACULA_DEVICE:device}" \\(%{BACULA_DEVICEPATH:device_path}\\)\\.?',
  BACULA_LOG_END_VOLUME: `End of medium on Volume "%{BACULA_VOLUME:volume}" Bytes=%{BACULA_CAPACITY:bytes} Blocks=%{BACULA_CAPACITY:blocks} at ${AT}\\.`,
  BACULA_LOG_NEW_VOLUME: 'Created new Volume "%{BACULA_VOLUME:volume}" in catalog\\.',
  BACULA_LOG_NEW_LABEL:
    'Labeled new Volume "%{BACULA_VOLUME:volume}" on (?:file )?device "%{BACULA_DEVICE:device}" \\(%{BACULA_DEVICEPATH:device_path}\\)\\.',
  BACULA_LOG_WROTE_LABEL:
    'Wrote label to prelabeled Volume "%{BACULA_VOLUME:volume}" on device "%{BACULA_DEVICE:label_device}" \\(%{BACULA_DEVICEPATH:device_path}\\)',
  BACULA_LOG_NEW_MOUNT: `New volume "%{BACULA_VOLUME:volume}" mounted on device "%{BACULA_DEVICE:device}" \\(%{BACULA_DEVICEPATH:device_path}\\) at ${AT}\\.`,
  BACULA_LOG_NOOPEN: "\\s*Cannot open %{DATA}: ERR=%{GREEDYDATA:error}",
  BACULA_LOG_NOOPENDIR: '\\s*Could not open directory "?%{DATA:file}"?: ERR=%{GREEDYDATA:error}',
  BACULA_LOG_NOSTAT: "\\s*Could not stat %{DATA:file}: ERR=%{GREEDYDATA:error}",
  BACULA_LOG_NOJOBS: 'There are no more Jobs associated with Volume "%{BACULA_VOLUME:volume}"\\. Marking it purged\\.',
  BACULA_LOG_ALL_RECORDS_PRUNED: '.*?All records pruned from Volume "%{BACULA_VOLUME:volume}"; marking it "Purged"',
  BACULA_LOG_BEGIN_PRUNE_JOBS: "Begin pruning Jobs older than %{INT} month %{INT} days \\.",
  BACULA_LOG_BEGIN_PRUNE_FILES: "Begin pruning Files\\.",
  BACULA_LOG_PRUNED_JOBS: "Pruned %{INT} Jobs? for client %{BACULA_HOST:client} from catalog\\.",
  BACULA_LOG_PRUNED_FILES: "Pruned Files from %{INT} Jobs? for client %{BACULA_HOST:client} from catalog\\.",
  BACULA_LOG_ENDPRUNE: "End auto prune\\.",
  BACULA_LOG_STARTJOB: "Start Backup JobId %{INT}, Job=%{BACULA_JOB:job}",
  BACULA_LOG_STARTRESTORE: "Start Restore Job %{BACULA_JOB:job}",
  BACULA_LOG_USEDEVICE: 'Using Device "%{BACULA_DEVICE:device}"',
  BACULA_LOG_DIFF_FS: "\\s*%{UNIXPATH} is a different filesystem\\. Will not descend from %{UNIXPATH} into it\\.",
  BACULA_LOG_JOBEND: "Job write elapsed time = %{DATA:elapsed}, Transfer rate = %{NUMBER} [KMG]? ?Bytes/second",
  BACULA_LOG_NOPRUNE_JOBS: "No Jobs found to prune\\.",
  BACULA_LOG_NOPRUNE_FILES: "No Files found to prune\\.",
  BACULA_LOG_VOLUME_PREVWRITTEN: 'Volume "?%{BACULA_VOLUME:volume}"? previously written, moving to end of data\\.',
  BACULA_LOG_READYAPPEND: 'Ready to append to end of Volume "%{BACULA_VOLUME:volume}" size=%{INT:size}',
  BACULA_LOG_CANCELLING: "Cancelling duplicate JobId=%{INT:other_job}\\.",
  BACULA_LOG_MARKCANCEL: "JobId %{INT:job_id}, Job %{BACULA_JOB:job} marked to be canceled\\.",
  BACULA_LOG_CLIENT_RBJ: 'shell command: run ClientRunBeforeJob "%{GREEDYDATA:run_before}"',
  BACULA_LOG_VSS: "(?:Generate )?VSS (?:Writer)?",
  BACULA_LOG_MAXSTART: "Fatal [eE]rror: Job canceled because max start delay time exceeded\\.",
  BACULA_LOG_DUPLICATE: "Fatal [eE]rror: JobId %{INT:duplicate} already running\\. Duplicate job not allowed\\.",
  BACULA_LOG_NOJOBSTAT: "Fatal [eE]rror: No Job status returned from FD\\.",
  BACULA_LOG_FATAL_CONN: `Fatal [eE]rror: bsock\\.c:133 Unable to ${CONNECT}`,
  BACULA_LOG_NO_CONNECT: `Warning: bsock\\.c:127 Could not ${CONNECT}`,
  BACULA_LOG_NO_AUTH:
    'Fatal error: Unable to authenticate with File daemon at "?%{IPORHOST:peer}(?::%{POSINT:peer_port})?"?\\. Possible causes:',
  BACULA_LOG_NOSUIT: "No prior or suitable Full backup found in catalog\\. Doing FULL backup\\.",
  BACULA_LOG_JOB: "(?:Error: )?Bacula %{BACULA_HOST} %{BACULA_VERSION} \\(%{BACULA_VERSION}\\):",
  BACULA_LOG_NOPRIOR: "No prior Full backup Job record found\\.",
};

const LEGACY: CaptureNames = {
  time: "bts",
  host: "hostname",
  job_id: "jobid",
  max_capacity: "",
  device_path: "",
  label_device: "",
  bytes: "",
  blocks: "",
  error: "berror",
  file: "",
  peer: "",
  peer_port: "",
  size: "",
  other_job: "",
  run_before: "runjob",
};

const ECS: CaptureNames = {
  time: "timestamp",
  host: "[host][hostname]",
  job_id: "[bacula][job][id]",
  job: "[bacula][job][name]",
  other_job: "[bacula][job][other_id]",
  duplicate: "[bacula][job][other_id]",
  elapsed: "[bacula][job][elapsed_time]",
  run_before: "[bacula][job][client_run_before_command]",
  volume: "[bacula][volume][name]",
  device: "[bacula][volume][device]",
  label_device: "[bacula][volume][device]",
  device_path: "[bacula][volume][path]",
  max_capacity: "[bacula][volume][max_capacity]",
  bytes: "[bacula][volume][bytes]",
  blocks: "[bacula][volume][blocks]",
  size: "[bacula][volume][size]:int",
  client: "[bacula][client][name]",
  error: "[error][message]",
  file: "[file][path]",
  peer: "[client][address]",
  peer_port: "[client][port]:int",
};
