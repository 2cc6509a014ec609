import { rm } from "node:fs/promises";
import { hostname } from "node:os";
import { defineInput, type InputPlugin, type OptionProblem } from "../../plugin/definitions.ts";
import { boolean, codec, list, number, type OptionValues, path, text } from "../../plugin/options.ts";
import { INTEGER, TEXT } from "../../plugin/value-shape.ts";
import { watchCompletion } from "./file-completion.ts";
import { positionDecoder } from "./record-position.ts";
import { millis } from "./string-duration.ts";

const options = {
  path: list({ description: "Files to read, absolute, with * ? ** and {a,b}", default: [] }),
  exclude: list({ description: "File names to leave out, as globs", default: [] }),
  start_position: text({
    description: "Where files begin that are there at the first start",
    default: "end",
    choices: ["beginning", "end"],
  }),
  codec: codec({ description: "How lines become events", default: { name: "plain", options: {} } }),
  delimiter: text({ description: "Line end: a line feed, with or without a carriage return", default: "\n" }),
  ignore_older: text({ description: "Seconds (or `2 days`) since the last change after which files are not begun" }),
  close_older: text({
    description: "Seconds (or `1 hour`) without change after which a file is closed until it changes",
    default: "1 hour",
  }),
  max_open_files: number({ description: "Files open at a time", default: 4095 }),
  stat_interval: text({ description: "Seconds between looks at open files", default: "1 second" }),
  discover_interval: number({ description: "Looks between searches for new files", default: 15 }),
  last_line_timeout: text({
    description:
      "Seconds after which a last line without its end is taken as it is; not known to Logstash, where it waits",
    default: "0",
  }),
  record_position: boolean({
    description:
      "Sets `[log][offset]` and, for joined, cut or repaired lines, `[log][flags]`, as Filebeat does; not known to Logstash",
    default: false,
  }),
  mode: text({
    description:
      "tail follows files; read reads whole files from their beginning, and a last line without its end after a second",
    default: "tail",
    choices: ["tail", "read"],
  }),
  sincedb_path: path({
    description:
      "`/dev/null`: every start begins anew. Of another path only this is taken: positions are kept, in the pipeline's data folder",
  }),
  sincedb_write_interval: text({
    description: "Time between writes of positions",
    ignored: "positions are written when events have arrived",
  }),
  sincedb_clean_after: text({
    description: "Time after which the position of a vanished file is forgotten",
    default: "2 weeks",
  }),
  file_chunk_size: number({ description: "Bytes of one read", ignored: "chosen by measurement" }),
  file_chunk_count: number({
    description: "Chunks before the next file has its turn",
    ignored: "files take turns by bytes",
  }),
  file_sort_by: text({
    description: "Order of files",
    choices: ["last_modified", "path"],
    ignored: "files are read side by side, in turns",
  }),
  file_sort_direction: text({
    description: "Order of files",
    choices: ["asc", "desc"],
    ignored: "files are read side by side, in turns",
  }),
  file_completed_action: text({
    description:
      "What happens in read mode to files whose every event has arrived: delete, log (to file_completed_log_path), or log_and_delete; default: nothing",
    choices: ["delete", "log", "log_and_delete"],
  }),
  file_completed_log_path: path({ description: "File that gets the paths of completed files, a line each" }),
  exit_after_read: boolean({
    description: "In read mode, end when all files that are there have been read and their events have arrived",
    default: false,
  }),
  check_archive_validity: boolean({
    description: "Check gzip files first",
    default: false,
    ignored: "compressed files are not read",
  }),
};

type Settings = OptionValues<typeof options>;

/** Also as they are where strings have no escapes. */
const LINE_ENDS: readonly string[] = ["\n", "\r\n", "\\n", "\\r\\n"];
/** In read mode a line whose end does not come is the last one. */
const READ_MODE_LINE_MS = 1000;
const NO_SINCEDB: readonly string[] = ["/dev/null", "NUL", "nul"];

const DURATIONS = ["ignore_older", "close_older", "last_line_timeout", "stat_interval", "sincedb_clean_after"] as const;

export const file: InputPlugin = defineInput({
  name: "file",
  summary: "Follows files through rotation, truncation and restarts; every line has an identity and is read once.",
  options,
  differs: [
    "Positions are kept in a registry in the pipeline's data folder, written when events have arrived; sincedb files of Logstash are not read, so the first start is a first start.",
    "read mode leaves files where they are unless `file_completed_action` says otherwise, where Logstash deletes them by default; it acts when a file's events have arrived.",
    "Compressed files are not read.",
    "Files are read side by side, in turns by bytes, not one after the other.",
    "A renamed, rotated or copied file is known again by its content.",
  ],
  examples: [
    { title: "From the beginning", config: 'file { path => "/var/log/nginx/*.log" start_position => "beginning" }' },
    {
      title: "Whole files, once",
      config:
        'file { path => "/data/in/*.log" mode => "read" exit_after_read => true file_completed_action => "log" file_completed_log_path => "/data/done.txt" }',
    },
    {
      title: "Stack traces as one event",
      config: 'file { path => "/var/log/app/*.log" codec => multiline { pattern => "^\\s" what => "previous" } }',
    },
  ],
  defaultCodec: "plain",
  keepsLedger: true,

  check(settings) {
    const problems: OptionProblem[] = [];
    if (settings.path.length === 0) problems.push({ option: "path", message: "no path is given" });
    for (const one of settings.path) {
      if (!one.startsWith("/"))
        problems.push({ option: "path", message: `${JSON.stringify(one)} is not an absolute path` });
    }
    if (!LINE_ENDS.includes(settings.delimiter))
      problems.push({ option: "delimiter", message: "lines end with a line feed here" });
    problems.push(...checkMode(settings));
    for (const option of DURATIONS) {
      const value = settings[option];
      if (value !== undefined && millis(value) === undefined) {
        problems.push({
          option,
          message: `${JSON.stringify(value)} is not a time`,
          help: 'seconds, or "1 hour", "2 days"',
        });
      }
    }
    const { name, options: own } = settings.codec;
    if (
      name === "csv" &&
      own["autodetect_column_names"] === true &&
      (own["columns"] as readonly string[]).length === 0
    ) {
      const message = "lines of files are read by themselves: the csv codec cannot know their header";
      problems.push({ option: "codec", message, help: "give the codec `columns`" });
    }
    return problems;
  },

  decoder(settings, _host, codec) {
    return settings.record_position ? positionDecoder(codec) : codec;
  },

  sets: () => ["message", "[event][original]", "log", "host", "path"],

  shape(settings, event, ecs) {
    const names = ecs === "disabled" ? ["path", "host"] : ["[event][original]", "[log][file][path]", "[host][name]"];
    for (const name of ["message", ...names]) event.set(name, TEXT, "path");
    if (settings.record_position) event.set("[log][offset]", INTEGER, "record_position");
  },

  async start(settings, host) {
    // Loaded here, since workers and `check` need only the options.
    const [{ defaultEnvironment }, { readRegistryExtra }, { Tail }] = await Promise.all([
      import("../../tail/real-environment.ts"),
      import("../../tail/registry.ts"),
      import("../../tail/tail.ts"),
    ]);
    const legacy = host.ecs === "disabled";
    const name = hostname();
    const join = host.joinLines();
    const reads = settings.mode === "read";
    const pollMs = millis(settings.stat_interval) ?? 1000;
    const lineTimeoutMs = millis(settings.last_line_timeout) ?? 0;
    host.ledger.restore(await readRegistryExtra(host.dataFolder, defaultEnvironment(host.log)));
    if (NO_SINCEDB.includes(settings.sincedb_path ?? "")) await rm(host.dataFolder, { recursive: true, force: true });
    const tail = new Tail(
      {
        inputs: [
          {
            number: host.number,
            name: host.pluginId,
            paths: settings.path,
            exclude: settings.exclude.map((glob) => `**/${glob}`),
            readFrom: reads ? "beginning" : (settings.start_position as "beginning" | "end"),
            ignoreOlderMs: millis(settings.ignore_older ?? "0") ?? 0,
            closeInactiveMs: millis(settings.close_older) ?? 0,
            lineTimeoutMs: lineTimeoutMs === 0 && reads ? READ_MODE_LINE_MS : lineTimeoutMs,
            describe: (found) =>
              legacy
                ? [
                    ["path", found.path],
                    ["host", name],
                    ["[@metadata][path]", found.path],
                  ]
                : [
                    ["[log][file][path]", found.path],
                    ["[host][name]", name],
                    ["[@metadata][path]", found.path],
                  ],
            ...(join === undefined ? {} : { multiline: { type: "pattern" as const, ...join } }),
          },
        ],
        registryFolder: host.dataFolder,
        harvesterLimit: settings.max_open_files,
        pollMs,
        scanMs: pollMs * settings.discover_interval,
        forgetAfterMs: millis(settings.sincedb_clean_after) ?? 0,
        extra: () => host.ledger.snapshot(),
      },
      host.sink,
      defaultEnvironment(host.log),
    );
    await tail.start();
    const completion = watchCompletion(settings, host.log, () => tail.status(), pollMs);
    return {
      ended: completion.ended,
      async stop(timeoutMs: number) {
        completion.stop();
        await tail.stop({ drain: true, timeoutMs });
      },
      lag: () => tail.status().reduce((sum, file) => sum + Math.max(0, file.size - file.acknowledged), 0),
    };
  },
});

function checkMode(settings: Settings): OptionProblem[] {
  const problems: OptionProblem[] = [];
  const reads = settings.mode === "read";
  const {
    exit_after_read: exits,
    file_completed_action: action,
    file_completed_log_path: list,
    sincedb_path,
  } = settings;
  if (exits && !reads) problems.push({ option: "exit_after_read", message: "exit_after_read is for mode => read" });
  if (action !== undefined && !reads)
    problems.push({
      option: "file_completed_action",
      severity: "warning",
      message: "file_completed_action does nothing: it is for mode => read",
    });
  if (action?.startsWith("log") === true && list === undefined)
    problems.push({ option: "file_completed_action", message: `${action} needs file_completed_log_path` });
  if (reads && settings.path.some((one) => one.endsWith(".gz")))
    problems.push({ option: "path", severity: "warning", message: "compressed files are not read" });
  if (sincedb_path !== undefined && !NO_SINCEDB.includes(sincedb_path))
    problems.push({
      option: "sincedb_path",
      severity: "warning",
      message: "sincedb_path has no effect: positions are kept in the pipeline's data folder",
    });
  return problems;
}
